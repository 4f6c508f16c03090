from hypothesis import given
from hypothesis import strategies as st

from records_api.core.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(failures=3, pause=10, clock=clock)
    for _ in range(3):
        assert breaker.allow()
        breaker.failed()
    return breaker


def test_opens_after_failures_in_a_row():
    breaker = Breaker(failures=3, pause=10, clock=Clock())
    breaker.failed()
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    breaker.failed()
    assert breaker.state == "closed"
    breaker.failed()
    assert breaker.state == "open"
    assert not breaker.allow()


def test_one_trial_after_the_pause():
    clock = Clock()
    breaker = opened(clock)
    clock.now += 9.9
    assert not breaker.allow()
    clock.now += 0.1
    assert breaker.state == "half_open"
    assert breaker.allow()
    assert not breaker.allow(), "only one caller is the trial"


def test_trial_closes_or_opens_again():
    clock = Clock()
    breaker = opened(clock)
    clock.now += 10
    assert breaker.allow()
    breaker.failed()
    assert not breaker.allow()
    clock.now += 10
    assert breaker.allow()
    breaker.succeeded()
    assert breaker.state == "closed"
    assert breaker.allow()
    assert breaker.allow()


def test_a_trial_that_never_reports_does_not_block_for_ever():
    clock = Clock()
    breaker = opened(clock)
    clock.now += 10
    assert breaker.allow()
    clock.now += 10
    assert breaker.allow()


@given(st.lists(st.sampled_from(["call", "wait"]), max_size=80))
def test_a_dead_service_is_asked_little(steps: list[str]):
    """Every call fails: at most `failures` calls, and one more for each pause that passed."""
    clock = Clock()
    breaker = Breaker(failures=3, pause=10, clock=clock)
    asked = 0
    for step in steps:
        if step == "wait":
            clock.now += 10
        elif breaker.allow():
            asked += 1
            breaker.failed()
    assert asked <= 3 + steps.count("wait")
    assert asked >= min(3, steps.count("call"))
