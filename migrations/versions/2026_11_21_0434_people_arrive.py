"""People arrive and nothing is lost: invitations, imports, jobs, drafts, visits, reactions, numbered comments."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0434"
down_revision = "2026_11_21_0300"
branch_labels = None
depends_on = None


# A comment's number counts the comments begun in its thread; a reply has its parent's.
TOPS = """
UPDATE comment SET number = counted.number FROM (
    SELECT id, row_number() OVER (PARTITION BY thread_id ORDER BY id) AS number FROM comment WHERE parent_id IS NULL
) AS counted WHERE counted.id = comment.id
"""
REPLIES = """
UPDATE comment SET number = parent.number FROM comment AS parent WHERE parent.id = comment.parent_id
"""
COUNTS = """
UPDATE thread SET tops = (SELECT count(*) FROM comment c WHERE c.thread_id = thread.id AND c.parent_id IS NULL)
"""


def _give_streams_to_arrivals() -> None:
    stream = sa.table("stream", sa.column("id"), sa.column("kind"), sa.column("epoch"), sa.column("seq"))
    cohort = sa.table("cohort", sa.column("id"), sa.column("arrivals_stream_id"))
    connection = op.get_bind()
    for id_ in connection.execute(sa.select(cohort.c.id)).scalars().all():
        made = sa.insert(stream).values(kind="arrivals", epoch=secrets.token_hex(4), seq=0).returning(stream.c.id)
        given = {"arrivals_stream_id": connection.execute(made).scalar_one()}
        connection.execute(sa.update(cohort).where(cohort.c.id == id_).values(given))


def upgrade() -> None:
    op.create_table(
        "auditentry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("auditentry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_auditentry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_auditentry_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_auditentry_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.Column("given", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delays", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_ended_at"), ["ended_at"], unique=False)
    unfinished = sa.text("ended_at IS NULL")
    op.create_index("ix_job_open", "job", ["kind", "at"], sqlite_where=unfinished, postgresql_where=unfinished)

    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "place"),
    )
    op.create_index("ix_draft_at", "draft", ["at"])
    op.create_table(
        "erasure",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("ignored", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohort.id"],
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "importrow",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.String(), nullable=False),
        sa.Column("errors", sa.String(), nullable=False),
        sa.Column("plan", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.PrimaryKeyConstraint("import_id", "number"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"]),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"]),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_team_id"), ["team_id"], unique=False)

    op.create_table(
        "acceptance",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"]),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("invitation_id"),
    )
    op.create_table(
        "invitationlink",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    with op.batch_alter_table("invitationlink", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitationlink_invitation_id"), ["invitation_id"], unique=False)

    op.create_table(
        "retraction",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"]),
        sa.PrimaryKeyConstraint("invitation_id"),
    )
    op.create_table(
        "visit",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["thread.id"],
        ),
        sa.PrimaryKeyConstraint("person_id", "thread_id"),
    )
    op.create_table(
        "reaction",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("comment_id", "person_id", "kind"),
    )
    with op.batch_alter_table("reaction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reaction_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("comment") as comment:
        comment.add_column(sa.Column("number", sa.Integer(), nullable=True))
        comment.drop_index("ix_comment_thread_id")
    op.execute(TOPS)
    op.execute(REPLIES)
    with op.batch_alter_table("comment") as comment:
        comment.alter_column("number", existing_type=sa.Integer(), nullable=False)
        comment.create_index("ix_comment_place", ["thread_id", "number", "id"])
        comment.create_index("ix_comment_order", ["thread_id", "id"])

    with op.batch_alter_table("thread") as thread:
        thread.add_column(sa.Column("tops", sa.Integer(), nullable=True))
    op.execute(COUNTS)
    with op.batch_alter_table("thread") as thread:
        thread.alter_column("tops", existing_type=sa.Integer(), nullable=False)

    with op.batch_alter_table("cohort") as cohort:
        cohort.add_column(sa.Column("arrivals_stream_id", sa.Integer(), nullable=True))
    _give_streams_to_arrivals()
    with op.batch_alter_table("cohort") as cohort:
        cohort.alter_column("arrivals_stream_id", existing_type=sa.Integer(), nullable=False)
        cohort.create_foreign_key("fk_cohort_arrivals_stream_id_stream", "stream", ["arrivals_stream_id"], ["id"])

    with op.batch_alter_table("mail") as mail:
        mail.add_column(sa.Column("kind", sa.String(40), nullable=True))
        mail.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
        mail.add_column(sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True))
        mail.add_column(sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))
    # What failed once was never tried again by the house before; it must not leave now, days later.
    op.execute("UPDATE mail SET kind = ''")
    op.execute("UPDATE mail SET dropped_at = at WHERE sent_at IS NULL")
    with op.batch_alter_table("mail") as mail:
        mail.alter_column("kind", existing_type=sa.String(40), nullable=False)
