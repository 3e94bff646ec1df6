"""Notes on the run sheet, and who said a poll anew or closed it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_1130"
down_revision = "2026_11_21_1125"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sheetnote",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=4000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["thematicsession.id"],
        ),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_index("ix_sheetnote_session_id", "sheetnote", ["session_id"])
    with op.batch_alter_table("poll") as poll:
        poll.add_column(sa.Column("firm_version", sa.Integer(), nullable=True))
        poll.add_column(sa.Column("firm_by_id", sa.Integer(), nullable=True))
        poll.create_foreign_key("fk_poll_firm_by_id_person", "person", ["firm_by_id"], ["id"])
