"""What FHIR R4 resources of another system tell us: findings, measurements, earlier conditions, a
health number.

Only what is certain is taken: a coded yes or no on one of our codes, and a measurement of a vital sign
that is kept here. Everything else, whatever its shape, is passed over; another system's data is no
error of the one who asks.
Sources: FHIR R4 Observation and Condition; SNOMED CT, LOINC and HL7 v2-0136 codes for yes and no.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from knowledge.measured import Taken
from records_api.encounters.rules import DIASTOLIC, SYSTOLIC
from records_api.exchange import fhir
from records_api.exchange.fhir import Measured, each, fields
from records_api.patients.rules import valid_health_id

_CODE = re.compile(r"[!-~]{1,100}")
_ICD10 = re.compile(r"[A-Za-z]\d\d.*")
_YES = {"373066001", "52101004", "LA33-6", "LA9633-4", "Y"}
_NO = {"373067005", "2667000", "LA32-8", "LA9634-2", "N"}
_SURE = {"", "confirmed"}
FRESH = timedelta(hours=24)  # an older measurement says little of a patient who comes today
CLOCKS = timedelta(minutes=5)  # that two systems' clocks may differ


@dataclass(frozen=True)
class Sent:
    """Codes as they were sent; which of them are ours, the terminology says.

    `said` is code → present; `measured` is in our codes and units. `history` holds the codes of
    conditions that were confirmed.
    """

    said: Mapping[str, bool] = field(default_factory=dict)
    measured: tuple[Measured, ...] = ()
    history: frozenset[str] = frozenset()
    health_id: str | None = None


def read(prefetch: Mapping[str, Any] | None, patient_id: str) -> Sent:
    """`patient_id` is the asking system's own: what is about somebody else is not taken."""
    said: dict[str, set[bool]] = {}
    measured: list[Measured] = []
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
            measured += fhir.measurements(resource)
        else:
            answers = _condition(resource)
            if _verified(resource) in _SURE:
                history.update(_codes(resource.get("code")))
        for code, present in answers:
            said.setdefault(code, set()).add(present)
    # A code that is affirmed here and denied there says nothing.
    agreed = {code: True in answers for code, answers in said.items() if len(answers) == 1}
    return Sent(agreed, tuple(measured), frozenset(history), health_id)


def recent(measured: Iterable[Measured], now: datetime) -> list[Taken]:
    """Those of the last day. Without a moment nobody knows how old one is; pressures of one moment
    that are the wrong way round are not certain, whichever resources they come in."""
    by_moment: dict[datetime, list[Taken]] = defaultdict(list)
    for one in measured:
        at = one.measured_at
        if at is not None and now - FRESH <= at <= now + CLOCKS:
            # Their record learned of it when it was made, for all we know. The value is in the id, so
            # that of two at one moment it is always the same one that counts.
            key = f"{one.name}|{one.value}"
            by_moment[at].append(Taken(one.code, one.value, at, at, key))
    return [one for taken in by_moment.values() for one in _plausible(taken)]


def _plausible(taken: list[Taken]) -> list[Taken]:
    systolic = [one.value for one in taken if one.code == SYSTOLIC]
    diastolic = [one.value for one in taken if one.code == DIASTOLIC]
    if systolic and diastolic and max(diastolic) > min(systolic):
        return [one for one in taken if one.code not in (SYSTOLIC, DIASTOLIC)]
    return taken


def categories(codes: frozenset[str]) -> dict[str, str]:
    """Code → its ICD-10 category: J11.1 → J11."""
    return {code: code[:3].upper() for code in codes if _ICD10.fullmatch(code)}


def _resources(prefetch: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for value in prefetch.values():
        entries = each(fields(value).get("entry"))
        for resource in (value, *(entry.get("resource") for entry in entries)):
            if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
                yield resource


def _codes(concept: Any) -> list[str]:
    """The codes of a CodeableConcept, those that could be ours."""
    codings = each(fields(concept).get("coding"))
    return [coding["code"] for coding in codings if _could_be_ours(coding)]


def _could_be_ours(coding: dict[str, Any]) -> bool:
    """What looks like ICD-10 and says that it is something else is not: R05 of a local list."""
    code, system = coding.get("code"), coding.get("system")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return False
    return not (_ICD10.fullmatch(code) and system and "icd-10" not in str(system).lower())


def _about(resource: dict[str, Any], patient_id: str) -> bool:
    """About the patient, or about nobody who is named."""
    subject = resource.get("subject")
    if subject is None:
        return True
    reference = fields(subject).get("reference")
    return isinstance(reference, str) and reference.rpartition("/")[2] == patient_id


def _health_id(patient: dict[str, Any]) -> str | None:
    for identifier in each(patient.get("identifier")):
        value = identifier.get("value")
        digits = re.sub("[ -]", "", value) if isinstance(value, str) else ""
        if valid_health_id(digits):
            return digits
    return None


def _observation(resource: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    status = resource.get("status")
    if not isinstance(status, str) or status in fhir.VOID or "dataAbsentReason" in resource:
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
