"""What an adviser has seen of a team's work."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0935"
down_revision = "2026_11_21_0930"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deskvisit",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("initiative_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["initiative_id"], ["initiative.id"]),
        sa.PrimaryKeyConstraint("person_id", "initiative_id"),
    )
    op.create_index("ix_deskvisit_initiative_id", "deskvisit", ["initiative_id"])
