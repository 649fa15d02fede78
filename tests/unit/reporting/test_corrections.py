"""Corrections of fills restate a position exactly: as if every fill had been from the start what it was made later."""

from hypothesis import given
from hypothesis import strategies as st

from reporting.domain.positions import Fill, Holding, filled, restated

Step = tuple[str, int, int]


def fold(*fills: Step) -> Holding:
    held = Holding()
    for side, quantity, price in fills:
        held = filled(held, side, quantity, price)
    return held


def trade(name: str, side: str, quantity: int, price: int) -> Fill:
    return Fill("trade", "O1", name, side, quantity, price)


def test_a_bust_takes_back_what_was_realised_against_the_fill() -> None:
    fills = [trade("T1", "buy", 100, 10), trade("T2", "buy", 100, 30), trade("T3", "sell", 100, 40)]
    assert restated(fills) == fold(("buy", 100, 10), ("buy", 100, 30), ("sell", 100, 40))
    busted = [*fills, Fill("trade_cancel", "O1", "T1", "buy", 0, 0)]
    assert restated(busted) == fold(("buy", 100, 30), ("sell", 100, 40)) == Holding(0, 0, 1000, 100, 100)


def test_a_correction_keeps_the_fills_place() -> None:
    fills = [trade("T1", "buy", 100, 10), trade("T2", "sell", 60, 20), Fill("trade_correct", "O1", "T1", "buy", 50, 12)]
    assert restated(fills) == fold(("buy", 50, 12), ("sell", 60, 20))


def test_a_fill_booked_after_its_bust_is_a_new_one() -> None:
    fills = [
        trade("T1", "buy", 100, 10),
        Fill("trade_cancel", "O1", "T1", "buy", 0, 0),
        trade("T2", "sell", 10, 20),
        trade("T1", "buy", 40, 11),
    ]
    assert restated(fills) == fold(("sell", 10, 20), ("buy", 40, 11))


def test_the_two_sides_of_a_trade_are_two_fills() -> None:
    """An account may trade with itself: each order's fill is corrected by its own record."""
    own = [
        Fill("trade", "O1", "T1", "buy", 5, 10),
        Fill("trade", "O2", "T1", "sell", 5, 10),
        Fill("trade_cancel", "O2", "T1", "sell", 0, 0),
    ]
    assert restated(own) == fold(("buy", 5, 10))


@given(
    st.lists(st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 10**12), st.integers(1, 10**10)), min_size=1, max_size=20),
    st.data(),
)
def test_any_corrections_in_any_order_leave_what_the_corrected_fills_make(steps: list[Step], data: st.DataObject) -> None:
    fills = [trade(f"T{index}", *step) for index, step in enumerate(steps)]
    final = dict(enumerate(steps))
    for _ in range(data.draw(st.integers(1, 8))):
        index = data.draw(st.sampled_from(sorted(final)) if final else st.just(-1))
        if index < 0:
            break
        side = steps[index][0]
        if data.draw(st.booleans()):
            fills.append(Fill("trade_cancel", "O1", f"T{index}", side, 0, 0))
            del final[index]
        else:
            quantity, price = data.draw(st.integers(1, 10**12)), data.draw(st.integers(1, 10**10))
            fills.append(Fill("trade_correct", "O1", f"T{index}", side, quantity, price))
            final[index] = (side, quantity, price)
    assert restated(fills) == fold(*(step for _, step in sorted(final.items())))
