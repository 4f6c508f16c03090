"""Every sentence that the portal or the records API can say to a reader."""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2.ext import babel_extract

from records_api.core import errors

ROOT = Path(__file__).parents[2]
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type)} | {
    "CodeNeeded",
    "InkError",
}


def in_templates() -> Iterator[tuple[str, str]]:
    """Sentence and the file that says it."""
    for path in sorted((ROOT / "portal").rglob("*.html")):
        with path.open("rb") as file:
            for _, _, message, _ in babel_extract(file, ("_",), (), {"encoding": "utf-8"}):
                text = message[0] if isinstance(message, tuple) else message
                if text:  # else a variable: what it may hold is marked in Python
                    yield str(text), path.name


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def in_python(folder: str) -> Iterator[tuple[str, str]]:
    """What `_("…")` marks, the details of errors, and the titles of error classes."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _called(node) in ERRORS | {"_"}:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, str(path.relative_to(ROOT))
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.SehatError):
            yield kind.title, "records_api/core/errors.py"


def sentences() -> dict[str, str]:
    """Each sentence, with one file that says it."""
    said = {}
    for text, where in (
        *in_templates(),
        *in_python("portal"),
        *in_python("records_api"),
        *in_python("ink"),
    ):
        said.setdefault(text, where)
    return said
