"""Findings of pydantic as sentences for people, in their language."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from records_api.core import i18n
from records_api.core.reasons import REASONS, reason


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=2, max_length=4, pattern="^[a-z]*$")] = "ab"
    whole: int = Field(default=1, ge=1, le=9)
    amount: Annotated[Decimal, Field(gt=0, lt=100, max_digits=4, decimal_places=2)] = Decimal(1)
    share: float = Field(default=0, allow_inf_nan=False)
    choice: Literal["a", "b"] = "a"
    many: list[int] = Field(default=[1], min_length=1, max_length=2)
    day: date = date(2024, 1, 1)
    at: AwareDatetime | None = None
    yes: bool = True

    @field_validator("text")
    @classmethod
    def _own(cls, value: str) -> str:
        if value == "no":
            raise ValueError("Anything but no.")
        return value


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text": "a"}, "This is too short: at least 2 characters."),
        ({"text": "abcde"}, "This is too long: at most 4 characters."),
        ({"text": "AB"}, "This is not written as it should be."),
        ({"text": 3}, "Give a text."),
        ({"text": "no"}, "Anything but no."),
        ({"whole": 0}, "Give 1 or more."),
        ({"whole": 10}, "Give 9 or less."),
        ({"whole": "x"}, "Give a whole number."),
        ({"whole": 1.5}, "Give a whole number."),
        ({"amount": 0}, "Give more than 0."),
        ({"amount": "1.234"}, "Give at most 2 decimal places."),
        ({"amount": "x"}, "Give a number."),
        ({"share": float("nan")}, "Give a number."),
        ({"choice": "c"}, "Choose one of: 'a' or 'b'."),
        ({"many": []}, "Give at least 1."),
        ({"many": [1, 2, 3]}, "Give at most 2."),
        ({"many": 1}, "Give a list."),
        ({"day": "soon"}, "Give a date, as in 2024-04-30."),
        ({"at": "2024-01-01T00:00:00"}, "Give a time with its zone, as in 2024-04-30T09:30:00+05:30."),
        ({"at": datetime(2024, 1, 1)}, "Give a time with its zone, as in 2024-04-30T09:30:00+05:30."),  # noqa: DTZ001
        ({"yes": "maybe"}, "Give true or false."),
        ({"other": 1}, "There is no such field here."),
    ],
)  # fmt: skip
def test_sentences(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as found:
        Form(**wrong)
    assert reason(found.value.errors()[0], "en") == sentence


def test_translations_keep_the_numbers() -> None:
    catalogue = i18n.catalogue("hi")
    for source in REASONS.values():
        assert source in catalogue, f"no Hindi for: {source}"
        assert re.findall(r"{\w+}", source) == re.findall(r"{\w+}", catalogue[source])


def test_over_http_in_hindi(client: Any) -> None:
    answer = client.post("/api/sign-in", json={}, headers={"Accept-Language": "hi"}).json()
    assert [error["field"] for error in answer["errors"]] == ["username", "password"]
    assert answer["errors"][0]["reason"] == i18n.catalogue("hi")["This is missing."]
