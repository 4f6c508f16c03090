"""Notes are drafts until they are signed; what they were made from, and what was read from them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _drafts()
    _attachments()
    _readings()


def _drafts() -> None:
    """Notes that were kept before were signed by being kept."""
    with op.batch_alter_table("notes") as notes:
        notes.add_column(sa.Column("source", sa.String(length=6), server_default="typed"))
        notes.add_column(sa.Column("language", sa.String(length=8), nullable=True))
        notes.add_column(sa.Column("draft", sa.Text(), nullable=True))
        notes.add_column(sa.Column("status", sa.String(length=9), server_default="signed"))
        notes.add_column(sa.Column("changes", sa.JSON(), nullable=True))
        notes.add_column(sa.Column("changed_words", sa.Integer(), nullable=True))
        notes.add_column(sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True))
        notes.add_column(sa.Column("version", sa.Integer(), server_default="1"))
    op.execute("UPDATE notes SET draft = text, signed_at = recorded_at, changed_words = 0")
    with op.batch_alter_table("notes") as notes:
        for name, kind in (
            ("source", sa.String(length=6)),
            ("draft", sa.Text()),
            ("status", sa.String(length=9)),
            ("version", sa.Integer()),
        ):
            notes.alter_column(name, existing_type=kind, nullable=False, server_default=None)
        notes.create_check_constraint(
            op.f("ck_notes_source"), "source IN ('typed', 'spoken', 'drawn')"
        )
        notes.create_check_constraint(
            op.f("ck_notes_status"), "status IN ('draft', 'signed', 'discarded')"
        )
        notes.create_check_constraint(
            op.f("ck_notes_signed"), "(status = 'signed') = (signed_at IS NOT NULL)"
        )
    op.create_index("ix_notes_author_status", "notes", ["author_id", "status"])


def _attachments() -> None:
    op.create_table(
        "note_attachments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("note_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('audio', 'ink', 'picture')", name=op.f("ck_note_attachments_kind")
        ),
        sa.CheckConstraint(
            "(content IS NULL) = (deleted_at IS NOT NULL)", name=op.f("ck_note_attachments_deleted")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["notes.id"], name=op.f("fk_note_attachments_note_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_attachments")),
    )
    op.create_index(op.f("ix_note_attachments_note_id"), "note_attachments", ["note_id"])


def _readings() -> None:
    op.create_table(
        "note_readings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("note_id", sa.String(length=36), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=True),
        sa.Column("model_version", sa.String(length=20), nullable=True),
        sa.Column("inputs_digest", sa.String(length=64), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_note_readings_note_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_readings")),
    )
    op.create_index(op.f("ix_note_readings_note_id"), "note_readings", ["note_id"])
    op.create_table(
        "note_extractions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("note_id", sa.String(length=36), nullable=False),
        sa.Column("reading_id", sa.String(length=36), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("assertion", sa.String(length=10), nullable=False),
        sa.Column("experiencer", sa.String(length=7), nullable=False),
        sa.Column("dose", sa.JSON(), nullable=True),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.String(length=8), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.CheckConstraint(
            "kind IN ('finding', 'condition', 'drug')", name=op.f("ck_note_extractions_kind")
        ),
        sa.CheckConstraint(
            "assertion IN ('affirmed', 'negated', 'possible', 'historical')",
            name=op.f("ck_note_extractions_assertion"),
        ),
        sa.CheckConstraint(
            "experiencer IN ('patient', 'other')", name=op.f("ck_note_extractions_experiencer")
        ),
        sa.CheckConstraint(
            "decision IN ('accepted', 'struck')", name=op.f("ck_note_extractions_decision")
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL)", name=op.f("ck_note_extractions_decided")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["notes.id"], name=op.f("fk_note_extractions_note_id")
        ),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["note_readings.id"], name=op.f("fk_note_extractions_reading_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_extractions")),
    )
    op.create_index(op.f("ix_note_extractions_note_id"), "note_extractions", ["note_id"])
