"""Shared texts: what several people write at once."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0915"
down_revision = "2026_11_21_0910"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sharedtext",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), sa.ForeignKey("stream.id"), nullable=False),
        sa.Column("epoch", sa.String(16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("state_seq", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "sharedtextupdate",
        sa.Column("text_id", sa.Integer(), sa.ForeignKey("sharedtext.id"), primary_key=True, nullable=False),
        sa.Column("seq", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
