"""What a kept differential says to a doctor, whatever a model put into it."""

from collections.abc import Iterator

import pytest

from portal.desks.doctor import views
from portal.desks.status.pages import live_models
from records_api.advice import service as advices
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database
from serving.common import ModelRef
from serving.diagnosis.schema import DiagnosisAnswer, Evidence, RankedCondition

REF = ModelRef(name="diagnosis", version="3")


@pytest.fixture
def ctx(city: Database) -> Iterator[Context]:
    with city.session() as session:
        yield Context(session, SYSTEM)


def _answer(*evidence: Evidence) -> DiagnosisAnswer:
    first = RankedCondition(condition="dengue", probability=0.9, evidence_for=list(evidence))
    other = RankedCondition(condition="no-such-code", probability=0.1)
    return DiagnosisAnswer(
        model=REF, ranked=[first, other], prediction_set=["dengue"], abstained=False, urgent=False
    )


def _shown(ctx: Context, answer: DiagnosisAnswer, language: str = "en") -> views.Suggested:
    content = answer.model_dump(mode="json", exclude={"model"})
    kept = advices.keep(ctx, "diagnosis", "x", content, model=REF, inputs={})
    return views.suggested(Context(ctx.session, ctx.actor, language=language), kept)


def test_circumstances_have_words(ctx: Context) -> None:
    told = [
        Evidence(finding="age", present=True, weight=3.0),
        Evidence(finding="prior:malaria_vivax", present=True, weight=2.0),
        Evidence(finding="cough", present=False, weight=1.0),
    ]
    shown = _shown(ctx, _answer(*told))
    said = shown.rows[0].supports
    assert [told.name for told in said] == ["age", "earlier: Vivax malaria", "Cough: absent"]
    assert (said[0].words, said[0].times) == ("strongly for", "20 times likelier")
    assert said[0].share > said[1].share > said[2].share > 0
    shown = _shown(ctx, _answer(*told), "hi")
    assert [t.name for t in shown.rows[0].supports] == ["उम्र", "पहले: वाइवैक्स मलेरिया", "खाँसी: नहीं है"]


def test_a_code_without_a_name_shows_itself(ctx: Context) -> None:
    shown = _shown(ctx, _answer())
    assert [row.name for row in shown.rows] == ["Dengue without warning signs", "no-such-code"]
    assert [row.likely for row in shown.rows] == [True, False]
    assert shown.source == "Model diagnosis, version 3"


def test_what_belongs_into_the_differential_is_marked_where_a_model_learned_it(
    ctx: Context,
) -> None:
    def marked(learned: list[str] | None) -> list[bool]:
        answer = _answer().model_copy(update={"considered": learned})
        return [row.considered for row in _shown(ctx, answer).rows]

    assert marked(None) == marked([]) == [False, False]
    assert marked(["no-such-code", "flu"]) == [False, True]


def test_a_status_that_is_not_understood_is_not_live() -> None:
    assert set(live_models({"ready": False}).values()) == {None}
    assert set(live_models({"models": ["x"]}).values()) == {None}
    models = live_models({"models": {"demand": {"version": "2", "name": "demand"}, "identity": 4}})
    assert [m.version if m else None for m in models.values()] == [None, "2", None]
