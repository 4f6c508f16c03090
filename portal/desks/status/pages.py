from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from portal.render import Page
from records_api.core.i18n import marked as _
from records_api.drift.schemas import Agreement, Bin, Calibration, DriftOut, Report, Stability
from records_api.drift.tables import DriftReport

NAMES = {
    "diagnosis": _("Diagnosis and triage"),
    "demand": _("Stock forecast"),
    "identity": _("Face verification"),
}


class LiveModel(BaseModel):
    """What the model service says of one champion."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: str
    trained_at: datetime | None = None


@dataclass(frozen=True)
class StatusPage(Page):
    template = "desks/status/status.html"

    models: dict[str, LiveModel | None]
    drift: DriftOut | None
    reader: bool  # may open the report


@dataclass(frozen=True)
class Moved:
    """One thing that is compared, with names of its values; `shown`: opened, since it moved."""

    name: str
    about: Stability
    bins: Sequence[Bin]
    shown: bool


@dataclass(frozen=True)
class Grouped:
    name: str
    about: Calibration


@dataclass(frozen=True)
class Suggestion:
    name: str
    about: Agreement


@dataclass(frozen=True)
class DriftPage(Page):
    template = "desks/status/drift.html"

    newest: DriftOut | None
    report: Report | None  # the last that did not fail
    moved: Sequence[Moved]
    findings: Sequence[Moved]
    groups: Sequence[Grouped]
    suggestions: Sequence[Suggestion]
    earlier: Sequence[DriftReport]
    words: Mapping[str, str]  # rates, decisions and reasons, by their key


def live_models(answer: Mapping[str, Any]) -> dict[str, LiveModel | None]:
    """The champion of each capability, by the capability's name; None where none answers."""
    models = answer.get("models")
    said = models if isinstance(models, Mapping) else {}
    return {name: _read(said.get(capability)) for capability, name in NAMES.items()}


def _read(said: object) -> LiveModel | None:
    try:
        return LiveModel.model_validate(said)
    except ValidationError:
        return None
