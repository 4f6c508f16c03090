"""What every capability's request and answer share. Pydantic only: the records API imports it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Message(BaseModel):
    """A frozen message that refuses fields it does not know, so that a typing slip is an error.

    NaN and infinity are refused too: a broken model may answer them, and no JSON column keeps them.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        protected_namespaces=(),
        allow_inf_nan=False,
        hide_input_in_errors=True,  # an error is logged; what a patient said is not
    )


class ModelRef(Message):
    """Which model gave an answer: kept with every answer that is stored."""

    name: str = Field(examples=["diagnosis"])
    version: str = Field(examples=["3"], description="version in the model registry")
    trained_on: str = Field(default="", description="digest of the training data")
    trained_at: datetime | None = None


def digest(inputs: BaseModel | Mapping[str, Any]) -> str:
    """SHA-256 of what a model was asked, as canonical JSON. Who asks and who answers reckon the same,
    so that an answer can be told by it without the patient's number."""
    content = inputs.model_dump(mode="json") if isinstance(inputs, BaseModel) else dict(inputs)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
