"""A team takes an answer to a prompt back."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_1815"
down_revision = "2026_11_21_1800"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "responsewithdrawal",
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"]),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("response_id"),
    )
    op.create_index("ix_responsewithdrawal_by_id", "responsewithdrawal", ["by_id"])
