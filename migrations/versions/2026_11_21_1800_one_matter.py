"""A thread, and a prompt, is on exactly one initiative or session, whatever writes it; and those who run a programme
are found without asking everybody in it."""

from alembic import op

revision = "2026_11_21_1800"
down_revision = "2026_11_21_1135"
branch_labels = None
depends_on = None

ONE_MATTER = "(initiative_id IS NULL) <> (session_id IS NULL)"


def upgrade() -> None:
    for table in ("thread", "prompt"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.create_check_constraint(f"ck_{table}_one_matter", ONE_MATTER)
    op.create_index("ix_membership_programme_role", "membership", ["programme_id", "role"])
    op.drop_index("ix_membership_programme_id", "membership")
