"""docs/settings.md lists every setting of the suite, with its default, and no other."""

import re
from pathlib import Path

from records_api.core.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_is_listed_as_it_is() -> None:
    rows = re.findall(r"^\| `(SEHAT_\w+)` \| (.*?) \| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    listed = {name: (default, meaning) for name, default, meaning in rows}
    for name, field in Settings.model_fields.items():
        default = "" if field.default == "" else f"`{field.default}`"
        assert listed.pop(f"SEHAT_{name.upper()}") == (default, field.description)
    assert not listed
