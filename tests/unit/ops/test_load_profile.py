"""The load profile: open-model, bounded, the same each time."""

from decimal import Decimal

import pytest

from benchmarks.load import run
from benchmarks.load.profile import PATTERN, arrivals, order


def test_arrivals_are_evenly_spaced_whatever_the_answers_do() -> None:
    planned = list(arrivals(40, 3))
    assert len(planned) == 120
    assert [arrival.at for arrival in planned] == [number / 40 for number in range(120)]
    assert planned == list(arrivals(40, 3))
    assert {arrival.trader for arrival in planned} == {0, 1}


def test_resting_orders_rest_and_taking_orders_cross() -> None:
    bid, ask = Decimal("100.00"), Decimal("100.10")
    for arrival in arrivals(10, 20):
        price = Decimal(order("ACME-1", arrival, bid, ask)["price"])
        side = order("ACME-1", arrival, bid, ask)["side"]
        if arrival.kind == "rest":
            assert price < bid if side == "buy" else price > ask
        if arrival.kind == "take":
            assert price > ask if side == "buy" else price < bid
    assert PATTERN.count("cancel") < PATTERN.count("rest")


@pytest.mark.parametrize("arguments", [["--rate", "0"], ["--rate", "301"], ["--seconds", "601"], ["--sockets", "41"], ["--what"]])
def test_it_is_bounded(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        run.main(arguments)
    assert refused.value.code == 2
