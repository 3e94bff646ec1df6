"""Mentions, following, notices, moderation."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0920"
down_revision = "2026_11_21_0915"
branch_labels = None
depends_on = None

PERSON, THREAD, COMMENT = "person.id", "thread.id", "comment.id"


def _number(name: str, to: str = "", *, key: bool = False, optional: bool = False) -> sa.Column[int]:
    links = [sa.ForeignKey(to)] if to else []
    return sa.Column(name, sa.Integer(), *links, primary_key=key, nullable=optional)


def _words(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _instant(name: str, *, optional: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def _give_bells() -> None:
    connection = op.get_bind()
    stream = sa.table("stream", sa.column("id"), sa.column("kind"), sa.column("epoch"), sa.column("seq"))
    person = sa.table("person", sa.column("id"), sa.column("bell_stream_id"))
    for id_ in connection.execute(sa.select(person.c.id).order_by(person.c.id)).scalars().all():
        made = sa.insert(stream).values(kind="bell", epoch=secrets.token_hex(4), seq=0).returning(stream.c.id)
        stream_id = connection.execute(made).scalar_one()
        connection.execute(sa.update(person).where(person.c.id == id_).values(bell_stream_id=stream_id))


def upgrade() -> None:
    op.add_column("person", sa.Column("bell_stream_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("mail") as batch_op:
        batch_op.add_column(sa.Column("unsubscribe", sa.String(length=300), nullable=False, server_default=""))
    with op.batch_alter_table("mail") as batch_op:
        batch_op.alter_column("unsubscribe", server_default=None)
    _give_bells()
    op.create_table(
        "mention",
        _number("comment_id", COMMENT, key=True),
        _number("number", key=True),
        _number("person_id", PERSON, optional=True),
        _number("team_id", "team.id", optional=True),
        _words("typed", 400),
    )
    op.create_index("ix_mention_person_id", "mention", ["person_id"])
    op.create_table(
        "follow",
        _number("person_id", PERSON, key=True),
        _number("thread_id", THREAD, key=True),
        _words("volume", 20),
        _instant("at"),
    )
    op.create_table(
        "notice",
        _number("id", key=True),
        _number("person_id", PERSON),
        _words("kind", 20),
        _number("thread_id", THREAD, optional=True),
        _number("comment_id", COMMENT, optional=True),
        _number("audience_id", "audience.id", optional=True),
        _words("url", 200),
        _words("about", 200),
        _instant("at"),
        _instant("read_at", optional=True),
        _instant("mailed_at", optional=True),
        sa.UniqueConstraint("person_id", "comment_id"),
    )
    op.create_index("ix_notice_comment_id", "notice", ["comment_id"])
    op.create_index("ix_notice_person", "notice", ["person_id", "id"])
    for name, column, where in (
        ("ix_notice_unread", "person_id", "read_at IS NULL"),
        ("ix_notice_untold", "at", "read_at IS NULL AND mailed_at IS NULL"),
    ):
        op.create_index(name, "notice", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table("noticesetting", _number("person_id", PERSON, key=True), _words("mail", 20))
    op.create_table(
        "noticelink",
        sa.Column("token_hash", sa.String(length=64), primary_key=True, nullable=False),
        _number("person_id", PERSON),
        _number("thread_id", THREAD, optional=True),
        _instant("at"),
    )
    op.create_index("ix_noticelink_person_id", "noticelink", ["person_id"])
    op.create_index("ix_noticelink_at", "noticelink", ["at"])
    op.create_table(
        "report",
        _number("comment_id", COMMENT, key=True),
        _number("by_id", PERSON, key=True),
        _words("reason", 1000),
        _instant("at"),
        _instant("settled_at", optional=True),
        _number("settled_by_id", PERSON, optional=True),
        _words("outcome", 20),
    )
    op.create_index("ix_report_by_id", "report", ["by_id"])
    op.create_table(
        "hiding",
        _number("id", key=True),
        _number("comment_id", COMMENT),
        _number("by_id", PERSON),
        _words("reason", 1000),
        _instant("at"),
        _instant("lifted_at", optional=True),
    )
    op.create_index("ix_hiding_comment_id", "hiding", ["comment_id"])
    op.create_table(
        "appeal",
        _number("hiding_id", "hiding.id", key=True),
        _words("words", 2000),
        _instant("at"),
        _instant("decided_at", optional=True),
        _number("decided_by_id", PERSON, optional=True),
        _words("outcome", 20),
    )
