from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from portal.render import Page
from portal.texts import marked as _

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
