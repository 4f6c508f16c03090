"""What to ask next: what the record says → the model service → questions, kept as advice.

Kept as a differential is, but under a subject of its own: it suggests no condition, and no diagnosis
may be confirmed or rejected by it.
"""

import math
from collections.abc import Mapping

from records_api.advice import service as advices
from records_api.advice.tables import Advice
from records_api.core.context import Context
from records_api.core.errors import ModelUnavailable
from records_api.core.i18n import marked as _
from records_api.core.i18n import translate
from records_api.core.models import ModelService
from records_api.encounters import repository
from records_api.encounters.differential import described
from records_api.encounters.schemas import AnswerOut, FindingsIn, NextQuestions, QuestionOut
from records_api.terminology.tables import Concept
from serving.common import ModelRef
from serving.diagnosis.schema import NextQuestion

FALLBACK = "no-question"  # the name of the answer that asks nothing
NO_MODEL = _("No model suggests what to ask. Ask as you would without it.")
NOTHING_LEFT = _("No further question would tell more.")


def subject(encounter_id: str) -> str:
    """Under which the questions of an encounter are kept."""
    return f"next-question:{encounter_id}"


def next_question(
    ctx: Context,
    models: ModelService,
    encounter_id: str,
    findings: FindingsIn | None = None,
    limit: int = 3,
) -> NextQuestions:
    """Up to `limit` questions, best first, for an encounter's recorded findings or for those on the
    screen that are not saved yet. Without a model there are none, and a reason."""
    ctx = ctx.at(ctx.now)  # what is recorded while the model thinks is newer than its answer
    request, _ = described(ctx, encounter_id, "encounter.next_question", findings, limit)
    ctx.session.commit()  # no transaction stays open while the model thinks
    model: ModelRef | str = FALLBACK
    questions: list[NextQuestion] = []
    try:
        answer = models.next_question(request)
    except ModelUnavailable:
        pass
    else:
        model, questions = answer.model, answer.questions[:limit]
    kept = advices.keep(
        ctx,
        "diagnosis",
        subject(encounter_id),
        {"questions": [question.model_dump(mode="json") for question in questions]},
        model=model,
        inputs=request,
        patient_id=request.patient_id,
        score=questions[0].gain if questions else None,
    )
    ctx.session.flush()
    return told(ctx, kept)


def told(ctx: Context, kept: Advice) -> NextQuestions:
    """Kept questions in the reader's language."""
    questions = [NextQuestion.model_validate(row) for row in kept.answer["questions"]]
    names = repository.concepts(ctx.session, (c for q in questions for c in _codes(q)))
    above = {concept.parent for concept in names.values() if concept.parent} - names.keys()
    names |= repository.concepts(ctx.session, above)
    reason = NO_MODEL if kept.degraded else None if questions else NOTHING_LEFT
    return NextQuestions(
        advice_id=kept.id,
        model=kept.model,
        model_version=kept.model_version,
        degraded=kept.degraded,
        reason=reason and translate(reason, ctx.language),
        questions=[
            QuestionOut(
                question=q.question,
                text=_text(q, names, ctx.language),
                kind=q.kind,
                answers=[
                    AnswerOut(code=code, name=_name(names.get(code), ctx.language) or code)
                    for code in q.findings
                ],
                gain=q.gain / math.log(2),
            )
            for q in questions
        ],
    )


def _codes(question: NextQuestion) -> set[str]:
    return {question.question, *question.findings}


def _text(question: NextQuestion, names: Mapping[str, Concept], language: str) -> str:
    """The sentence to say. Without one, the name of what is asked after, and of a finding with values
    the name of what they are values of."""
    itself, first = names.get(question.question), names.get(question.findings[0])
    asked = _sentence(itself, language) or _sentence(first, language)
    above = names.get(first.parent) if first is not None and first.parent else None
    named = itself if itself is not None or question.kind == "yes_no" else above
    return asked or _name(named, language) or question.question


def _sentence(concept: Concept | None, language: str) -> str | None:
    """In Hindi a Hindi name goes before an English sentence."""
    if concept is None:
        return None
    detail = concept.detail or {}
    spoken = detail.get(f"question_{language}")
    if not spoken and not (language == "hi" and concept.name_hi):
        spoken = detail.get("question_en")
    return spoken if isinstance(spoken, str) and spoken else None


def _name(concept: Concept | None, language: str) -> str | None:
    return None if concept is None else concept.named(language)
