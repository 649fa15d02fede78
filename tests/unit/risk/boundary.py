"""Every check at its limit: for each one, how to set a scene in which an order comes to exactly `limit + step` of the smallest unit."""

from collections.abc import Callable
from dataclasses import dataclass, field

from risk.domain.controls import Controls
from risk.domain.decide import Decision, Market, judge_new, judge_replace
from risk.domain.exposure import AccountState
from risk.domain.instrument import InstrumentTerms, Reference
from risk.domain.limits import OPTIONAL, Rule
from risk.domain.marks import Marks
from risk.domain.open_order import OpenOrder, Terms
from schemas.enums import CommandType, ExecType, Phase, Reason
from schemas.messages import Conditions, Execution, OrderCommand
from schemas.units import ONE

NOW = 1_790_000_000_000_000
DAY = "2026-09-21"
"""The UTC day of `NOW`."""
TICK, LOT = ONE // 100, ONE
BID, ASK = 100 * ONE, 100 * ONE + 2 * TICK
MID = BID + TICK
WIDE = {
    Rule.MAX_QUANTITY.value: 1_000_000 * ONE,
    Rule.MAX_NOTIONAL.value: 1_000_000_000 * ONE,
    Rule.MAX_QUOTE_AGE.value: 5 * ONE,
    Rule.STATIC_BAND.value: 300 * ONE,
    Rule.PRICE_BAND.value: 50 * ONE,
    Rule.FAT_FINGER.value: 50 * ONE,
    Rule.MESSAGE_RATE.value: 100_000 * ONE,
    Rule.MAX_OPEN_ORDERS.value: 100_000 * ONE,
    Rule.MAX_OPEN_NOTIONAL.value: 10_000_000_000 * ONE,
    Rule.MAX_POSITION.value: 1_000_000 * ONE,
    Rule.MAX_DAILY_LOSS.value: 1_000_000_000 * ONE,
    Rule.MAX_DAILY_NOTIONAL.value: 10_000_000_000 * ONE,
    Rule.AUCTION_COLLAR.value: 300 * ONE,
    Rule.STOP_DISTANCE.value: 300 * ONE,
}
"""A limit for each rule that needs one, far away."""

KINDS = ("limit", "market", "stop", "stop_limit", "trailing_stop")
WITH_LIMIT = ("limit", "stop_limit")
FAR = 10 * TICK
"""How far beyond the touch the stops of these orders wait, and how far a trailing one stays behind."""
ACCOUNT = "ACME-1"
IBM = InstrumentTerms(TICK, LOT, 10_000_000 * ONE, tradable=True, currency="USD")

assert set(WIDE) == {rule.value for rule in Rule} - OPTIONAL


@dataclass
class Scene:
    """All that a decision sees, and one order that passes everything until something is changed."""

    buy: bool
    kind: str
    amend: bool = False
    quantity: int = 10 * ONE
    price: int | None = None
    stop_price: int | None = None
    reduce_only: bool = False
    client_order_id: str | None = None
    time: int = NOW
    controls: Controls = field(default_factory=Controls)
    account: AccountState = field(default_factory=AccountState)
    references: dict[str, Reference] = field(default_factory=lambda: {"IBM": Reference(BID, ASK, NOW)})
    marks: Marks = field(default_factory=Marks)
    instrument: InstrumentTerms | None = IBM

    def __post_init__(self) -> None:
        for rule, value in WIDE.items():
            self.limit(Rule(rule), value)
        if self.kind in ("stop", "stop_limit"):
            self.stop_price = ASK + FAR if self.buy else BID - FAR
        if self.kind in WITH_LIMIT:
            self.price = self.stop_price or (ASK if self.buy else BID)

    def limit(self, rule: Rule, value: int | None) -> None:
        """Set a limit of the firm."""
        self.controls.limits.set("firm", "", rule.value, value)

    def control(self, kind: CommandType = CommandType.SETTING, **more) -> None:
        """Let a control hold."""
        names = {"id": "", "account": "*", "symbol": "", "command_id": len(self.controls.versions) + 1, "time": NOW}
        assert self.controls.apply(OrderCommand(kind, **(names | more)))

    def describe(self, **details: str) -> None:
        """Tell what the account is."""
        self.control(scope="account", key=ACCOUNT, details={"currency": "USD", "kind": "customer"} | details)

    def hold(self, quantity: int, price: int = MID) -> None:
        """Let the account have bought so much; below zero: sold. On an earlier day, for nobody's loss."""
        holding = self.account._holding("IBM")
        holding.trade(quantity, price)
        self.account.held["IBM"] = holding

    def work(self, quantity: int, price: int = MID, order_id: str = "O2") -> None:
        """Let another order of the same side be open."""
        if quantity:
            side = "buy" if self.buy else "sell"
            self.account._open(OpenOrder(order_id, "IBM", side, "limit", "day", quantity, price, None, 0, quantity))

    @property
    def conditions(self) -> Conditions | None:
        """What the order asks for."""
        asks = Conditions(self.stop_price, FAR if self.kind == "trailing_stop" else None, reduce_only=self.reduce_only)
        return None if asks == Conditions() else asks

    @property
    def judged_at(self) -> int:
        """The price the order is judged at, written down by hand."""
        return JUDGED_AT[self.buy, self.kind]

    @property
    def freed(self) -> int:
        """What the order that is replaced reserves already."""
        return self.quantity // 2 * self.judged_at if self.amend else 0

    def rest(self) -> OpenOrder:
        """The order before it is replaced: half of it is open, judged at the same price."""
        half = self.quantity // 2
        side = "buy" if self.buy else "sell"
        asks = self.conditions
        order = OpenOrder("O1", "IBM", side, self.kind, "day", half, self.price, None, 0, half, conditions=asks, trader="ann")
        order.judged = self.judged_at
        self.account._open(order)
        return order

    def decide(self) -> Decision:
        """Judge the order: as a new one, or as what half of it is replaced by."""
        if self.instrument is not None:
            self.controls._publish("IBM", self.instrument)
        market = Market(self.controls, self.references, NOW, self.marks)
        side = "buy" if self.buy else "sell"
        if not self.amend:
            terms = {"side": side, "type": self.kind, "tif": "day", "quantity": self.quantity, "price": self.price}
            command = self._command(CommandType.NEW, client_order_id=self.client_order_id, conditions=self.conditions, **terms)
            return judge_new(self.account, command, market)
        order = self.account.orders.get("O1") or self.rest()
        terms = Terms(self.quantity, self.price, self.stop_price)
        return judge_replace(self.account, order, self._command(CommandType.REPLACE, quantity=self.quantity), terms, market)

    def _command(self, kind: CommandType, **more) -> OrderCommand:
        return OrderCommand(kind, 1, "O1", ACCOUNT, "IBM", self.time, user="ann", **more)


Build = Callable[[Scene, int], None]


@dataclass(frozen=True)
class Boundary:
    """`build(scene, step)` makes the order come to `step` units beyond (or, negative, within) the limit."""

    code: Reason
    rule: str
    build: Build
    kinds: tuple[str, ...] = KINDS
    sides: tuple[bool, ...] = (True, False)
    amends: tuple[bool, ...] = (False, True)


# 150.01: what 50 % from the middle allow, on the tick; 150.18: 50 % beyond 100.12
JUDGED_AT = {
    (True, "limit"): ASK,
    (True, "market"): 150 * ONE + TICK,
    (True, "stop"): 150 * ONE + 18 * TICK,
    (True, "stop_limit"): ASK + FAR,
    (True, "trailing_stop"): 150 * ONE + 18 * TICK,
    (False, "limit"): BID,
    (False, "market"): BID,
    (False, "stop"): BID,  # the market may fall to the stop, but the order is worth most here
    (False, "stop_limit"): BID - FAR,  # its limit
    (False, "trailing_stop"): BID + FAR,
}
"""The price each order of a scene is judged at, written down by hand."""


def _instrument_quantity(scene: Scene, step: int) -> None:
    scene.instrument = InstrumentTerms(TICK, 1, 500 * ONE, tradable=True)
    scene.quantity = 500 * ONE + step


def _quantity(scene: Scene, step: int) -> None:
    scene.instrument = InstrumentTerms(TICK, 1, 10_000 * ONE, tradable=True)
    scene.limit(Rule.MAX_QUANTITY, 500 * ONE)
    scene.quantity = 500 * ONE + step


def _age(scene: Scene, step: int) -> None:
    scene.references["IBM"] = Reference(BID, ASK, NOW - 5_000_000 - step)


def _notional(scene: Scene, step: int) -> None:
    scene.limit(Rule.MAX_NOTIONAL, scene.judged_at * scene.quantity // ONE - step)


def _away(scene: Scene, rule: Rule, start: int, step: int) -> None:
    """A limit price 10 % away from where it is measured from, to the last unit."""
    scene.instrument = InstrumentTerms(1, LOT, 10_000_000 * ONE, tradable=True)
    scene.limit(rule, 10 * ONE)
    away = start // 10 + step
    scene.price = start + away if scene.buy else start - away


def _static_band(scene: Scene, step: int) -> None:
    start = ASK if scene.buy else BID
    scene.marks.take(fill(start * 2, liquidity="auction"))
    if scene.kind == "limit":
        _away(scene, Rule.STATIC_BAND, start * 2, step)
        scene.limit(Rule.PRICE_BAND, 500 * ONE)
        scene.limit(Rule.FAT_FINGER, 500 * ONE)
    else:  # a market order is measured at the far touch: half of the reference
        scene.limit(Rule.STATIC_BAND, 50 * ONE - step)


def _band(scene: Scene, step: int) -> None:
    if scene.kind == "market":  # a wide market: the far touch is exactly 10 % away
        scene.limit(Rule.PRICE_BAND, 10 * ONE)
        half = MID // 10 + step
        scene.references["IBM"] = Reference(MID - half, MID + half, NOW)
        return
    _away(scene, Rule.PRICE_BAND, MID if scene.kind == "limit" else scene.stop_price or 0, step)


def _fat_finger(scene: Scene, step: int) -> None:
    touch = ASK if scene.buy else BID
    _away(scene, Rule.FAT_FINGER, touch if scene.kind == "limit" else scene.stop_price or 0, step)


def _repeat(scene: Scene, step: int) -> None:
    scene.limit(Rule.REPEAT_COUNT, 5 * ONE)
    scene.limit(Rule.REPEAT_WINDOW, 10 * ONE)
    side = "buy" if scene.buy else "sell"
    terms = ("IBM", side, scene.kind, scene.quantity, scene.price, scene.stop_price)
    long_ago, other = NOW // 1000 - 10_000, ("IBM", side, scene.kind, scene.quantity + LOT, scene.price, scene.stop_price)
    for time, of in [(long_ago, terms)] * 9 + [(NOW // 1000, other)] * 9 + [(long_ago + 1, terms)] * (4 + step):
        scene.account.flow.accept(time, of)


def _rate(scene: Scene, step: int) -> None:
    scene.limit(Rule.MESSAGE_RATE, 5 * ONE)
    for time in [NOW // 1000 - 1000] * 9 + [NOW // 1000 - 999] * (4 + step):
        scene.account.flow.send(time)


def _order_to_trade(scene: Scene, step: int) -> None:
    scene.limit(Rule.ORDER_TO_TRADE, 5 * ONE)
    scene.account.day = DAY
    for _ in range(9 + step):
        scene.account.flow.send(0)
    for _ in range(2):
        scene.account.flow.fill(0, "")


def _open_orders(scene: Scene, step: int) -> None:
    scene.limit(Rule.MAX_OPEN_ORDERS, 5 * ONE)
    for number in range(4 + step):
        scene.work(LOT, order_id=f"W{number}")


def _open_notional(scene: Scene, step: int) -> None:
    scene.limit(Rule.MAX_OPEN_NOTIONAL, 10_000 * ONE)
    scene.account.open_value = 10_000 * ONE * ONE - scene.judged_at * scene.quantity + step


def _reduce_only(scene: Scene, step: int) -> None:
    scene.reduce_only = True
    scene.hold(-30 * ONE if scene.buy else 30 * ONE)
    scene.work(20 * ONE + step)


def _position(scene: Scene, step: int) -> None:
    scene.limit(Rule.MAX_POSITION, 100 * ONE)
    scene.hold(30 * ONE if scene.buy else -30 * ONE)
    scene.work(60 * ONE + step)


def _concentration(scene: Scene, step: int) -> None:
    scene.limit(Rule.MAX_CONCENTRATION, 25 * ONE)
    scene.control(scope="adv", key="IBM", value=400 * ONE)
    scene.work(90 * ONE + step)


def _credit(scene: Scene, step: int) -> None:
    scene.limit(Rule.CREDIT_LINE, 300 * ONE)
    scene.control(scope="cash", key=f"{ACCOUNT}/USD", value=scene.judged_at * scene.quantity // ONE - 200 * ONE)
    scene.account.cash = -100 * ONE * ONE - step


def _locate(scene: Scene, step: int) -> None:
    scene.describe()
    scene.control(scope="locate", key=f"{ACCOUNT}/IBM", value=40 * ONE)
    scene.hold(30 * ONE)
    scene.work(60 * ONE + step)


def _daily_loss(scene: Scene, step: int) -> None:
    scene.limit(Rule.MAX_DAILY_LOSS, 1_000 * ONE)
    scene.account.day = DAY
    holding = scene.account._holding("IBM")
    holding.day = DAY
    holding.day_realised = scene.account.day_realised = -400 * ONE * ONE - step * ONE
    scene.hold(10 * ONE if scene.buy else -10 * ONE, MID + 60 * ONE if scene.buy else MID - 60 * ONE)


def _daily_notional(scene: Scene, step: int) -> None:
    scene.limit(Rule.MAX_DAILY_NOTIONAL, 10_000 * ONE)
    scene.account.day = DAY
    scene.account.day_traded = 10_000 * ONE * ONE - scene.judged_at * scene.quantity + step


def _collar(scene: Scene, step: int) -> None:
    scene.control(CommandType.PHASE, symbol="IBM", phase=Phase.AUCTION.value, auction="opening")
    start = ASK if scene.buy else BID
    scene.marks.take(fill(start, liquidity="auction"))
    _away(scene, Rule.AUCTION_COLLAR, start, step)


def _stop_distance(scene: Scene, step: int) -> None:
    scene.instrument = InstrumentTerms(1, LOT, 10_000_000 * ONE, tradable=True)
    if scene.kind == "trailing_stop":
        scene.limit(Rule.STOP_DISTANCE, -(-FAR * 100 * ONE // MID) - step)
        return
    away = MID // 10 + step
    scene.limit(Rule.STOP_DISTANCE, 10 * ONE)
    scene.stop_price = MID + away if scene.buy else MID - away
    scene.price = scene.stop_price if scene.kind == "stop_limit" else None


def fill(price: int, *, liquidity: str = "maker", time: int = NOW) -> Execution:
    """A fill that somebody had, for the marks."""
    terms = ("IBM", "buy", "limit", "day", ONE, price, ONE, 0, time)
    return Execution("M1", 1, ExecType.TRADE, "O9", "X", *terms, ONE, price, "T1", liquidity)


BUYS, SELLS, NEW = (True,), (False,), (False,)
BOUNDARIES: dict[str, Boundary] = {
    "instrument_max_quantity": Boundary(Reason.QUANTITY_TOO_LARGE, "instrument_max_quantity", _instrument_quantity),
    "max_quantity": Boundary(Reason.QUANTITY_TOO_LARGE, Rule.MAX_QUANTITY, _quantity),
    "max_quote_age": Boundary(Reason.PRICE_STALE, Rule.MAX_QUOTE_AGE, _age),
    "max_notional": Boundary(Reason.NOTIONAL_TOO_LARGE, Rule.MAX_NOTIONAL, _notional),
    "static_band": Boundary(Reason.PRICE_OUTSIDE_STATIC_BAND, Rule.STATIC_BAND, _static_band, ("limit", "market")),
    "price_band": Boundary(Reason.PRICE_OUTSIDE_BAND, Rule.PRICE_BAND, _band, ("limit", "market", "stop_limit")),
    "fat_finger": Boundary(Reason.PRICE_THROUGH_TOUCH, Rule.FAT_FINGER, _fat_finger, WITH_LIMIT),
    "repeat_count": Boundary(Reason.ORDER_REPEATED, Rule.REPEAT_COUNT, _repeat, amends=NEW),
    "message_rate": Boundary(Reason.MESSAGES_TOO_MANY, Rule.MESSAGE_RATE, _rate),
    "order_to_trade": Boundary(Reason.ORDERS_PER_TRADE_TOO_MANY, Rule.ORDER_TO_TRADE, _order_to_trade),
    "max_open_orders": Boundary(Reason.OPEN_ORDERS_TOO_MANY, Rule.MAX_OPEN_ORDERS, _open_orders, amends=NEW),
    "max_open_notional": Boundary(Reason.OPEN_NOTIONAL_TOO_LARGE, Rule.MAX_OPEN_NOTIONAL, _open_notional),
    "reduce_only": Boundary(Reason.REDUCE_ONLY_WOULD_OPEN, "reduce_only", _reduce_only),
    "max_position": Boundary(Reason.POSITION_TOO_LARGE, Rule.MAX_POSITION, _position),
    "max_concentration": Boundary(Reason.CONCENTRATION_TOO_LARGE, Rule.MAX_CONCENTRATION, _concentration),
    "credit_line": Boundary(Reason.CREDIT_EXCEEDED, Rule.CREDIT_LINE, _credit, sides=BUYS),
    "locate": Boundary(Reason.LOCATE_MISSING, "locate", _locate, sides=SELLS),
    "max_daily_loss": Boundary(Reason.LOSS_CLOSE_ONLY, Rule.MAX_DAILY_LOSS, _daily_loss),
    "max_daily_notional": Boundary(Reason.DAILY_NOTIONAL_TOO_LARGE, Rule.MAX_DAILY_NOTIONAL, _daily_notional),
    "auction_collar": Boundary(Reason.PRICE_OUTSIDE_COLLAR, Rule.AUCTION_COLLAR, _collar, ("limit",)),
    "stop_distance": Boundary(Reason.STOP_TOO_FAR, Rule.STOP_DISTANCE, _stop_distance, ("stop", "stop_limit", "trailing_stop")),
}
