"""Decisions repeated from the log come out the same, and other than they were when something of the log is missing."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.domain.instrument import Reference
from risk.replay import Repeated, decisions_repeat
from schemas.enums import CommandType, ExecType, Reason
from schemas.messages import OrderCommand
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, BID, LOT, TICK
from tests.unit.risk.desk import ACCOUNTS, SYMBOLS, Desk
from tests.unit.risk.full_floor import BAND, FullFloor

SEEDS = st.integers(0, 10**9)


class MovingFloor(FullFloor):
    """As `FullFloor`, with accounts that are described, limits that are reached, and quotes that move between any two steps."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        setting = self.desk.setting
        for code in ACCOUNTS:
            setting("account", code, details={"currency": "USD", "kind": "customer", "desk": "equities"})
            setting("cash", f"{code}/USD", value=4_000 * ONE)
        setting("locate", "*/*", value=40 * ONE)
        for symbol in SYMBOLS:
            setting("adv", symbol, value=1_000 * ONE)
            numbers = {"tick": TICK, "lot": LOT, "max_quantity": 10_000_000 * ONE, "tradable": 1, "band": BAND}
            self.desk.control(CommandType.INSTRUMENT, symbol=symbol, attributes=numbers, details={"currency": "USD"})
        for rule, value in {"max_position": 60, "max_daily_loss": 4, "max_open_notional": 10_000, "max_concentration": 5}.items():
            self.desk.control(CommandType.LIMIT, scope="firm", rule=rule, value=value * ONE)
        self.desk.control(CommandType.LIMIT, scope="firm", rule="repeat_count", value=2 * ONE)
        self.desk.control(CommandType.LIMIT, scope="firm", rule="repeat_window", value=ONE)
        self.desk.control(CommandType.LIMIT, scope="trader", key="ann", rule="max_quantity", value=35 * ONE)

    def step(self) -> None:
        for symbol in SYMBOLS:
            bid = BID + self.random.randint(-20, 20) * TICK
            place = self.desk.now
            self.desk.references[symbol] = Reference(bid, bid + 2 * TICK, self.desk.now, 1, place)
        if self.random.random() < 0.05:
            self.the_desk_sets_something()
        if self.random.random() < 0.05:  # a kill does not last, so that other rules refuse too
            self.release()
        super().step()
        if self.random.random() < 0.8:  # fills come soon, so that there is something to lose
            self.match()
            self.come_back()

    def the_desk_sets_something(self) -> None:
        """A mode, a bypass, an enabling, a limit for a while."""
        pick, now = self.random.choice, self.desk.now
        match self.random.randint(0, 4):
            case 0:
                self.desk.setting("rule", pick(["max_position", "locate"]), details={"mode": pick(["shadow", "off", "enforce", "enforce"])})
            case 1:
                self.desk.setting("bypass", pick(SYMBOLS), details={"rule": "max_open_notional"}, effective_until=now + 300)
            case 2 | 3:
                self.desk.setting("enable", pick(ACCOUNTS))
            case _:
                dates = {"effective_from": now + 50, "effective_until": now + 500}
                self.desk.control(CommandType.LIMIT, scope="symbol", key="IBM", rule="max_notional", value=1_500 * ONE, **dates)


def floor_after(seed: int, steps: int = 250) -> MovingFloor:
    floor = MovingFloor(seed)
    for _ in range(steps):
        floor.step()
    return floor


def differing(desk: Desk, *, orders: list | None = None, log: list | None = None) -> list[Repeated]:
    """The decisions that come out otherwise when they are repeated."""
    repeated = decisions_repeat(0, desk.orders if orders is None else orders, desk.log if log is None else log)
    return [found for found in repeated if found.differs]


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_every_decision_repeated_from_the_log_comes_out_the_same(seed: int) -> None:
    desk = floor_after(seed).desk
    assert differing(desk) == []
    told = [record for record in desk.log if record.decision is not None and record.type != ExecType.TRADE]
    assert [found.record for found in decisions_repeat(0, desk.orders, desk.log)] == told


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_recovery_ends_where_the_live_worker_was(seed: int) -> None:
    floor = floor_after(seed)
    live = orjson.dumps(floor.desk.fold.dump())
    assert orjson.dumps(floor.desk.recovered().dump()) == live
    for snapshot, orders, log in floor.cuts:
        stored = orjson.loads(orjson.dumps(snapshot))
        assert orjson.dumps(floor.desk.recovered(snapshot=stored, orders=orders, log=log).dump()) == live


def test_many_different_rules_refuse_on_this_floor() -> None:
    """What the other tests rest on."""
    log = [record for seed in range(5) for record in floor_after(seed, 600).desk.log]
    refused = {record.rule for record in log if record.type == ExecType.REJECTED}
    of_terms = {"reduce_only", "max_quantity", "max_notional"}
    of_exposure = {"max_position", "max_open_notional", "max_concentration", "credit_line", "locate", "max_daily_loss"}
    assert {"kill", "phase"} | of_terms | of_exposure <= refused
    assert any(record.type == ExecType.TRADE and record.decision for record in log), "a fill stops an account"


def without(desk: Desk, wanted: CommandType, **fields: object) -> list:
    """The commands of a desk, but for the controls of such a kind: where they stood nothing stands."""

    def is_gone(command: OrderCommand) -> bool:
        return command.command == wanted and all(getattr(command, name) == value for name, value in fields.items())

    return [delivery for delivery in desk.orders if not is_gone(delivery.message)]


@pytest.fixture
def desk() -> Desk:
    """A desk on which every kind of control below has decided something."""
    desk = Desk()
    desk.control(CommandType.LIMIT, scope="account", key="ACME-1", rule="max_quantity", value=20 * ONE)
    desk.setting("account", "ACME-1", details={"currency": "USD", "kind": "customer", "desk": "equities"})
    desk.setting("rule", "max_notional", details={"mode": "shadow"})
    desk.setting("restriction", "BAC", details={"list": "restricted"})
    desk.control(CommandType.LIMIT, scope="firm", rule="max_notional", value=10 * ONE)
    desk.new("O1", quantity=21 * ONE)
    desk.new("O2")
    desk.new("O3", symbol="BAC")
    desk.new("O4", side="sell", price=ASK)
    return desk


@pytest.mark.parametrize(
    "gone",
    [
        {"wanted": CommandType.LIMIT, "scope": "account"},
        {"wanted": CommandType.LIMIT, "scope": "firm", "rule": "max_position"},
        {"wanted": CommandType.SETTING, "scope": "account"},
        {"wanted": CommandType.SETTING, "scope": "rule"},
        {"wanted": CommandType.SETTING, "scope": "restriction"},
        {"wanted": CommandType.INSTRUMENT, "symbol": "IBM"},
    ],
    ids=lambda gone: " ".join(str(value) for value in gone.values()),
)
def test_without_one_control_of_the_log_the_replay_diverges(desk: Desk, gone: dict) -> None:
    whole = desk.recovered().dump()
    assert differing(desk) == []
    desk.orders = without(desk, **gone)
    assert differing(desk)
    assert desk.recovered().dump() != whole


def test_a_difference_names_the_record_and_what_it_would_be_now(desk: Desk) -> None:
    differences = {found.record.order_id: found for found in differing(desk, orders=without(desk, CommandType.LIMIT, scope="account"))}
    assert (differences["O1"].record.reason, differences["O1"].code) == (Reason.QUANTITY_TOO_LARGE, None)
    assert differences["O1"].words.endswith("(ACME-1 O1): quantity_too_large, repeated accepted")
    assert differences["O2"].words.endswith("(ACME-1 O2): accepted, repeated accepted, on other grounds"), "of another limit"


def test_another_quote_than_the_recorded_one_is_found(desk: Desk) -> None:
    (accepted,) = desk.new("O9", type="market", price=None)
    other = replace(accepted, decision=accepted.decision.replace('"ask":100', '"ask":101'))
    log = [other if record is accepted else record for record in desk.log]
    assert [found.record.order_id for found in differing(desk, log=log)] == ["O9"]


def test_an_answer_to_a_command_that_is_not_there_is_an_error(desk: Desk) -> None:
    gone = [delivery for delivery in desk.orders if getattr(delivery.message, "id", "") != "O2"]
    for orders in (gone, desk.orders[:-1]):
        with pytest.raises(LookupError):
            list(decisions_repeat(0, orders, desk.log))
