"""What a process remembers of the terminology holds until anybody writes a concept, in any way."""

from collections.abc import Callable

import pytest
from sqlalchemy import event, text

from records_api.core.context import Context
from records_api.core.db import Database
from records_api.encounters import repository as encounters
from records_api.guidance import repository as guidance
from records_api.terminology import service
from records_api.terminology.known import known
from records_api.terminology.schemas import ConceptIn
from records_api.terminology.tables import Concept

DENGUE = ConceptIn(
    code="dengue",
    kind="condition",
    name_en="Dengue",
    detail={"red_flags": [{"findings": ["bleeding"]}]},
)
WRITES = (
    "UPDATE concepts SET name_en = 'Breakbone fever' WHERE code = 'dengue'",
    "DELETE FROM concepts WHERE code = 'dengue'",
    "INSERT INTO concepts (code, kind, name_en, detail, source, recorded_at) "
    "SELECT 'dhf', kind, 'Breakbone fever', detail, source, recorded_at FROM concepts",
)


@pytest.fixture
def acting(ctx: Callable[..., Context]) -> Context:
    made = ctx("system")
    service.add_many(made, [DENGUE], source="test")
    made.session.commit()
    return made


def names(database: Database) -> list[list[str]]:
    with database.reading() as session:
        conditions = [condition.name_en for condition in guidance.conditions(session)]
        concepts = encounters.concepts(session, ["dengue", "dhf"])
        return [conditions, [concept.name_en for concept in concepts.values()]]


@pytest.mark.parametrize("statement", WRITES)
def test_what_another_process_writes_is_seen(
    acting: Context, database: Database, statement: str
) -> None:
    assert names(database) == [["Dengue"], ["Dengue"]]
    elsewhere = Database(database.engine.url.render_as_string(hide_password=False))
    with elsewhere.engine.begin() as connection:
        connection.execute(text(statement))
        assert names(database) == [["Dengue"], ["Dengue"]], "it is not committed yet"
    elsewhere.dispose()
    now = {"UPDATE": ["Breakbone fever"], "DELETE": [], "INSERT": ["Dengue", "Breakbone fever"]}
    wanted = now[statement.split()[0]]
    assert names(database) == [wanted, wanted]


def test_what_was_rolled_back_is_forgotten(acting: Context, database: Database) -> None:
    service.add_many(acting, [DENGUE.model_copy(update={"name_en": "Typhoid"})], source="test")
    assert encounters.concepts(acting.session, ["dengue"])["dengue"].name_en == "Typhoid"
    assert guidance.conditions(acting.session)[0].name_en == "Typhoid"
    acting.session.rollback()
    assert names(database) == [["Dengue"], ["Dengue"]]
    assert encounters.concepts(acting.session, ["dengue"])["dengue"].name_en == "Dengue"


def test_two_databases_are_told_apart(
    acting: Context, database: Database, new_database: Callable[..., str]
) -> None:
    from records_api.core.migrate import upgrade

    assert names(database) == [["Dengue"], ["Dengue"]]
    other = Database(new_database(upgrade))
    with other.transaction() as session:
        changed = DENGUE.model_copy(update={"name_en": "Cholera"})
        service.add_many(Context(session, acting.actor), [changed], source="test")
    assert names(other) == [["Cholera"], ["Cholera"]]
    assert names(database) == [["Dengue"], ["Dengue"]]
    other.dispose()


def test_the_same_revision_is_read_once(acting: Context, database: Database) -> None:
    names(database)
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with database.reading() as session:
        for _ in range(3):
            guidance.conditions(session)
            encounters.concepts(session, ["dengue"])
    assert [s for s in statements if s.startswith("SELECT")] == statements[-1:]


def test_codes_that_there_are_not_fill_no_memory(acting: Context, database: Database) -> None:
    with database.reading() as session:
        terms = known(session)
        for n in range(5):
            assert terms.concepts(session, [f"none {n}", "dengue"]).keys() == {"dengue"}
        assert terms._concepts.keys() == {"dengue"}


def test_what_is_remembered_belongs_to_no_session(acting: Context, database: Database) -> None:
    with database.transaction() as session:
        encounters.concepts(session, ["dengue"])["dengue"].name_en = "Changed by mistake"
        assert not session.dirty
        assert session.get_one(Concept, "dengue").name_en == "Dengue"
