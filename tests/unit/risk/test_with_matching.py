"""Risk and the real matching fold, wired in memory, under random flow: numbering, exposure, recovery, one answer per request."""

import random
from collections import deque

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.handlers import MatchingFold
from oms_site.infra.bus.processor import Delivery, Position
from schemas.enums import CommandType, ExecType
from schemas.topics import MATCHING_REPORTS, ORDERS_VALIDATED
from schemas.units import ONE
from tests.unit.risk.boundary import BID, TICK
from tests.unit.risk.desk import ACCOUNTS, SYMBOLS, Desk

ENDS = {ExecType.CANCELED, ExecType.REPLACED, ExecType.CANCEL_REJECTED, ExecType.REPLACE_REJECTED}
UNASKED = {"liquidity_none", "risk_killed"}
"""Why matching ends an order that nobody asked it to end."""

KILLED = [("firm", None), *(("account", code) for code in ACCOUNTS), ("trader", "bob"), ("instrument", "BAC")]
"""What may be killed."""


class Floor:
    """A desk whose validated commands reach matching late, and whose reports come back late."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.desk = Desk()
        self.matching = MatchingFold(0)
        self.waiting: deque = deque()
        self.sent = 0
        self.orders = 0
        self.requests: dict[str, int] = {}
        self.cuts: list[tuple[object, int, int]] = []

    def step(self) -> None:
        """One random thing happens."""
        choice = self.random.random()
        if choice < 0.35:
            self.enter()
        elif choice < 0.5:
            self.ask_cancel()
        elif choice < 0.65:
            self.ask_replace()
        elif choice < 0.67:
            self.desk.say(self.desk.command(CommandType.MASS_CANCEL, account=self.account(), symbol=self.symbol()))
        elif choice < 0.69:
            self.kill_or_release()
        elif choice < 0.85:
            self.match()
        else:
            self.come_back()
        if self.random.random() < 0.05:
            self.cuts.append((self.desk.fold.dump(), len(self.desk.orders), len(self.desk.log)))

    def kill_or_release(self) -> None:
        """One scope is killed, or whatever is killed may trade again."""
        if self.random.random() < 0.4:
            scope, key = self.random.choice(KILLED)
            spare = {"spare_reducing": self.random.randint(0, 1)}
            self.desk.control(CommandType.KILL, scope=scope, key=key, value=1, reason="drill", attributes=spare)
            return
        self.release()

    def release(self) -> None:
        """Everybody may trade again."""
        for scope, key in KILLED:
            self.desk.control(CommandType.KILL, scope=scope, key=key, value=0)

    def account(self) -> str:
        return self.random.choice(ACCOUNTS)

    def symbol(self) -> str:
        return self.random.choice(SYMBOLS)

    def price(self) -> int:
        return BID + self.random.randint(-5, 5) * TICK

    def enter(self) -> None:
        self.orders += 1
        market = self.random.random() < 0.1
        self.desk.new(
            f"O{self.orders}",
            account=self.account(),
            symbol=self.symbol(),
            side=self.random.choice(["buy", "sell"]),
            type="market" if market else "limit",
            tif="ioc" if self.random.random() < 0.1 else "day",
            price=None if market else self.price(),
            quantity=self.random.randint(1, 40) * ONE,
        )

    def _asked(self, order_id: str) -> None:
        self.requests[order_id] = self.requests.get(order_id, 0) + 1

    def _target(self) -> dict[str, str] | None:
        known = [record for record in self.desk.log if record.type == ExecType.PENDING_NEW]
        if not known:
            return None
        record = self.random.choice(known[-15:])
        self._asked(record.order_id)
        return {"order_id": record.order_id, "account": record.account, "symbol": record.symbol}

    def ask_cancel(self) -> None:
        if target := self._target():
            self.desk.cancel(**target)

    def ask_replace(self) -> None:
        if target := self._target():
            more = {"quantity": self.random.randint(1, 60) * ONE} if self.random.random() < 0.7 else {"price": self.price()}
            self.desk.replace(**target, **more)

    def match(self) -> None:
        """Matching takes the next validated command."""
        if self.sent == len(self.desk.validated):
            return
        position = Position(ORDERS_VALIDATED.name, 0, self.sent)
        delivery = Delivery(position, self.desk.validated[self.sent], self.desk.now)
        self.sent += 1
        self.waiting += [o.message for o in self.matching.handle(delivery, self.desk.now) if o.topic == MATCHING_REPORTS.name]

    def come_back(self) -> None:
        """Risk takes the next report."""
        if self.waiting:
            self.desk.report(self.waiting.popleft())

    def settle(self) -> None:
        """Everything on its way arrives."""
        while self.sent < len(self.desk.validated) or self.waiting:
            self.match()
            self.come_back()


def floor_after(seed: int, steps: int) -> Floor:
    floor = Floor(seed)
    for _ in range(steps):
        floor.step()
    return floor


SEEDS = st.integers(0, 10**9)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_numbers_have_no_gap_and_ids_are_unique(seed: int) -> None:
    floor = floor_after(seed, 200)
    for account in ACCOUNTS:
        numbers = [record.seq for record in floor.desk.log if record.account == account]
        assert numbers == list(range(1, len(numbers) + 1))
    assert len({record.id for record in floor.desk.log}) == len(floor.desk.log)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_at_rest_what_risk_holds_open_is_what_rests_in_the_books(seed: int) -> None:
    floor = floor_after(seed, 200)
    floor.settle()
    resting = {id_: order.leaves for id_, order in floor.matching.engine.orders.items()}
    held = {id_: order.leaves for account in floor.desk.fold.accounts.values() for id_, order in account.orders.items()}
    assert held == resting
    for account in floor.desk.fold.accounts.values():
        assert all(not order.pending and not order.cancel_pending for order in account.orders.values())
        if not account.orders:
            assert account.working == {}
    for symbol in SYMBOLS:
        assert sum(account.position(symbol) for account in floor.desk.fold.accounts.values()) == 0


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_every_request_ends_in_exactly_one_answer(seed: int) -> None:
    floor = floor_after(seed, 200)
    floor.settle()
    pending: dict[str, int] = {}
    answers: dict[str, int] = {}
    unasked: dict[str, int] = {}
    for record in floor.desk.log:
        own = record.id.startswith("E")
        if record.type in (ExecType.PENDING_CANCEL, ExecType.PENDING_REPLACE):
            pending[record.order_id] = pending.get(record.order_id, 0) + 1
        elif record.type in ENDS and own:
            unasked[record.order_id] = unasked.get(record.order_id, 0) + 1
        elif record.type in ENDS and record.rule != "desk" and record.reason not in UNASKED:
            answers[record.order_id] = answers.get(record.order_id, 0) + 1
    assert answers == pending
    for order_id, asked in floor.requests.items():
        assert pending.get(order_id, 0) + unasked.get(order_id, 0) >= asked


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_recovery_from_the_start_and_from_any_snapshot_ends_in_the_same_state(seed: int) -> None:
    floor = floor_after(seed, 200)
    live = orjson.dumps(floor.desk.fold.dump())
    assert orjson.dumps(floor.desk.recovered().dump()) == live
    for snapshot, orders, log in floor.cuts:
        stored = orjson.loads(orjson.dumps(snapshot))
        assert orjson.dumps(floor.desk.recovered(snapshot=stored, orders=orders, log=log).dump()) == live


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_the_same_inputs_at_the_same_moments_give_the_same_records(seed: int) -> None:
    desk = floor_after(seed, 150).desk
    again = desk.fresh()
    written = [output.message for delivery, now in desk.steps for output in again.handle(delivery, now)]
    assert [m for m in written if m in desk.log] == desk.log
    assert again.dump() == desk.fold.dump()


@pytest.mark.parametrize("seed", range(5))
def test_no_fill_goes_beyond_what_was_reserved(seed: int) -> None:
    """The position never leaves what open orders could lead to a moment before: a fill only moves within the reservation."""
    floor = Floor(seed)
    for _ in range(400):
        before = {
            (code, symbol): (account.worst_long(symbol), account.worst_short(symbol))
            for code, account in floor.desk.fold.accounts.items()
            for symbol in SYMBOLS
        }
        floor.come_back()
        for (code, symbol), (long, short) in before.items():
            account = floor.desk.fold.accounts[code]
            assert account.worst_long(symbol) <= long
            assert account.worst_short(symbol) <= short
        floor.step()
