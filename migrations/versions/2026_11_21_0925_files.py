"""Files in chunks, and what they are attached to."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0925"
down_revision = "2026_11_21_0920"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "storedcontent",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_storedcontent_at", "storedcontent", ["at"], unique=False)
    op.create_table(
        "storedchunk",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["storedcontent.digest"]),
        sa.PrimaryKeyConstraint("digest", "number"),
    )
    op.create_table(
        "storedfile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_kind", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("preview_digest", sa.String(length=64), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["storedcontent.digest"]),
        sa.ForeignKeyConstraint(["preview_digest"], ["storedcontent.digest"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("owner_kind", "owner_id", "person_id", "digest", "name", name="uq_storedfile_once"),
    )
    with op.batch_alter_table("comment") as batch_op:
        batch_op.add_column(sa.Column("attachments", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("comment") as batch_op:
        batch_op.alter_column("attachments", server_default=None)
    op.create_index("ix_storedfile_owner", "storedfile", ["owner_kind", "owner_id"], unique=False)
    for column in ("person_id", "digest", "preview_digest"):
        op.create_index(f"ix_storedfile_{column}", "storedfile", [column], unique=False)
