"""Stock rules, each checkable with a pencil."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records_api.pharmacy.rules import (
    Lot,
    days_of_cover,
    fill,
    first_expired_first_out,
    naive,
    next_period,
    order_up_to,
    period_start,
    remaining,
    suggested_order,
)

TODAY = date(2024, 6, 15)
LOTS = [
    Lot("undated", "C", None, Decimal(5)),
    Lot("late", "B", date(2025, 1, 1), Decimal(5)),
    Lot("expired", "A", date(2024, 6, 14), Decimal(5)),
    Lot("today", "A", TODAY, Decimal(2)),
]


def test_soonest_expiry_first_undated_last_expired_never() -> None:
    plan = first_expired_first_out(LOTS, Decimal(10), TODAY)
    assert plan == [("today", Decimal(2)), ("late", Decimal(5)), ("undated", Decimal(3))]


def test_not_enough_gives_what_there_is() -> None:
    assert sum(part for _, part in first_expired_first_out(LOTS, Decimal(100), TODAY)) == Decimal(
        12
    )


@given(
    st.lists(st.integers(0, 50), max_size=6),
    st.integers(1, 200),
)
def test_plan_never_takes_more_than_asked_or_there(stock: list[int], asked: int) -> None:
    lots = [Lot(str(i), str(i), None, Decimal(q)) for i, q in enumerate(stock)]
    plan = dict(first_expired_first_out(lots, Decimal(asked), TODAY))
    assert sum(plan.values()) == min(asked, sum(stock))
    assert all(0 < part <= stock[int(lot)] for lot, part in plan.items())


@pytest.mark.parametrize(
    ("on_hand", "means", "days"),
    [
        (14, [7, 7, 7], 14),
        (10, [7, 0, 7], 17),  # 7 in the first week, none in the second, 3 of 7 in the third
        (28, [7, 7], 28),  # behind the forecast it goes on as on average
        (0, [7], 0),
        (5, [0, 0], None),
        (0, [0, 0], None),
        (5, [], None),
    ],
)
def test_days_of_cover(on_hand: float, means: list[float], days: float | None) -> None:
    found = days_of_cover(on_hand, means, 7.0)
    assert found == (None if days is None else pytest.approx(days))


def test_order_up_to_is_mean_use_and_safety_stock() -> None:
    # Four weeks of 10; the 90 % quantile lies 3 above: 40 + sqrt(4 · 9).
    assert order_up_to([10.0] * 8, [13.0] * 8, 4) == pytest.approx(46)
    # Half a week more: 5 more, and half of a week's variance.
    assert order_up_to([10.0] * 8, [13.0] * 8, 4.5) == pytest.approx(45 + (4.5 * 9) ** 0.5)
    # Beyond the forecast the last period goes on.
    assert order_up_to([10.0], [10.0], 3) == pytest.approx(30)
    assert order_up_to([], [], 3) == 0


def test_higher_service_level_never_orders_less() -> None:
    low, high = [order_up_to([10.0] * 4, [q] * 4, 4) for q in (11.0, 15.0)]
    assert high > low


def test_suggested_order_counts_what_is_there_and_coming() -> None:
    assert suggested_order(46.2, 20, 10) == 17
    assert suggested_order(46, 60) == 0


def test_plain_forecast_is_the_mean_with_quantiles() -> None:
    mean, quantiles = naive([0, 10, 20], [0.0, 0.25, 0.5, 1.0])
    assert (mean, quantiles) == (10, [0, 5, 10, 20])
    assert naive([], [0.5]) == (0.0, [0.0])


def test_periods() -> None:
    assert period_start(date(2024, 6, 15), "W") == date(2024, 6, 10)
    assert period_start(date(2024, 6, 15), "W", weekday=6) == date(2024, 6, 9)
    assert period_start(date(2024, 6, 15), "M") == date(2024, 6, 1)
    assert next_period(date(2024, 12, 1), "M") == date(2025, 1, 1)
    filled = fill(
        {date(2024, 6, 2): (Decimal(3), Decimal(2))}, date(2024, 6, 1), date(2024, 6, 3), "D"
    )
    assert [asked for _, asked, _ in filled] == [0, 3, 0]


def test_remaining_is_never_negative() -> None:
    assert remaining(Decimal(15), [Decimal(5), Decimal("2.5")]) == Decimal("7.5")
    assert remaining(Decimal(15), [Decimal(20)]) == 0
