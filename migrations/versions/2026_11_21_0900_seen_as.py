"""Who is named, and to whom: attribution of cohorts and comments; a thread for each audience of an initiative."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0900"
down_revision = "2026_11_21_0434"
branch_labels = None
depends_on = None

# The audiences of an initiative's team and cohort that have no thread on it yet.
MISSING = """
SELECT initiative.id AS initiative_id, audience.id AS audience_id FROM initiative
JOIN team ON team.id = initiative.team_id
JOIN audience ON audience.cohort_id = team.cohort_id AND (audience.team_id IS NULL OR audience.team_id = team.id)
LEFT JOIN thread ON thread.initiative_id = initiative.id AND thread.audience_id = audience.id
WHERE thread.id IS NULL ORDER BY initiative.id, audience.id
"""


def _open_threads() -> None:
    connection = op.get_bind()
    stream = sa.table("stream", sa.column("id"), sa.column("kind"), sa.column("epoch"), sa.column("seq"))
    thread = sa.table(
        "thread", *(sa.column(name) for name in ("initiative_id", "audience_id", "stream_id", "subject", "tops"))
    )
    for initiative_id, audience_id in connection.execute(sa.text(MISSING)).all():
        made = sa.insert(stream).values(kind="thread", epoch=secrets.token_hex(4), seq=0).returning(stream.c.id)
        stream_id = connection.execute(made).scalar_one()
        values = {"initiative_id": initiative_id, "audience_id": audience_id, "stream_id": stream_id}
        connection.execute(sa.insert(thread).values(subject="initiative", tops=0, **values))


def upgrade() -> None:
    with op.batch_alter_table("programme") as batch_op:
        batch_op.add_column(
            sa.Column("facilitators_see_authors", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("cohort") as batch_op:
        batch_op.add_column(sa.Column("attribution", sa.String(length=10), nullable=False, server_default="named"))
    with op.batch_alter_table("comment") as batch_op:
        batch_op.add_column(sa.Column("attribution", sa.String(length=10), nullable=False, server_default="named"))
    with op.batch_alter_table("thread") as batch_op:
        batch_op.add_column(sa.Column("subject", sa.String(length=20), nullable=False, server_default="initiative"))
        batch_op.add_column(sa.Column("subject_id", sa.Integer(), nullable=True))
    # Only the rows that are there already needed them.
    for table, column, kind in (
        ("programme", "facilitators_see_authors", sa.Boolean()),
        ("cohort", "attribution", sa.String(length=10)),
        ("comment", "attribution", sa.String(length=10)),
        ("thread", "subject", sa.String(length=20)),
    ):
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(column, existing_type=kind, existing_nullable=False, server_default=None)
    _open_threads()
