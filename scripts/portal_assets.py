"""Copy what the browser needs from node_modules to portal/static/vendor, made whole or not at all.

    nhsuk/  nhsuk-frontend.min.css, nhsuk-frontend.min.js, assets/images/ (the icons the CSS names)
    htmx/   htmx.min.js
    uplot/  uPlot.iife.min.js, uPlot.min.css
    fonts/  noto-sans-devanagari.css, files/*.woff2 (Devanagari and Latin, weights 400 and 600)

The stylesheet of NHS.UK loads its typeface from the NHS's servers, for the NHS's own sites.
Here no page may ask another host for anything, and Hindi needs letters that typeface lacks:
both remote @font-face rules go, and Noto Sans Devanagari takes the typeface's place.
Its remaining images carry NHS marks, which are not ours to show.
"""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "portal" / "static" / "vendor"
FONT = "Noto Sans Devanagari"
WEIGHTS = (400, 600)

_FONT_FACE = re.compile(r"@font-face\s*{[^}]*}")
_SOURCE_MAP = re.compile(r"\n?(?:/\*|//)# sourceMappingURL=[^\n]*")
_WOFF = re.compile(r",\s*url\([^)]*\.woff\) format\('woff'\)")


def without_source_map(text: str) -> str:
    """The map is not copied, so naming it would be a request that fails."""
    return _SOURCE_MAP.sub("", text)


def local_stylesheet(css: str) -> str:
    """nhsuk-frontend's CSS with no remote rule, our font, and images beside the file."""
    css = _FONT_FACE.sub(lambda rule: "" if "url(http" in rule[0] else rule[0], css)
    css = css.replace("Frutiger W01", f'"{FONT}"').replace("url(/assets/", "url(assets/")
    if remote := re.findall(r"url\(['\"]?(?:https?:)?//[^)]*", css):
        sys.exit(f"portal assets: the stylesheet still asks another host: {', '.join(remote)}")
    return without_source_map(css)


def copy_nhsuk(target: Path) -> None:
    package = MODULES / "nhsuk-frontend"
    source = package / "dist" / "nhsuk"
    css = local_stylesheet((source / "nhsuk-frontend.min.css").read_text())
    images = target / "assets" / "images"
    images.mkdir(parents=True)
    for name in sorted(set(re.findall(r"url\(assets/images/([\w.-]+)", css))):
        shutil.copy(source / "assets" / "images" / name, images)
    (target / "nhsuk-frontend.min.css").write_text(css)
    script = (source / "nhsuk-frontend.min.js").read_text()
    (target / "nhsuk-frontend.min.js").write_text(without_source_map(script))


def copy_fonts(target: Path) -> None:
    package = MODULES / "@fontsource" / "noto-sans-devanagari"
    css = "\n".join((package / f"{weight}.css").read_text() for weight in WEIGHTS)
    css = _WOFF.sub("", css)
    (target / "files").mkdir(parents=True)
    for name in re.findall(r"url\(\./files/([\w.-]+)", css):
        shutil.copy(package / "files" / name, target / "files")
    (target / "noto-sans-devanagari.css").write_text(css)
    shutil.copy(package / "LICENSE", target)


def copy_files(target: Path, package: str, *names: str) -> None:
    target.mkdir(parents=True)
    for name in names:
        text = (MODULES / package / name).read_text()
        (target / Path(name).name).write_text(without_source_map(text))


def main() -> None:
    new = VENDOR.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    copy_nhsuk(new / "nhsuk")
    copy_files(new / "htmx", "htmx.org", "dist/htmx.min.js", "LICENSE")
    copy_files(new / "uplot", "uplot", "dist/uPlot.iife.min.js", "dist/uPlot.min.css", "LICENSE")
    copy_fonts(new / "fonts")
    shutil.rmtree(VENDOR, ignore_errors=True)
    new.rename(VENDOR)


if __name__ == "__main__":
    main()
