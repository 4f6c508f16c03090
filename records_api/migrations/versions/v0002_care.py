"""Care: encounters, bookings, stock, captures, advice; the audit chain's head; ledgers that only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ONLY_GROW = ("stock_movements", "audit_log")


def upgrade() -> None:
    _tables()
    head = sa.table("audit_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])
    if op.get_bind().dialect.name == "postgresql":
        _only_grow_postgresql()
    else:
        _only_grow_sqlite()


def _only_grow_sqlite() -> None:
    for table in ONLY_GROW:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )


def _only_grow_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION sehat_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = '23000'; END $$"
    )
    for table in ONLY_GROW:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION sehat_only_grows()"
        )


def _tables() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("facility_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_batches_on_hand")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_batches_facility_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_batches_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint(
            "facility_id", "item_id", "number", name=op.f("uq_batches_facility_id_item_id_number")
        ),
    )
    op.create_index(op.f("ix_batches_item_id"), "batches", ["item_id"], unique=False)
    op.create_table(
        "clinic_sessions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("facility_id", sa.String(length=36), nullable=False),
        sa.Column("clinician_id", sa.String(length=36), nullable=True),
        sa.Column("specialty", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_clinic_sessions_period")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_clinic_sessions_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_sessions")),
    )
    op.create_index(
        op.f("ix_clinic_sessions_facility_id"), "clinic_sessions", ["facility_id"], unique=False
    )
    op.create_index(
        op.f("ix_clinic_sessions_specialty"), "clinic_sessions", ["specialty"], unique=False
    )
    op.create_index(
        op.f("ix_clinic_sessions_starts_at"), "clinic_sessions", ["starts_at"], unique=False
    )
    op.create_table(
        "dispenses",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("facility_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=True),
        sa.Column("prescription_id", sa.String(length=36), nullable=True),
        sa.Column("requested", sa.BigInteger(), nullable=False),
        sa.Column("supplied", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=4), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("period IN ('once', 'D', 'W', 'M')", name=op.f("ck_dispenses_period")),
        sa.CheckConstraint(
            "requested >= supplied AND supplied >= 0", name=op.f("ck_dispenses_quantities")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_dispenses_facility_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_dispenses_item_id")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_dispenses_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispenses")),
    )
    op.create_index("ix_dispenses_key", "dispenses", ["facility_id", "item_id", "at"], unique=False)
    op.create_index(op.f("ix_dispenses_patient_id"), "dispenses", ["patient_id"], unique=False)
    op.create_index(
        op.f("ix_dispenses_prescription_id"), "dispenses", ["prescription_id"], unique=False
    )
    op.create_table(
        "encounters",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("facility_id", sa.String(length=36), nullable=True),
        sa.Column("clinician_id", sa.String(length=36), nullable=True),
        sa.Column("booking_id", sa.String(length=36), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("complaint", sa.String(length=500), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_encounters_status")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_encounters_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_encounters_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encounters")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_encounters_booking_id")),
    )
    op.create_index(
        op.f("ix_encounters_clinician_id"), "encounters", ["clinician_id"], unique=False
    )
    op.create_index(op.f("ix_encounters_facility_id"), "encounters", ["facility_id"], unique=False)
    op.create_index(op.f("ix_encounters_patient_id"), "encounters", ["patient_id"], unique=False)
    op.create_index(op.f("ix_encounters_started_at"), "encounters", ["started_at"], unique=False)
    op.create_table(
        "face_captures",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=100), nullable=True),
        sa.Column("facility_id", sa.String(length=36), nullable=True),
        sa.Column("quality", sa.Double(), nullable=True),
        sa.Column("problems", sa.String(length=200), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(length=36), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('enrolment', 'verification')", name=op.f("ck_face_captures_purpose")
        ),
        sa.CheckConstraint(
            "picture IS NULL OR withdrawn_at IS NULL", name=op.f("ck_face_captures_withdrawn")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_face_captures_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_face_captures_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_captures")),
    )
    op.create_index(op.f("ix_face_captures_digest"), "face_captures", ["digest"], unique=False)
    op.create_index(
        op.f("ix_face_captures_patient_id"), "face_captures", ["patient_id"], unique=False
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("complaint", sa.String(length=500), nullable=True),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("advice_id", sa.String(length=36), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("booked_by", sa.String(length=36), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('booked', 'arrived', 'cancelled', 'missed')",
            name=op.f("ck_bookings_status"),
        ),
        sa.CheckConstraint(
            "urgency IN ('now', 'soon', 'routine')", name=op.f("ck_bookings_urgency")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_bookings_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["clinic_sessions.id"], name=op.f("fk_bookings_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("advice_id", name="uq_bookings_advice"),
    )
    op.create_index(op.f("ix_bookings_patient_id"), "bookings", ["patient_id"], unique=False)
    op.create_index(
        "uq_bookings_live",
        "bookings",
        ["session_id", "patient_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'cancelled'"),
        postgresql_where=sa.text("status <> 'cancelled'"),
    )
    op.create_table(
        "diagnoses",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("encounter_id", sa.String(length=36), nullable=False),
        sa.Column("condition", sa.String(length=100), nullable=False),
        sa.Column("icd10", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("advice_id", sa.String(length=36), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('working', 'confirmed', 'refuted')", name=op.f("ck_diagnoses_status")
        ),
        sa.ForeignKeyConstraint(
            ["encounter_id"], ["encounters.id"], name=op.f("fk_diagnoses_encounter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnoses")),
    )
    op.create_index(op.f("ix_diagnoses_condition"), "diagnoses", ["condition"], unique=False)
    op.create_index(op.f("ix_diagnoses_decided_at"), "diagnoses", ["decided_at"], unique=False)
    op.create_index(op.f("ix_diagnoses_encounter_id"), "diagnoses", ["encounter_id"], unique=False)
    op.create_table(
        "encounter_findings",
        sa.Column("encounter_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('present', 'absent', 'unknown')", name=op.f("ck_encounter_findings_status")
        ),
        sa.ForeignKeyConstraint(
            ["encounter_id"], ["encounters.id"], name=op.f("fk_encounter_findings_encounter_id")
        ),
        sa.PrimaryKeyConstraint("encounter_id", "code", name=op.f("pk_encounter_findings")),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("encounter_id", sa.String(length=36), nullable=False),
        sa.Column("author_id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["encounter_id"], ["encounters.id"], name=op.f("fk_notes_encounter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_encounter_id"), "notes", ["encounter_id"], unique=False)
    op.create_table(
        "places",
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["clinic_sessions.id"], name=op.f("fk_places_session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", "number", name=op.f("pk_places")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_places_booking_id")),
    )
    op.create_table(
        "prescriptions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("encounter_id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("directions", sa.String(length=300), nullable=False),
        sa.Column("prescriber_id", sa.String(length=36), nullable=False),
        sa.Column("prescribed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_prescriptions_quantity")),
        sa.ForeignKeyConstraint(
            ["encounter_id"], ["encounters.id"], name=op.f("fk_prescriptions_encounter_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_prescriptions_item_id")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_prescriptions_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescriptions")),
    )
    op.create_index(
        op.f("ix_prescriptions_encounter_id"), "prescriptions", ["encounter_id"], unique=False
    )
    op.create_index(op.f("ix_prescriptions_item_id"), "prescriptions", ["item_id"], unique=False)
    op.create_index(
        op.f("ix_prescriptions_patient_id"), "prescriptions", ["patient_id"], unique=False
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("facility_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("dispense_id", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('receive', 'dispense', 'adjust', 'transfer', 'expire')",
            name=op.f("ck_stock_movements_kind"),
        ),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_movements_quantity")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_stock_movements_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_stock_movements_facility_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_stock_movements_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
    )
    op.create_index(
        op.f("ix_stock_movements_batch_id"), "stock_movements", ["batch_id"], unique=False
    )
    op.create_index(
        op.f("ix_stock_movements_dispense_id"), "stock_movements", ["dispense_id"], unique=False
    )
    op.create_index(
        "ix_stock_movements_key", "stock_movements", ["facility_id", "item_id", "at"], unique=False
    )
    op.create_table(
        "vitals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("encounter_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["encounter_id"], ["encounters.id"], name=op.f("fk_vitals_encounter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vitals")),
    )
    op.create_index("ix_vitals_encounter_code", "vitals", ["encounter_id", "code"], unique=False)
