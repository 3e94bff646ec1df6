"""Thematic sessions: what was a list of themes becomes sessions with slots, answers and calendars."""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_1115"
down_revision = "2026_11_21_0940"
branch_labels = None
depends_on = None

_STREAM = sa.table("stream", *(sa.column(name) for name in ("id", "kind", "epoch", "seq")))


def _new_stream(kind: str) -> int:
    made = sa.insert(_STREAM).values(kind=kind, epoch=secrets.token_hex(4), seq=0).returning(_STREAM.c.id)
    return int(op.get_bind().execute(made).scalar_one())


def _keep(themes: list[sa.Row]) -> None:
    """Themes were on the page of their cohort, so their sessions are published, and have no date yet."""
    kept = ("id", "cohort_id", "theme", "place")
    texts = ("purpose", "purpose_html", "materials", "materials_html", "video_url", "cancelled_why")
    more = ("open_to", "attribution", "reminders", "version", "stream_id", "run_stream_id")
    at = sa.column("at", sa.DateTime(timezone=True)), sa.column("published_at", sa.DateTime(timezone=True))
    table, now = (
        sa.table("thematicsession", *(sa.column(one) for one in (*kept, *texts, *more)), *at),
        datetime.now(UTC),
    )
    for theme in themes:
        values = dict(zip(kept, theme, strict=True)) | dict.fromkeys(texts, "")
        values |= {"open_to": "cohort", "attribution": "named", "reminders": "[1440, 60]", "version": 1}
        values |= {"stream_id": _new_stream("session"), "run_stream_id": _new_stream("session run")}
        op.get_bind().execute(sa.insert(table).values(**values, at=now, published_at=now))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval('thematicsession_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM thematicsession), false)"
        )


def _give_lists_to_cohorts() -> None:
    cohort = sa.table("cohort", sa.column("id"))
    lists = sa.table("sessionlist", sa.column("cohort_id"), sa.column("stream_id"), sa.column("run_stream_id"))
    for id_ in op.get_bind().execute(sa.select(cohort.c.id)).scalars().all():
        streams = {"stream_id": _new_stream("session list"), "run_stream_id": _new_stream("session run list")}
        op.get_bind().execute(sa.insert(lists).values(cohort_id=id_, **streams))


def upgrade() -> None:
    old = sa.table("thematicsession", *(sa.column(name) for name in ("id", "cohort_id", "theme", "place")))
    themes = list(op.get_bind().execute(sa.select(old).order_by(old.c.id)).all())
    op.drop_table("thematicsession")
    op.create_table(
        "thematicsession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("purpose_html", sa.String(), nullable=False),
        sa.Column("materials", sa.String(), nullable=False),
        sa.Column("materials_html", sa.String(), nullable=False),
        sa.Column("video_url", sa.String(length=500), nullable=False),
        sa.Column("open_to", sa.String(length=20), nullable=False),
        sa.Column("attribution", sa.String(length=10), nullable=False),
        sa.Column("reminders", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_why", sa.String(length=1000), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("run_stream_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"]),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"]),
        sa.ForeignKeyConstraint(["run_stream_id"], ["stream.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_thematicsession_cohort_id", "thematicsession", ["cohort_id"])
    op.create_table(
        "calendarfeed",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "sessionlist",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("run_stream_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohort.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_stream_id"],
            ["stream.id"],
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
        ),
        sa.PrimaryKeyConstraint("cohort_id"),
    )
    op.create_table(
        "agendaitem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("hint", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["thematicsession.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_agendaitem_session_id", "agendaitem", ["session_id"])
    op.create_table(
        "guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["thematicsession.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_guest_session_id", "guest", ["session_id"])
    op.create_table(
        "sessionperson",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["thematicsession.id"],
        ),
        sa.PrimaryKeyConstraint("session_id", "person_id"),
    )
    op.create_index("ix_sessionperson_person_id", "sessionperson", ["person_id"])
    op.create_table(
        "slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("video_url", sa.String(length=500), nullable=False),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_why", sa.String(length=1000), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["thematicsession.id"],
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_slot_session_id", "slot", ["session_id"])
    op.create_index("ix_slot_starts_at", "slot", ["starts_at"])
    op.create_table(
        "attendance",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["membership.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["slot.id"],
        ),
        sa.PrimaryKeyConstraint("slot_id", "person_id"),
    )
    op.create_index("ix_attendance_person_id", "attendance", ["person_id"])
    op.create_table(
        "slotanswer",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["membership.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["slot.id"],
        ),
        sa.PrimaryKeyConstraint("slot_id", "person_id"),
    )
    op.create_index("ix_slotanswer_person_id", "slotanswer", ["person_id"])
    op.create_table(
        "slotreminded",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["slot.id"],
        ),
        sa.PrimaryKeyConstraint("slot_id", "person_id", "minutes", "starts_at"),
    )
    op.create_table(
        "sessionsilence",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["thematicsession.id"]),
        sa.PrimaryKeyConstraint("session_id", "person_id"),
    )
    op.create_table(
        "silencelink",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["thematicsession.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_silencelink_person_id", "silencelink", ["person_id"])
    op.create_index("ix_silencelink_at", "silencelink", ["at"])
    with op.batch_alter_table("mail") as batch_op:
        batch_op.add_column(sa.Column("calendar", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("mail") as batch_op:
        batch_op.alter_column("calendar", server_default=None)
    _keep(themes)
    _give_lists_to_cohorts()
