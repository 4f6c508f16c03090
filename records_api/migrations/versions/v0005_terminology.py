"""A revision of the terminology that every write to a concept changes, whoever makes it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "terminology_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminology_revision")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _drawn_by_postgresql()
    else:
        _drawn_by_sqlite()


def _drawn_by_sqlite() -> None:
    op.execute("INSERT INTO terminology_revision VALUES (1, lower(hex(randomblob(16))))")
    draw = "UPDATE terminology_revision SET drawn = lower(hex(randomblob(16)))"
    for verb in ("INSERT", "UPDATE", "DELETE"):
        name = f"concepts_revised_by_{verb.lower()}"
        op.execute(f"CREATE TRIGGER {name} AFTER {verb} ON concepts BEGIN {draw}; END")


def _drawn_by_postgresql() -> None:
    """Before each statement: two who write concepts wait for each other here, and not each at a row
    that the other has changed."""
    op.execute("INSERT INTO terminology_revision VALUES (1, gen_random_uuid()::text)")
    op.execute(
        "CREATE FUNCTION sehat_revise_terminology() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "UPDATE terminology_revision SET drawn = gen_random_uuid()::text; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER concepts_revised BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON concepts "
        "FOR EACH STATEMENT EXECUTE FUNCTION sehat_revise_terminology()"
    )
