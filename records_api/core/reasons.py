"""Why a field is wrong, for people: pydantic's findings in short sentences that are translated."""

from typing import Any

from records_api.core.i18n import translate

REASONS = {
    "missing": "This is missing.",
    "extra_forbidden": "There is no such field here.",
    "json_invalid": "This is not valid JSON.",
    "string_type": "Give a text.",
    "string_too_short": "This is too short: at least {min_length} characters.",
    "string_too_long": "This is too long: at most {max_length} characters.",
    "string_pattern_mismatch": "This is not written as it should be.",
    "string_unicode": "This text holds characters that cannot be read.",
    "bool_parsing": "Give true or false.",
    "bool_type": "Give true or false.",
    "int_parsing": "Give a whole number.",
    "int_type": "Give a whole number.",
    "int_from_float": "Give a whole number.",
    "int_parsing_size": "This number is too large.",
    "float_parsing": "Give a number.",
    "float_type": "Give a number.",
    "finite_number": "Give a number.",
    "decimal_parsing": "Give a number.",
    "decimal_type": "Give a number.",
    "decimal_max_digits": "This number has too many digits: at most {max_digits}.",
    "decimal_max_places": "Give at most {decimal_places} decimal places.",
    "decimal_whole_digits": "This number is too large.",
    "greater_than": "Give more than {gt}.",
    "greater_than_equal": "Give {ge} or more.",
    "less_than": "Give less than {lt}.",
    "less_than_equal": "Give {le} or less.",
    "literal_error": "Choose one of: {expected}.",
    "enum": "Choose one of: {expected}.",
    "too_short": "Give at least {min_length}.",
    "too_long": "Give at most {max_length}.",
    "list_type": "Give a list.",
    "dict_type": "Give an object.",
    "model_attributes_type": "Give an object.",
    "date_type": "Give a date, as in 2024-04-30.",
    "date_parsing": "Give a date, as in 2024-04-30.",
    "date_from_datetime_parsing": "Give a date, as in 2024-04-30.",
    "date_from_datetime_inexact": "Give a date, as in 2024-04-30.",
    "datetime_type": "Give a time with its zone, as in 2024-04-30T09:30:00+05:30.",
    "datetime_parsing": "Give a time with its zone, as in 2024-04-30T09:30:00+05:30.",
    "datetime_from_date_parsing": "Give a time with its zone, as in 2024-04-30T09:30:00+05:30.",
    "uuid_type": "Give a UUID, as in d1577c69-dfbe-44ad-ba6d-3e05e953b2ea.",
    "uuid_parsing": "Give a UUID, as in d1577c69-dfbe-44ad-ba6d-3e05e953b2ea.",
    "timezone_aware": "Give a time with its zone, as in 2024-04-30T09:30:00+05:30.",
}


def reason(error: Any, language: str) -> str:
    """The sentence for one of pydantic's errors; a validator's own sentence stays itself."""
    source = REASONS.get(error["type"])
    if source is None:
        return translate(str(error["msg"]).removeprefix("Value error, "), language)
    return translate(source, language).format(**error.get("ctx", {}))
