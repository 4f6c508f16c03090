"""What FHIR R4 resources of another system tell us: findings, earlier conditions, a health number.

Only what is certain is taken: a coded yes or no on one of our codes. Everything else, whatever its
shape, is passed over; another system's data is no error of the one who asks.
Sources: FHIR R4 Observation and Condition; SNOMED CT, LOINC and HL7 v2-0136 codes for yes and no.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from records_api.patients.rules import valid_health_id

_CODE = re.compile(r"[!-~]{1,100}")
_ICD10 = re.compile(r"[A-Za-z]\d\d.*")
_YES = {"373066001", "52101004", "LA33-6", "LA9633-4", "Y"}
_NO = {"373067005", "2667000", "LA32-8", "LA9634-2", "N"}
_VOID = {"entered-in-error", "cancelled"}
_SURE = {"", "confirmed"}


@dataclass(frozen=True)
class Sent:
    """Codes as they were sent; which of them are ours, the terminology says.

    `said` is code → present. `history` holds the codes of conditions that were confirmed.
    """

    said: Mapping[str, bool] = field(default_factory=dict)
    history: frozenset[str] = frozenset()
    health_id: str | None = None


def read(prefetch: Mapping[str, Any] | None, patient_id: str) -> Sent:
    """`patient_id` is the asking system's own: what is about somebody else is not taken."""
    said: dict[str, set[bool]] = {}
    history: set[str] = set()
    health_id = None
    for resource in _resources(prefetch or {}):
        kind = resource.get("resourceType")
        if kind == "Patient" and resource.get("id", patient_id) == patient_id:
            health_id = health_id or _health_id(resource)
        if kind not in {"Observation", "Condition"} or not _about(resource, patient_id):
            continue
        if kind == "Observation":
            answers = _observation(resource)
        else:
            answers = _condition(resource)
            if _verified(resource) in _SURE:
                history.update(_codes(resource.get("code")))
        for code, present in answers:
            said.setdefault(code, set()).add(present)
    # A code that is affirmed here and denied there says nothing.
    agreed = {code: True in answers for code, answers in said.items() if len(answers) == 1}
    return Sent(agreed, frozenset(history), health_id)


def categories(codes: frozenset[str]) -> dict[str, str]:
    """Code → its ICD-10 category: J11.1 → J11."""
    return {code: code[:3].upper() for code in codes if _ICD10.fullmatch(code)}


def _resources(prefetch: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for value in prefetch.values():
        for resource in (value, *_each(_dict(value).get("entry"), "resource")):
            if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
                yield resource


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _each(values: Any, name: str) -> Iterator[Any]:
    for value in values if isinstance(values, list) else ():
        yield _dict(value).get(name)


def _codes(concept: Any) -> list[str]:
    """The codes of a CodeableConcept, those that could be ours."""
    codings = _dict(concept).get("coding")
    pairs = zip(_each(codings, "code"), _each(codings, "system"), strict=True)
    return [code for code, system in pairs if _could_be_ours(code, system)]


def _could_be_ours(code: Any, system: Any) -> bool:
    """What looks like ICD-10 and says that it is something else is not: R05 of a local list."""
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return False
    return not (_ICD10.fullmatch(code) and system and "icd-10" not in str(system).lower())


def _about(resource: dict[str, Any], patient_id: str) -> bool:
    """About the patient, or about nobody who is named."""
    subject = resource.get("subject")
    if subject is None:
        return True
    reference = _dict(subject).get("reference")
    return isinstance(reference, str) and reference.rpartition("/")[2] == patient_id


def _health_id(patient: dict[str, Any]) -> str | None:
    for value in _each(patient.get("identifier"), "value"):
        digits = re.sub("[ -]", "", value) if isinstance(value, str) else ""
        if valid_health_id(digits):
            return digits
    return None


def _observation(resource: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    status = resource.get("status")
    if not isinstance(status, str) or status in _VOID or "dataAbsentReason" in resource:
        return
    codes = _codes(resource.get("code"))
    if isinstance(answer := resource.get("valueBoolean"), bool):
        yield from ((code, answer) for code in codes)
    for value in _codes(resource.get("valueCodeableConcept")):
        if value in _YES | _NO:
            yield from ((code, value in _YES) for code in codes)
        else:  # a finding with values is one code a value
            yield from ((f"{code}_@_{value}", True) for code in codes)


def _verified(resource: dict[str, Any]) -> str:
    """The verification status; empty if there is none."""
    if "verificationStatus" not in resource:
        return ""
    return next(iter(_codes(resource["verificationStatus"])), "unreadable")


def _condition(resource: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """A symptom that is kept as a condition: present while it is active, absent if refuted."""
    clinical = next(iter(_codes(resource.get("clinicalStatus"))), "active")
    verified = _verified(resource)
    if verified == "refuted":
        yield from ((code, False) for code in _codes(resource.get("code")))
    elif verified in _SURE and clinical in {"active", "recurrence", "relapse"}:
        yield from ((code, True) for code in _codes(resource.get("code")))
