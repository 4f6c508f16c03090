"""Whatever a page or an error says in English it can say in Hindi."""

import re

from records_api.core.i18n import catalogue
from tests.portal.catalogue import sentences


def test_every_sentence_has_a_hindi_translation() -> None:
    missing = {text: where for text, where in sentences().items() if text not in catalogue("hi")}
    assert not missing, missing


def test_translations_keep_the_names_that_are_filled_in() -> None:
    def names(text: str) -> list[str]:
        return sorted(re.findall(r"{\w+}", text))

    wrong = [en for en, hi in catalogue("hi").items() if names(en) != names(hi)]
    assert not wrong, wrong


def test_the_templates_are_read() -> None:
    said = sentences()
    assert "Sign in" in said  # a template's
    assert "Choose a member of staff." in said  # an error's
    assert "Consultation" in said  # marked in Python
