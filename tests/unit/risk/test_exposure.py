"""Exposure against a naive recount over random lives of orders, and the cases a recount would not name."""

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from risk.domain.exposure import AccountState, SequenceBroken
from risk.domain.open_order import OpenOrder, Terms
from schemas.enums import ExecType
from schemas.messages import Execution

SYMBOLS = ("IBM", "BAC")


@dataclass
class Life:
    """One order as the model knows it: plain numbers, no incremental sums."""

    id: str
    symbol: str
    side: str
    quantity: int
    price: int
    cum: int = 0
    open: bool = True
    gone: bool = False
    cancel_pending: bool = False
    asked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def leaves(self) -> int:
        return self.quantity - self.cum if self.open else 0


@dataclass
class Fill:
    """One fill as it stands now."""

    life: Life
    quantity: int


def record(seq: int, kind: ExecType, life: Life, *, own: bool = False, **more) -> Execution:
    """The record of `life` as it stands after the event."""
    return Execution(
        id=f"{'E' if own else 'M'}{seq}",
        seq=seq,
        type=kind,
        order_id=life.id,
        account="ACME-1",
        symbol=life.symbol,
        side=life.side,
        order_type="limit",
        tif="day",
        quantity=life.quantity,
        price=life.price,
        cum_quantity=life.cum,
        leaves_quantity=life.leaves,
        time=0,
        **more,
    )


class ExposureMachine(RuleBasedStateMachine):
    """Random orders, fills, corrections, cancels, replaces and refusals; after each step the fold equals the recount."""

    def __init__(self) -> None:
        super().__init__()
        self.state = AccountState()
        self.lives: list[Life] = []
        self.fills: list[Fill] = []
        self.closed: dict[str, OpenOrder] = {}

    def write(self, kind: ExecType, life: Life, **more) -> None:
        ended = self.state.apply(record(self.state.seq + 1, kind, life, **more), self.closed)
        if ended is not None:
            self.closed[ended.id] = ended

    def open_lives(self) -> list[Life]:
        return [life for life in self.lives if life.open]

    def pick(self, data) -> Life:
        return data.draw(st.sampled_from(self.open_lives()))

    @rule(symbol=st.sampled_from(SYMBOLS), side=st.sampled_from(["buy", "sell"]), quantity=st.integers(1, 50))
    def enters(self, symbol, side, quantity) -> None:
        life = Life(f"O{len(self.lives)}", symbol, side, quantity, 100)
        self.lives.append(life)
        self.write(ExecType.PENDING_NEW, life, own=True)

    @rule(symbol=st.sampled_from(SYMBOLS), quantity=st.integers(1, 50))
    def is_refused_by_risk(self, symbol, quantity) -> None:
        self.write(ExecType.REJECTED, Life(f"R{self.state.seq}", symbol, "buy", quantity, 1, open=False), own=True)

    @precondition(lambda self: self.open_lives())
    @rule(data=st.data())
    def fills_some(self, data) -> None:
        life = self.pick(data)
        quantity = data.draw(st.integers(1, life.leaves))
        life.cum += quantity
        life.open = life.cum < life.quantity
        self.fills.append(Fill(life, quantity))
        self.write(ExecType.TRADE, life, last_quantity=quantity, last_price=100)

    @precondition(lambda self: any(fill.quantity for fill in self.fills))
    @rule(data=st.data())
    def a_fill_is_busted_or_corrected(self, data) -> None:
        fill = data.draw(st.sampled_from([fill for fill in self.fills if fill.quantity]))
        life, was = fill.life, fill.quantity
        fill.quantity = data.draw(st.integers(0, was + life.quantity - life.cum))
        life.cum += fill.quantity - was
        life.open = not life.gone and life.cum < life.quantity
        kind = ExecType.TRADE_CORRECT if fill.quantity else ExecType.TRADE_CANCEL
        self.write(kind, life, last_quantity=fill.quantity or None, original_quantity=was, original_price=100)

    @precondition(lambda self: self.open_lives())
    @rule(data=st.data(), kind=st.sampled_from([ExecType.SUSPENDED, ExecType.DONE_FOR_DAY, ExecType.TRIGGERED]))
    def the_market_tells(self, data, kind) -> None:
        self.write(kind, self.pick(data))

    @precondition(lambda self: self.open_lives())
    @rule(data=st.data(), quantity=st.integers(1, 80))
    def is_restated(self, data, quantity) -> None:
        life = self.pick(data)
        life.quantity = life.cum + quantity
        self.write(ExecType.RESTATED, life)

    @precondition(lambda self: self.open_lives())
    @rule(data=st.data())
    def asks_to_cancel(self, data) -> None:
        life = self.pick(data)
        if life.cancel_pending:
            self.write(ExecType.CANCEL_REJECTED, life, own=True)
            return
        life.cancel_pending = True
        self.write(ExecType.PENDING_CANCEL, life, own=True)

    @precondition(lambda self: self.open_lives())
    @rule(data=st.data(), kind=st.sampled_from([ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED]))
    def ends(self, data, kind) -> None:
        life = self.pick(data)
        life.open, life.gone = False, True
        self.write(kind, life)

    @precondition(lambda self: any(life.cancel_pending for life in self.open_lives()))
    @rule(data=st.data())
    def cancel_is_refused(self, data) -> None:
        life = data.draw(st.sampled_from([life for life in self.open_lives() if life.cancel_pending]))
        life.cancel_pending = False
        self.write(ExecType.CANCEL_REJECTED, life)

    @precondition(lambda self: self.open_lives())
    @rule(data=st.data(), quantity=st.integers(1, 80), price=st.integers(90, 110))
    def asks_to_replace(self, data, quantity, price) -> None:
        life = self.pick(data)
        life.asked.append((quantity, price))
        self.write(ExecType.PENDING_REPLACE, life, own=True, requested_quantity=quantity, requested_price=price)

    @precondition(lambda self: self.open_lives())
    @rule(data=st.data())
    def replace_is_refused_by_risk(self, data) -> None:
        self.write(ExecType.REPLACE_REJECTED, self.pick(data), own=True)

    @precondition(lambda self: any(life.asked for life in self.open_lives()))
    @rule(data=st.data(), accepted=st.booleans())
    def replace_is_answered(self, data, accepted) -> None:
        life = data.draw(st.sampled_from([life for life in self.open_lives() if life.asked]))
        quantity, price = life.asked.pop(0)
        if accepted:
            life.quantity, life.price = max(quantity, life.cum), price
            life.open = life.quantity > life.cum
        self.write(ExecType.REPLACED if accepted else ExecType.REPLACE_REJECTED, life)

    @invariant()
    def equals_the_recount(self) -> None:
        for symbol in SYMBOLS:
            of_symbol = [fill for fill in self.fills if fill.life.symbol == symbol]
            held = sum(fill.quantity if fill.life.side == "buy" else -fill.quantity for fill in of_symbol)
            assert self.state.position(symbol) == held
            for side in ("buy", "sell"):
                open_lives = [life for life in self.open_lives() if (life.symbol, life.side) == (symbol, side)]
                most = sum(max([life.leaves, *(quantity - life.cum for quantity, _ in life.asked)]) for life in open_lives)
                assert self.state.reserved(symbol, side) == most
            assert self.state.worst_long(symbol) == held + self.state.reserved(symbol, "buy")
            assert self.state.worst_short(symbol) == self.state.reserved(symbol, "sell") - held

    @invariant()
    def nothing_is_reserved_when_nothing_is_open(self) -> None:
        if not self.open_lives():
            assert self.state.working == {}
            assert self.state.orders == {}

    @invariant()
    def a_dump_restores_to_the_same(self) -> None:
        again = AccountState.load(self.state.dump())
        assert again.dump() == self.state.dump()
        assert again.working == self.state.working


TestExposure = ExposureMachine.TestCase
TestExposure.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_a_gap_in_the_numbering_stops_the_fold() -> None:
    state = AccountState()
    state.apply(record(1, ExecType.PENDING_NEW, Life("O1", "IBM", "buy", 10, 100), own=True))
    with pytest.raises(SequenceBroken):
        state.apply(record(3, ExecType.NEW, Life("O1", "IBM", "buy", 10, 100)))


def test_a_fill_of_an_order_that_is_not_open_still_moves_the_position() -> None:
    state = AccountState()
    life = Life("O1", "IBM", "sell", 10, 100, cum=10)
    assert state.apply(record(1, ExecType.TRADE, life, last_quantity=10, last_price=100)) is None
    assert state.position("IBM") == -10


@pytest.mark.parametrize(
    ("held", "pending", "asked", "reduces"),
    [
        ((100, 10), [], (100, 10), True),
        ((100, 10), [], (99, 10), True),
        ((100, 10), [], (101, 10), False),
        ((100, 10), [], (99, 11), False),
        ((100, 10), [(50, 10)], (80, 10), False),
        ((100, 10), [(50, 10)], (50, 10), True),
        ((100, 10), [(200, 10)], (150, 10), False),
        ((100, 10), [(50, 9)], (40, 10), False),
    ],
)
def test_a_reduction_is_less_at_the_same_price_however_pending_replaces_end(held, pending, asked, reduces) -> None:
    order = OpenOrder("O1", "IBM", "buy", "limit", "day", *held, None, 0, held[0], pending=[Terms(*terms) for terms in pending])
    assert order.is_reduction(Terms(*asked)) is reduces


def test_a_replace_down_to_what_is_filled_is_a_reduction_at_any_price() -> None:
    order = OpenOrder("O1", "IBM", "buy", "limit", "day", 100, 10, None, 60, 40)
    assert order.is_reduction(Terms(60, 11))
    assert not order.is_reduction(Terms(61, 11))
