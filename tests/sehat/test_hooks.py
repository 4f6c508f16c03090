"""The bench's calls of CDS Hooks are such as another system makes: everything in them is read."""

import pytest

from records_api.cds import prefetch
from records_api.cds.cards import SERVICES
from records_api.cds.schemas import HookRequest
from sehat.hooks import HOOKS, hook
from sehat.load import Calls


@pytest.mark.parametrize("name", HOOKS)
def test_a_call_brings_findings_and_a_history(name: str) -> None:
    call = hook(Calls(1, 2, {}), name, "p1", "e1")
    data = HookRequest.model_validate(call.body)
    assert SERVICES[call.path.rsplit("/", 1)[1]].hook == data.hook == name
    assert data.context.encounter_id == ("e1" if name == "encounter-start" else None)
    sent = prefetch.read(data.prefetch, "p1")
    assert sorted(sent.said.values()) == [False] * 2 + [True] * 6  # what is ill now counts too
    assert len(sent.history) == 3
