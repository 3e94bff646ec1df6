"""Teams hand in documents where a round asks for them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0940"
down_revision = "2026_11_21_0935"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("round", sa.Column("hand_in_by", sa.DateTime(timezone=True), nullable=True))
    # Nothing was ever written into these.
    op.drop_column("roundteam", "document")
    op.drop_column("roundteam", "document_html")
    op.create_table(
        "handedin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"]),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"]),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "team_id"),
    )
