"""Drawn days of orders, trades, busts, corrections, fee changes, deposits, netting, and settlements: failed, late, in parts, told twice.

After every step the books say what plain sums say.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reporting.domain import books, ledger
from reporting.domain.books import DAY, Bookkeeper, Fill
from reporting.domain.fees import Schedule, Tier
from reporting.domain.ledger import CLEARING, AssetType, Entry, Kind, Place
from reporting.domain.positions import Fill as PositionFill
from reporting.domain.positions import restated
from reporting.domain.settlement import day_of, settlement_date
from reporting.domain.settlement.delivery import Terms, deliver
from reporting.domain.settlement.fold import Life, advised
from reporting.domain.settlement.fold import entry as settled_entry
from reporting.domain.settlement.netting import netted
from reporting.domain.settlement.table import State
from risk.domain.exposure import AccountState
from schemas.enums import ExecType
from schemas.messages import Execution, SettlementAdvice
from schemas.units import ONE

ACCOUNTS, SYMBOLS = ("ACME-1", "ZEN-1"), {"IBM": "USD", "BAC": "USD", "SAP": "EUR"}
ACCOUNT, SYMBOL, SIDE = st.sampled_from(ACCOUNTS), st.sampled_from(sorted(SYMBOLS)), st.sampled_from(["buy", "sell"])
QUANTITY, PRICE = st.integers(1, 500).map(lambda lots: lots * ONE), st.integers(1, 40_000).map(lambda ticks: ticks * ONE // 100)
LIQUIDITY = st.sampled_from(["maker", "taker", "auction", None])
BPS = st.integers(-5_000, 50_000)


WORD = st.sampled_from(["settled", "partial", "failed", "matched", "settled"])
REASON = st.sampled_from(["securities_lacking", "cash_lacking", "terms_differ"])
UNSETTLED = (Kind.RECEIVABLE, Kind.PAYABLE)


@dataclass
class Resting:
    """An order that may still trade, in plain numbers."""

    id: str
    account: str
    symbol: str
    side: str
    quantity: int
    price: int
    cum: int = 0
    open: bool = True

    @property
    def leaves(self) -> int:
        return self.quantity - self.cum if self.open else 0


@dataclass
class Owed:
    """An instruction, where it stands, and what has moved of it."""

    name: str
    terms: Terms
    life: Life = field(default_factory=Life)
    lines: ledger.Lines = ()

    def unsettled(self) -> Iterator[ledger.Line]:
        """What it is booked with, and what of that has moved."""
        whole = ledger.reversed_lines(deliver(self.terms, 0, self.terms.quantity, time=0).lines)
        return (line for line in (*whole, *self.lines) if line.place.kind in UNSETTLED)


class Days(RuleBasedStateMachine):
    """What has happened in plain lists, beside the books."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000 * DAY
        self.ids, self.numbers = count(1), count(1)
        self.schedules: list[Schedule] = []
        self.records: list[Fill] = []
        self.standing: dict[tuple[str, str], books.Standing] = {}
        self.volumes: books.Volumes = {}
        self.entries: list[Entry] = []
        self.fees: list[books.Fee] = []
        self.brought: dict[tuple[str, str], int] = defaultdict(int)
        self.owed: list[Owed] = []
        self.charged: dict[tuple[str, str], int] = defaultdict(int)
        self.risk = {account: AccountState() for account in ACCOUNTS}
        self.orders: list[Resting] = []

    def keeper(self) -> Bookkeeper:
        """A new one each time, with what the tables would hand it: batches may be cut anywhere."""
        self.volumes = defaultdict(dict)
        for fee in self.fees:
            days = self.volumes[fee.fill.account, fee.currency]
            days[fee.day] = days.get(fee.day, 0) + fee.notional
        return Bookkeeper(schedules=self.schedules, currencies=SYMBOLS, volumes=self.volumes, standing=self.standing, numbers=self.numbers)

    def take(self, fill: Fill) -> None:
        self.records.append(fill)
        for entry, fee in self.keeper().book(fill):
            self.entries.append(entry)
            self.fees.append(fee)
            side = fee.fill.side if fee.notional > 0 else "sell" if fee.fill.side == "buy" else "buy"
            offsets = (-fee.fill.quantity, fee.notional) if fee.notional < 0 else (0, 0)
            due = settlement_date(day_of(self.now))
            named = (fill.account, fill.symbol, fee.currency, side, fee.fill.quantity, abs(fee.notional), due)
            self.owed.append(Owed(f"I{len(self.owed)}-{entry.number}", Terms(*named, *offsets)))

    @rule(account=ACCOUNT, symbol=SYMBOL, side=SIDE, quantity=QUANTITY, price=PRICE, liquidity=LIQUIDITY)
    def a_trade(self, **drawn: Any) -> None:
        number = next(self.ids)
        self.take(Fill(f"E{number}", correction=False, order_id=f"O{number}", trade_id=f"T{number}", time=self.now, **drawn))

    def tell(self, kind: ExecType, order: Resting, **more: Any) -> None:
        """Risk takes the order's next record, as the books take its fills."""
        state = self.risk[order.account]
        named = (f"E{state.seq + 1}", state.seq + 1, kind, order.id, order.account, order.symbol, order.side, "limit", "day")
        state.apply(Execution(*named, order.quantity, order.price, order.cum, order.leaves, self.now, **more))

    @rule(account=ACCOUNT, symbol=SYMBOL, side=SIDE, quantity=QUANTITY, price=PRICE)
    def an_order_enters(self, **drawn: Any) -> None:
        self.orders.append(Resting(f"O{next(self.ids)}", **drawn))
        self.tell(ExecType.PENDING_NEW, self.orders[-1])

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), part=st.integers(1, 3), liquidity=LIQUIDITY)
    def an_order_trades(self, data: st.DataObject, part: int, liquidity: str | None) -> None:
        order = data.draw(st.sampled_from(self.orders))
        number, quantity = next(self.ids), -(-order.leaves // part)
        order.cum += quantity
        self.tell(ExecType.TRADE, order, last_quantity=quantity, last_price=order.price)
        terms = (order.account, order.symbol, order.side, quantity, order.price, liquidity)
        names = ("account", "symbol", "side", "quantity", "price", "liquidity")
        told = dict(zip(names, terms, strict=True))
        self.take(Fill(f"E{number}", correction=False, order_id=order.id, trade_id=f"T{number}", time=self.now, **told))
        self.orders = [one for one in self.orders if one.leaves]

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def an_order_is_canceled(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self.orders))
        self.orders = [one for one in self.orders if one is not order]
        order.open = False
        self.tell(ExecType.CANCELED, order)

    @precondition(lambda self: self.records)
    @rule(data=st.data(), quantity=st.one_of(st.just(0), QUANTITY), price=PRICE)
    def a_bust_or_correction(self, data: st.DataObject, quantity: int, price: int) -> None:
        was = data.draw(st.sampled_from(self.records))
        terms = {"quantity": quantity, "price": price if quantity else 0, "liquidity": None, "time": self.now}
        self.take(was._replace(id=f"E{next(self.ids)}", correction=True, **terms))

    @rule(account=ACCOUNT, currency=st.sampled_from(["USD", "EUR"]), amount=st.integers(-(10**20), 10**20).filter(bool))
    def money_comes_or_goes(self, account: str, currency: str, amount: int) -> None:
        self.brought[account, currency] += amount
        lines = ledger.deposit_lines(account, AssetType.CURRENCY, currency, amount)
        self.entries.append(Entry(next(self.numbers), ledger.Cause.DEPOSIT, f"S{next(self.ids)}", account, "", "", "", self.now, lines))

    @rule(
        account=st.sampled_from(["", *ACCOUNTS]),
        symbols=st.sampled_from([frozenset(), frozenset({"IBM"})]),
        currency=st.sampled_from(["USD", "EUR"]),
        rates=st.lists(st.tuples(BPS, BPS, BPS), min_size=1, max_size=3),
    )
    def fees_change(self, account: str, symbols: frozenset[str], currency: str, rates: list[tuple[int, int, int]]) -> None:
        tiers = tuple(Tier(place * 10**20, *three) for place, three in enumerate(rates))
        self.schedules.append(Schedule(len(self.schedules) + 1, account, symbols, currency, self.now + 1, tiers, minimum=10**14))
        self.now += 2

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.now += days * DAY

    @precondition(lambda self: self.owed)
    @rule(data=st.data(), word=WORD, part=st.integers(1, 4), reason=REASON, rate=st.integers(0, 10**6))
    def a_house_speaks(self, data: st.DataObject, word: str, part: int, reason: str, rate: int) -> None:
        """About one that is open or has ended: it delivers all or a part, fails, cancels nothing that moved, or says the same again."""
        one = self.owed[data.draw(st.integers(0, len(self.owed) - 1))]
        left = one.terms.quantity - one.life.settled
        quantity = {"settled": left, "partial": -(-left // part)}.get(word, 0)
        advice = SettlementAdvice(
            "S", "custodian", one.name, one.terms.account, one.terms.symbol, 1, word, quantity, self.now, reason, None, rate
        )
        outcome = advised(one.terms, one.life, advice)
        one.life = outcome.life
        if outcome.delivery is not None:
            made = settled_entry(one.name, one.terms, next(self.numbers), outcome, self.now)
            one.lines += made.lines
            self.entries.append(made)
            self.charged[one.terms.account, one.terms.currency] += outcome.delivery.penalty

    @rule(account=ACCOUNT, symbol=SYMBOL)
    def what_is_due_together_is_netted(self, account: str, symbol: str) -> None:
        alike = [one for one in self.owed if (one.terms.account, one.terms.symbol) == (account, symbol) and one.life == Life()]
        alike = [one for one in alike if one.terms.due == alike[0].terms.due]
        if len(alike) > 1:
            self.owed = [one for one in self.owed if all(one is not other for other in alike)]
            self.owed.append(Owed(f"N{next(self.ids)}", netted(one.terms for one in alike)))

    @invariant()
    def every_entry_balances(self) -> None:
        for entry in self.entries[-3:]:
            ledger.require_balanced(entry)
        assert ledger.sums(line for entry in self.entries for line in entry.lines) == {}

    @invariant()
    def securities_and_cash_are_plain_sums_of_what_stands(self) -> None:
        held = ledger.balances(line for entry in self.entries for line in entry.lines)
        for account in ACCOUNTS:
            for symbol in SYMBOLS:
                fills = [
                    PositionFill(
                        "trade_correct" if one.correction else "trade", one.order_id, one.trade_id, one.side, one.quantity, one.price
                    )
                    for one in self.records
                    if (one.account, one.symbol) == (account, symbol)
                ]
                assert _sum(held, account, AssetType.INSTRUMENT, symbol) == restated(fills).quantity * ONE
            for currency in ("USD", "EUR"):
                assert _sum(held, account, AssetType.CURRENCY, currency) == self._cash(account, currency)

    def _cash(self, account: str, currency: str) -> int:
        """Deposits, less what the fills as they stand cost, less their fees: each fill's last record counts, as it was first charged."""
        last = {(one.order_id, one.trade_id): one for one in self.records if one.account == account}
        cash = self.brought[account, currency]
        for one in last.values():
            if SYMBOLS[one.symbol] == currency:
                cash += (-1 if one.side == "buy" else 1) * one.quantity * one.price
        cash -= self.charged[account, currency]
        for fee in self.fees:
            if (fee.fill.account, fee.currency) == (account, currency):
                cash -= fee.charge.fee + fee.charge.tax
        return cash

    @invariant()
    def what_is_reserved_is_what_is_open(self) -> None:
        """Reserved is not journaled: risk's fold of the same days holds it, to the unit, and nothing once nothing is open."""
        for account, state in self.risk.items():
            own = [order for order in self.orders if order.account == account]
            assert state.open_value == sum(order.leaves * order.price for order in own)
            assert state.buy_value == sum(order.leaves * order.price for order in own if order.side == "buy")
            open_quantities: dict[str, list[int]] = defaultdict(lambda: [0, 0])
            for order in own:
                open_quantities[order.symbol][order.side == "sell"] += order.leaves
            assert state.working == open_quantities
            assert list(state.orders) == [order.id for order in own]

    @invariant()
    def what_is_owed_is_what_has_not_settled(self) -> None:
        held = ledger.balances(line for entry in self.entries for line in entry.lines)
        owed = ledger.balances(line for one in self.owed for line in one.unsettled())
        unsettled = {place: amount for place, amount in held.items() if place.kind in UNSETTLED and amount}
        assert unsettled == {place: amount for place, amount in owed.items() if amount}
        assert all(not any(ledger.balances(one.unsettled()).values()) for one in self.owed if one.life.state == State.SETTLED)

    @invariant()
    def a_busted_fill_has_cost_nothing(self) -> None:
        for (order, trade), one in self.standing.items():
            charged = [fee for fee in self.fees if (fee.fill.order_id, fee.fill.trade_id) == (order, trade)]
            expected = (one.charge.fee, one.charge.tax) if one.quantity else (0, 0)
            assert (sum(fee.charge.fee for fee in charged), sum(fee.charge.tax for fee in charged)) == expected

    def teardown(self) -> None:
        """All of it again in one go: the same entries and fees."""
        again = Bookkeeper(schedules=self.schedules, currencies=SYMBOLS, volumes={}, standing={}, numbers=count(1))
        booked = [one for fill in self.records for one in again.book(fill)]
        assert [(one.fee.id, one.fee.charge, one.fee.notional) for one in booked] == [
            (fee.id, fee.charge, fee.notional) for fee in self.fees
        ]


def _sum(held: dict[Place, int], owner: str, asset_type: AssetType, asset: str) -> int:
    assert owner != CLEARING
    return sum(amount for place, amount in held.items() if place.owner == owner and (place.asset_type, place.asset) == (asset_type, asset))


TestDays = Days.TestCase
TestDays.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
