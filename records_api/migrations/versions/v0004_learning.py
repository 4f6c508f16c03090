"""Learning from use: what models were asked with, what challengers answered, drift reports."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("advice", sa.Column("inputs", sa.JSON(none_as_null=True), nullable=True))
    op.create_index(op.f("ix_advice_inputs_digest"), "advice", ["inputs_digest"], unique=False)
    op.create_table(
        "shadow_answers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("inputs_digest", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("model_version", sa.String(length=20), nullable=False),
        sa.Column("champion_version", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_answers")),
        sa.UniqueConstraint("inputs_digest", "model_version", name="uq_shadow_answers_question"),
    )
    op.create_table(
        "drift_reports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("capability", sa.String(length=12), nullable=False),
        sa.Column("model_version", sa.String(length=20), nullable=True),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "level IN ('few', 'steady', 'watch', 'alarm', 'failed')",
            name=op.f("ck_drift_reports_level"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_reports")),
    )
    op.create_index(
        "ix_drift_reports_newest", "drift_reports", ["capability", "made_at"], unique=False
    )
