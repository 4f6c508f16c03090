"""The district tree. No framework here."""

from collections.abc import Mapping


def below(root: str, parents: Mapping[str, str | None]) -> set[str]:
    """The district and all that lie in it; `parents` names each district's parent."""
    found = {root}
    while True:
        more = {code for code, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def closes_circle(code: str, parent: str | None, parents: Mapping[str, str | None]) -> bool:
    """Whether the district would lie in itself."""
    return parent is not None and parent in below(code, parents)
