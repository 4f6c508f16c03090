"""Pages: a typed context each, rendered in the reader's language.

A page is a frozen dataclass that names its template; its fields are the template's variables, and
a test holds the two together. There is one Jinja environment a language, so that macros and
fragments translate too.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader

from portal import formats
from portal.chrome import Chrome
from records_api.core.i18n import LANGUAGES, translate

ROOT = Path(__file__).parent
STATIC = ROOT / "static"
COMPONENTS = {
    "button": "button",
    "input": "input",
    "passwordInput": "password-input",
    "textarea": "textarea",
    "radios": "radios",
    "warningCallout": "warning-callout",
}


@dataclass(frozen=True)
class Page:
    """What a template is given, besides `chrome`."""

    template: ClassVar[str]


def speaker(language: str) -> Callable[..., str]:
    """`_` for one language: translate, then fill in the names."""

    def _(text: str, **names: object) -> str:
        sentence = translate(text, language)
        return sentence.format(**names) if names else sentence

    return _


@lru_cache
def asset(name: str) -> str:
    """Address of a static file, with a digest of its content: a browser may keep it for ever."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


@lru_cache
def environment(language: str) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(ROOT), PackageLoader("nhsuk_frontend_jinja")]),
        autoescape=True,
        undefined=ChainableUndefined,  # the components ask it of their host
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": speaker(language), "asset": asset, "languages": LANGUAGES}
    environment.filters |= formats.filters(language)
    # Globals, since a fragment or an included file does not see what a page imported.
    for macro, folder in COMPONENTS.items():
        module: Any = environment.get_template(f"nhsuk/components/{folder}/macro.jinja").module
        environment.globals[macro] = getattr(module, macro)
    environment.globals["parts"] = environment.get_template("layout/parts.html").module
    return environment


def render(request: Request, page: Page, status: int = 200) -> HTMLResponse:
    chrome = Chrome.of(request)
    names = {field.name: getattr(page, field.name) for field in fields(page)}
    template = environment(chrome.language).get_template(page.template)
    return HTMLResponse(template.render(**names, chrome=chrome), status_code=status)
