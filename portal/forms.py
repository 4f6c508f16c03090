"""Forms: what was typed becomes a message of the records, or a sentence beside its field."""

from typing import Any, TypeVar

from fastapi import Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError

from portal.render import speaker
from records_api.core.context import Context
from records_api.core.errors import Invalid, SehatError
from records_api.core.i18n import marked as _

_Model = TypeVar("_Model", bound=BaseModel)

SENTENCES = {
    "string_too_short": _("Write at least {min_length} letters."),
    "string_too_long": _("Write at most {max_length} letters."),
    "greater_than_equal": _("Enter {ge} or more."),
    "less_than_equal": _("Enter {le} or less."),
    "missing": _("Fill this in."),
}
WRONG = _("This is not right. Correct it.")


def parsed(model: type[_Model], **values: Any) -> _Model:
    """The message that a form makes. Raises `Invalid` for its first wrong field."""
    try:
        return model(**values)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else "form"
        sentence = SENTENCES.get(first["type"], WRONG)
        if first["type"] == "value_error":  # a validator's own sentence
            sentence = str(first["ctx"]["error"])
        raise Invalid(sentence, field=field, **first.get("ctx", {})) from error


def told(ctx: Context, error: SehatError, *fields: str) -> dict[str, str]:
    """What to mend, by the field it stands beside; a field the form lacks counts as its first."""
    speak = speaker(ctx.language)
    field = error.field if error.field in fields else fields[0]
    return {field: speak(error.detail, **error.params)}


def go(path: str, note: str = "", anchor: str = "") -> Response:
    """On to the next page, which says that it worked."""
    return RedirectResponse(
        path + (f"?note={note}" if note else "") + (f"#{anchor}" if anchor else ""), 303
    )
