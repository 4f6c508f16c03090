"""Calls of CDS Hooks as another hospital system makes them, for the bench: the prefetch filled with
what a record holds at the beginning of a visit."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from sehat.load import Call, Calls

HOOKS = ("patient-view", "encounter-start")
_ANSWERS = {"fever": True, "chills": True, "headache": True, "cough": False, "rash": False}
_HISTORY = ("I10", "E11.9", "J45.9")  # ICD-10


def hook(calls: Calls, name: str, patient: str, encounter: str) -> Call:
    """One hook of HOOKS for a patient, with the visit where the hook names one."""
    about = {"reference": f"Patient/{patient}"}
    context = {"userId": "Practitioner/d1", "patientId": patient}
    if name == "encounter-start":
        context["encounterId"] = encounter
    body = {
        "hook": name,
        "hookInstance": str(uuid4()),
        "context": context,
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": patient},
            "conditions": _bundle(_condition(about, code) for code in _HISTORY),
            "observations": _bundle(_observation(about, *said) for said in _ANSWERS.items()),
        },
    }
    return calls.api("POST", f"/cds-services/sehat-{name}", body)


def _bundle(resources: Iterable[dict[str, Any]]) -> dict[str, Any]:
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


def _condition(about: dict[str, str], code: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "subject": about,
        "clinicalStatus": _coded("active"),
        "verificationStatus": _coded("confirmed"),
        "code": _coded(code),
    }


def _observation(about: dict[str, str], code: str, present: bool) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "subject": about,
        "code": _coded(code),
        "valueBoolean": present,
    }


def _coded(code: str) -> dict[str, Any]:
    return {"coding": [{"code": code}]}
