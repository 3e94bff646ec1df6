"""Prompts on sessions: what is talked about is an initiative or a session, and every session has its threads."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_1135"
down_revision = "2026_11_21_1130"
branch_labels = None
depends_on = None

AROUND = "UPDATE thread SET around_id = (SELECT stream_id FROM initiative WHERE initiative.id = thread.initiative_id)"
WHOLE = """
UPDATE thread SET whole_id = (
    SELECT whole.id FROM thread AS whole
    WHERE whole.initiative_id = thread.initiative_id AND whole.audience_id = thread.audience_id
    AND whole.subject = 'initiative'
) WHERE subject <> 'initiative'
"""
SESSIONS = """
SELECT thematicsession.id, thematicsession.stream_id, thematicsession.theme, thematicsession.attribution, audience.id
FROM thematicsession JOIN audience ON audience.cohort_id = thematicsession.cohort_id AND audience.team_id IS NULL
ORDER BY thematicsession.id, audience.id
"""


def _open_for_sessions() -> None:
    connection = op.get_bind()
    stream = sa.table("stream", *(sa.column(name) for name in ("id", "kind", "epoch", "seq")))
    columns = ("session_id", "audience_id", "stream_id", "around_id", "about", "attribution", "subject", "tops")
    thread = sa.table("thread", *(sa.column(name) for name in columns))
    for session_id, around_id, theme, attribution, audience_id in connection.execute(sa.text(SESSIONS)).all():
        made = sa.insert(stream).values(kind="thread", epoch=secrets.token_hex(4), seq=0).returning(stream.c.id)
        values = {"session_id": session_id, "audience_id": audience_id, "around_id": around_id, "about": theme}
        values |= {"stream_id": connection.execute(made).scalar_one(), "attribution": attribution}
        connection.execute(sa.insert(thread).values(**values, subject="session", tops=0))


def upgrade() -> None:
    with op.batch_alter_table("thread") as batch_op:
        batch_op.alter_column("initiative_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("session_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("around_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("whole_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("about", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("attribution", sa.String(length=10), nullable=False, server_default="named"))
        batch_op.create_index("ix_thread_session_id", ["session_id"])
    op.execute(AROUND)
    op.execute(WHOLE)
    with op.batch_alter_table("thread") as batch_op:
        batch_op.alter_column("around_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("about", existing_type=sa.String(length=200), server_default=None)
        batch_op.alter_column("attribution", existing_type=sa.String(length=10), server_default=None)
        batch_op.create_foreign_key("fk_thread_around_id_stream", "stream", ["around_id"], ["id"])
        batch_op.create_foreign_key("fk_thread_whole_id_thread", "thread", ["whole_id"], ["id"])
    with op.batch_alter_table("prompt") as batch_op:
        batch_op.alter_column("initiative_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("session_id", sa.Integer(), nullable=True))
        batch_op.create_index("ix_prompt_session_id", ["session_id"])
    _open_for_sessions()
