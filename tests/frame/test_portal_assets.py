"""What the browser gets asks no other host for anything."""

import re

import pytest

from scripts.portal_assets import VENDOR, local_stylesheet, without_source_map

FILES = [
    "nhsuk/nhsuk-frontend.min.css",
    "nhsuk/nhsuk-frontend.min.js",
    "htmx/htmx.min.js",
    "uplot/uPlot.iife.min.js",
    "uplot/uPlot.min.css",
    "fonts/noto-sans-devanagari.css",
]


def test_remote_fonts_go_and_local_ones_stay() -> None:
    css = (
        "@font-face{font-family:Frutiger W01;src:url(https://assets.nhs.uk/a.woff2)}"
        "@font-face{font-family:Own;src:url(own.woff2)}"
        "body{font-family:Frutiger W01,arial}i{background:url(/assets/images/cross.svg)}"
        "\n/*# sourceMappingURL=x.css.map */"
    )
    assert local_stylesheet(css) == (
        "@font-face{font-family:Own;src:url(own.woff2)}"
        'body{font-family:"Noto Sans Devanagari",arial}i{background:url(assets/images/cross.svg)}'
    )


def test_any_other_remote_file_stops_the_copy() -> None:
    with pytest.raises(SystemExit, match=r"//elsewhere\.example/a\.png"):
        local_stylesheet("i{background:url(//elsewhere.example/a.png)}")


def test_a_script_loses_only_its_map() -> None:
    assert without_source_map("go()\n//# sourceMappingURL=x.js.map\n") == "go()\n"


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_there_and_local(name: str) -> None:
    text = (VENDOR / name).read_text()
    assert "sourceMappingURL" not in text
    for target in re.findall(r"url\(['\"]?([^)'\"]+)", text) if name.endswith(".css") else []:
        assert target.startswith("data:") or (VENDOR / name).parent.joinpath(target).exists()


def test_no_file_carries_the_nhs_mark() -> None:
    names = {file.name for file in (VENDOR / "nhsuk" / "assets").rglob("*") if file.is_file()}
    assert names
    assert not [name for name in names if re.search(r"favicon|opengraph|\d{3}\.png|mask", name)]
