"""One set of measurements, all of it or nothing; the units are fixed by what is measured."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from portal.desks.doctor.router import consultation
from portal.desks.doctor.vitals.pages import FIELDS, VitalsForm, id_of
from portal.forms import go, parsed, told
from portal.render import render, speaker
from portal.route import PageRoute
from records_api.core.context import Context
from records_api.core.errors import Invalid
from records_api.core.i18n import marked as _
from records_api.encounters import service as encounters
from records_api.encounters.permissions import Writer
from records_api.encounters.rules import DIASTOLIC, VitalKind
from records_api.encounters.schemas import VitalIn

router = APIRouter(prefix="/doctor/encounters/{encounter_id}/vitals", route_class=PageRoute)

_Values = Annotated[list[str], Form(max_length=len(FIELDS))]
_LONGEST = 40  # characters of a number


@router.post("")
def record(request: Request, ctx: Writer, encounter_id: str, value: _Values = []) -> Response:  # noqa: B006
    """`value`: one a field, in the order of the page, empty where nothing was measured."""
    typed = {
        kind.code: text.strip() for kind, text in zip(FIELDS, value, strict=False) if text.strip()
    }
    errors = dict(_wrong(ctx, typed))
    if not errors:
        taken = [_vital(ctx, kind, typed[kind.code]) for kind in FIELDS if kind.code in typed]
        try:
            encounters.record_vitals(ctx, encounter_id, taken)
        except Invalid as error:  # what is wrong with a set is that the pressures are swapped
            errors = told(ctx, error, id_of(DIASTOLIC))
    if errors:
        form = VitalsForm(typed=typed, errors=errors)
        return render(request, consultation(ctx, encounter_id, vitals=form), 422)
    return go(f"/doctor/encounters/{encounter_id}", "saved", "measured")


def _wrong(ctx: Context, typed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What to mend, by the field that it stands beside."""
    if not typed:
        yield id_of(FIELDS[0].code), speaker(ctx.language)(_("Write what was measured."))
    for kind in FIELDS:
        try:
            if kind.code in typed:
                _vital(ctx, kind, typed[kind.code])
        except Invalid as error:
            field = id_of(kind.code)
            yield from told(ctx, error, field).items()


def _vital(ctx: Context, kind: VitalKind, text: str) -> VitalIn:
    name = speaker(ctx.language)(kind.name)
    try:
        value = Decimal(text.replace(",", ".") if len(text) <= _LONGEST else "")
    except InvalidOperation as error:
        raise Invalid(_("{name}: write a number."), name=name) from error
    if not value.is_finite() or not kind.plausible(value):
        sentence = _("{name}: between {low} and {high}.")
        raise Invalid(sentence, name=name, low=kind.low, high=kind.high)
    return parsed(VitalIn, code=kind.code, value=value, unit=kind.unit)
