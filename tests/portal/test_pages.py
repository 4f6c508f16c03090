"""A page's dataclass and its template agree: what one needs the other gives."""

from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from portal import app
from portal.render import Page, environment

GIVEN = {"chrome"}


def _pages() -> list[type[Page]]:
    for desk in app.DESKS:
        import_module(f"portal.desks.{desk}.router")
    return sorted(Page.__subclasses__(), key=lambda page: page.template)


def _variables(template: str) -> set[str]:
    """Free variables of a template and of whatever it extends or includes."""
    env = environment("en")
    source, *_ = env.loader.get_source(env, template)  # type: ignore[union-attr]
    parsed = env.parse(source)
    imported = {name for node in parsed.find_all(nodes.FromImport) for name in node.names}
    used = meta.find_undeclared_variables(parsed) - set(env.globals) - imported
    for name in meta.find_referenced_templates(parsed):
        assert name is not None, f"{template} includes a template by a variable name"
        if not name.endswith("parts.html"):  # macros say themselves what they take
            used |= _variables(name)
    return used


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.template)
def test_template_uses_what_its_page_has(page: type[Page]) -> None:
    has = {field.name for field in fields(page)}
    assert _variables(page.template) - GIVEN <= has
    assert has <= _variables(page.template), "a field that no template shows"


def test_every_template_belongs_to_a_page() -> None:
    root = Path(app.__file__).parent
    known = {page.template for page in _pages()}
    desk = (
        "differential",
        "flags",
        "outcome",
        "questions",
        "notes/panel",
        "notes/dictate",
        "notes/pen",
        "vitals/panel",
    )
    included = {"layout/base.html", *(f"desks/doctor/{name}.html" for name in desk)}
    for path in root.rglob("*.html"):
        name = path.relative_to(root).as_posix()
        assert name in known | included or path.name == "parts.html", name
