import pytest

from records_api.advice import rules
from records_api.core.context import Role


def test_every_capability_has_decisions_and_deciders_that_exist():
    assert rules.DECISIONS.keys() == rules.DECIDERS.keys()
    for names in rules.DECIDERS.values():
        assert all(Role(name) for name in names)


@pytest.mark.parametrize(
    ("capability", "decision", "suggested", "due"),
    [
        ("diagnosis", "accepted", None, False),
        ("diagnosis", "rejected", None, True),
        ("demand", "changed", None, True),
        ("identity", "match", "match", False),
        ("identity", "no_match", "no_match", False),
        ("identity", "match", "refer", True),
        ("identity", "match", "no_match", True),
        ("identity", "refer", "match", True),
    ],
)
def test_who_does_not_agree_says_why(
    capability: str, decision: str, suggested: str | None, due: bool
):
    assert rules.reason_due(capability, decision, suggested) is due
