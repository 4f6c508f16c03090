"""Language: English is the source text; other languages are catalogues in `records_api/locale`."""

from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "hi": "हिन्दी"}
_CATALOGUES = Path(__file__).parents[2] / "portal" / "locale"


@lru_cache
def catalogue(language: str) -> dict[str, str]:
    """Source text to translation; empty for English and for a language without a catalogue."""
    path = _CATALOGUES / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        entries = read_po(file)
    return {str(m.id): str(m.string) for m in entries if m.id and m.string and not m.fuzzy}


def marked(text: str) -> str:
    """The text itself. Imported as `_`, it marks a sentence that is translated where it is shown."""
    return text


def translate(text: str, language: str) -> str:
    return catalogue(language).get(text, text)


def negotiate(accept_language: str | None, chosen: str | None = None) -> str:
    """The language to answer in: what the reader chose, else the first that the browser asks for."""
    if chosen in LANGUAGES:
        return str(chosen)
    for part in (accept_language or "").split(","):
        tag = part.split(";")[0].strip().split("-")[0].lower()
        if tag in LANGUAGES:
            return tag
    return "en"
