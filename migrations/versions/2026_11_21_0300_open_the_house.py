"""Open the house: people, cohorts, feedback, thematic sessions, and the log of the live engine."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0300"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counter",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("to", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(500), nullable=False),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("sector", sa.String(20), nullable=False),
        sa.Column("languages", sa.String(100), nullable=False),
        sa.Column("time_zone", sa.String(60), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("edition", sa.String(100), nullable=False),
        sa.Column("purpose", sa.String(2000), nullable=False),
        sa.Column("host", sa.String(200), nullable=False),
        sa.Column("time_zone", sa.String(60), nullable=False),
    )
    op.create_table(
        "receipt",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.Integer(), primary_key=True),
        sa.Column("reply", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_table(
        "stream",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("epoch", sa.String(16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
    )
    op.create_table(
        "change",
        sa.Column("stream_id", sa.Integer(), sa.ForeignKey("stream.id"), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("region", sa.String(80), primary_key=True),
    )
    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("programme_id", sa.Integer(), sa.ForeignKey("programme.id"), nullable=False, index=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("purpose", sa.String(2000), nullable=False),
        sa.Column("stream_id", sa.Integer(), sa.ForeignKey("stream.id"), nullable=False),
        sa.Column("talk_stream_id", sa.Integer(), sa.ForeignKey("stream.id"), nullable=False),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer(), sa.ForeignKey("organisation.id"), nullable=False, index=True),
        sa.Column("time_zone", sa.String(60), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("stream_id", sa.Integer(), sa.ForeignKey("stream.id"), nullable=False),
    )
    op.create_table(
        "login",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "signinmail",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("handle_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_path", sa.String(500), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("cohort_id", sa.Integer(), sa.ForeignKey("cohort.id"), nullable=False, index=True),
        sa.Column("organisation_id", sa.Integer(), sa.ForeignKey("organisation.id"), nullable=False, index=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("part", sa.String(20), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "thematicsession",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("cohort_id", sa.Integer(), sa.ForeignKey("cohort.id"), nullable=False, index=True),
        sa.Column("theme", sa.String(200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
    )
    op.create_table(
        "audience",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("cohort_id", sa.Integer(), sa.ForeignKey("cohort.id"), nullable=False, index=True),
        sa.Column("team_id", sa.Integer(), sa.ForeignKey("team.id"), nullable=True, index=True),
    )
    op.create_table(
        "initiative",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("team_id", sa.Integer(), sa.ForeignKey("team.id"), nullable=False, unique=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("challenge", sa.String(), nullable=False),
        sa.Column("context", sa.String(), nullable=False),
        sa.Column("tried", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("challenge_html", sa.String(), nullable=False),
        sa.Column("context_html", sa.String(), nullable=False),
        sa.Column("tried_html", sa.String(), nullable=False),
        sa.Column("asked_html", sa.String(), nullable=False),
        sa.Column("released_summary", sa.String(2000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stream_id", sa.Integer(), sa.ForeignKey("stream.id"), nullable=False),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("programme_id", sa.Integer(), sa.ForeignKey("programme.id"), nullable=True, index=True),
        sa.Column("cohort_id", sa.Integer(), sa.ForeignKey("cohort.id"), nullable=True, index=True),
        sa.Column("team_id", sa.Integer(), sa.ForeignKey("team.id"), nullable=True, index=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "initiativeversion",
        sa.Column("initiative_id", sa.Integer(), sa.ForeignKey("initiative.id"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("challenge", sa.String(), nullable=False),
        sa.Column("context", sa.String(), nullable=False),
        sa.Column("tried", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "removal",
        sa.Column("membership_id", sa.Integer(), sa.ForeignKey("membership.id"), primary_key=True),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "thread",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("initiative_id", sa.Integer(), sa.ForeignKey("initiative.id"), nullable=False, index=True),
        sa.Column("audience_id", sa.Integer(), sa.ForeignKey("audience.id"), nullable=False, index=True),
        sa.Column("stream_id", sa.Integer(), sa.ForeignKey("stream.id"), nullable=False),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("thread_id", sa.Integer(), sa.ForeignKey("thread.id"), nullable=False, index=True),
        sa.Column("parent_id", sa.Integer(), sa.ForeignKey("comment.id"), nullable=True, index=True),
        sa.Column("membership_id", sa.Integer(), sa.ForeignKey("membership.id"), nullable=False),
        sa.Column("author_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "resolution",
        sa.Column("thread_id", sa.Integer(), sa.ForeignKey("thread.id"), primary_key=True),
        sa.Column("membership_id", sa.Integer(), sa.ForeignKey("membership.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "commentversion",
        sa.Column("comment_id", sa.Integer(), sa.ForeignKey("comment.id"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "withdrawal",
        sa.Column("comment_id", sa.Integer(), sa.ForeignKey("comment.id"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
