"""From a request and the online features to an answer: no web, no store, no registry."""

from collections.abc import Mapping
from typing import Any

from models.diagnosis.cases import Case, Ranked, Weight
from models.diagnosis.predictor import DiagnosisPredictor
from serving.common import ModelRef
from serving.diagnosis.schema import (
    DiagnosisAnswer,
    DiagnosisRequest,
    Evidence,
    NextQuestion,
    NextQuestionAnswer,
    RankedCondition,
)

EVIDENCE = 6  # findings shown for and against a condition


class CannotAsk(Exception):
    """The model is of a version that ranks conditions and asks nothing."""


def answer(
    predictor: DiagnosisPredictor,
    request: DiagnosisRequest,
    features: Mapping[str, Any],
    model: ModelRef,
) -> DiagnosisAnswer:
    """features: online features of patient and district, each key optional: local_conditions and
    local_shares (equally long), prior_conditions, age, sex. What the request says goes first."""
    case = case_of(request, features)
    [found] = predictor.predict([case], limit=request.limit, evidence=EVIDENCE)
    return DiagnosisAnswer(
        model=model,
        ranked=[_ranked(ranked) for ranked in found.ranked],
        prediction_set=list(found.prediction_set),
        abstained=found.abstained,
        reason=None if found.reason is None else str(found.reason),
        urgent=found.urgent,
        specialty=found.specialty,
        unknown_findings=list(found.unknown_findings),
        considered=None if found.considered is None else list(found.considered),
    )


def next_question(
    predictor: DiagnosisPredictor,
    request: DiagnosisRequest,
    features: Mapping[str, Any],
    model: ModelRef,
) -> NextQuestionAnswer:
    """Up to `request.limit` questions; features as for `answer`. Raises CannotAsk."""
    if predictor.posterior is None:
        raise CannotAsk("this diagnosis model cannot ask: run `sehat train diagnosis`")
    questions = predictor.ask_next(case_of(request, features), request.limit)
    return NextQuestionAnswer(
        model=model,
        questions=[
            NextQuestion(question=q.question, kind=q.kind, findings=list(q.findings), gain=q.gain)
            for q in questions
        ],
    )


def case_of(request: DiagnosisRequest, features: Mapping[str, Any]) -> Case:
    conditions, shares = _list(features, "local_conditions"), _list(features, "local_shares")
    if len(conditions) != len(shares):  # a half-written feature is no feature
        conditions, shares = [], []
    return Case(
        present=request.present,
        absent=request.absent,
        age=features.get("age") if request.age is None else request.age,
        sex=features.get("sex") if request.sex is None else request.sex,
        local_conditions=conditions,
        local_shares=shares,
        prior_conditions=sorted({*_list(features, "prior_conditions"), *request.prior}),
    )


def _list(features: Mapping[str, Any], name: str) -> list[Any]:
    value = features.get(name)
    return [] if value is None else list(value)


def _ranked(ranked: Ranked) -> RankedCondition:
    return RankedCondition(
        condition=ranked.condition,
        icd10=ranked.icd10,
        probability=min(max(ranked.probability, 0.0), 1.0),
        evidence_for=[_evidence(weight) for weight in ranked.evidence_for],
        evidence_against=[_evidence(weight) for weight in ranked.evidence_against],
        by_catalogue=ranked.by_catalogue,
    )


def _evidence(weight: Weight) -> Evidence:
    return Evidence(finding=weight.finding, present=weight.present, weight=weight.weight)
