"""Level 1: the engine alone. It is given what intake and risk would pass on, and knows no pending requests."""

from matching.domain import events as said
from matching.domain.engine import Engine
from matching.domain.events import Event
from matching.domain.orders import Order
from schemas.enums import ExecType
from schemas.messages import Execution, OrderCommand
from tests.scenarios.by_command import ByCommand, Fills
from tests.scenarios.commands import OWNER, SYMBOL, trade_date
from tests.scenarios.files import Play, Step
from tests.scenarios.notation import PENDING, Told
from tests.scenarios.playing import shown, side_by_side, standing
from tests.scenarios.reader import Reader

_ABOUT_AN_ORDER = {
    said.Canceled: ExecType.CANCELED,
    said.Expired: ExecType.EXPIRED,
    said.Replaced: ExecType.REPLACED,
    said.Restated: ExecType.RESTATED,
    said.Suspended: ExecType.SUSPENDED,
    said.DoneForDay: ExecType.DONE_FOR_DAY,
}
_REFUSALS = {
    said.Rejected: ExecType.REJECTED,
    said.CancelRejected: ExecType.CANCEL_REJECTED,
    said.ReplaceRejected: ExecType.REPLACE_REJECTED,
}
_CLOSED = {ExecType.CANCELED, ExecType.EXPIRED}


class EngineLevel(ByCommand):
    """An engine with one market. `heard` is what it said about the owner's orders."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine()
        self.readers: dict[str, Reader] = {}
        self.traded: dict[str, tuple[str, int, int]] = {}
        self.heard: list[Told] = []
        self.send(self.commands.instrument())

    def play(self, play: Play) -> None:
        """Do every step the market hears of, then compare all that was told. AssertionError shows both."""
        for step in play.steps:
            if not (step.stops_at_intake or step.stops_at_risk):
                getattr(self, step.ask.method)(step)
        lines = [line for step in play.steps if not step.stops_at_risk for line in step.told if line.type not in PENDING]
        # a status that is a pending request is not the engine's to know
        kept = [line.status not in PENDING for line in lines] + [True] * len(self.heard)
        expected, heard = (
            [line if keep else line._replace(status="-") for line, keep in zip(some, kept, strict=False)] for some in (lines, self.heard)
        )
        texts = side_by_side(expected, heard)
        assert texts[1] == texts[0], shown(play, texts[1], texts[0])
        standing(self.engine, self.heard)

    def market_quotes(self, step: Step) -> None:
        """Quotes from outside are nothing to the engine."""

    def test_hold(self, step: Step) -> None:
        """Nothing waits here: commands come in the order in which they are taken."""

    test_release = test_hold

    def fills(self) -> Fills:
        """X's fills as last told."""
        return list(self.traded.values())

    def send(self, command: OrderCommand) -> None:
        """Apply it and write down what is said about the owner's orders."""
        for event in self.engine.apply(command):
            record = self._record(event, command)
            if record is None or record.account != OWNER:
                continue
            told = self.readers.setdefault(record.order_id, Reader(record.order_id)).read(record)
            self.heard.append(told._replace(named={name: value for name, value in told.named.items() if name != "name"}))
            if record.trade_id is not None:
                before = self.traded.get(record.trade_id, ("", 0, 0))
                self.traded[record.trade_id] = (record.trade_id, record.last_quantity or 0, record.last_price or before[2])

    def _record(self, event: Event, command: OrderCommand) -> Execution | None:
        """An event as a record, as far as the engine tells it. None for one that is about no order of the owner."""
        if isinstance(event, said.PhaseChanged):
            return None
        if isinstance(event, said.Traded | said.Uncrossed):
            return self._filled(event)
        if type(event) in _REFUSALS:
            return self._refusal(event, command)
        if isinstance(event, said.TradeChanged):
            return self._changed(event, command)
        if isinstance(event, said.Accepted):
            self.readers.setdefault(event.order.id, Reader(event.order.id)).day = event.order.trade_date
            return self._of(event.order, ExecType.NEW, event.order.quantity)
        kind = _ABOUT_AN_ORDER[type(event)]
        reason = "market_halted" if kind == ExecType.SUSPENDED else getattr(event, "reason", None)
        filled = event.order.quantity - event.leaves
        return self._of(event.order, kind, 0 if kind in _CLOSED else event.leaves, cum_quantity=filled, reason=reason)

    def _filled(self, event: said.Traded | said.Uncrossed) -> Execution:
        """The owner's side of a trade; no play has the owner on both."""
        first, second, quantity, price, first_leaves, second_leaves, seq = event
        order, leaves = (first, first_leaves) if first.account == OWNER else (second, second_leaves)
        return self._of(order, ExecType.TRADE, leaves, last_quantity=quantity, last_price=price, trade_id=f"T{seq}")

    def _changed(self, event: said.TradeChanged, command: OrderCommand) -> Execution:
        kind = ExecType.TRADE_CORRECT if event.quantity else ExecType.TRADE_CANCEL
        was = (command.attributes or {}).get("quantity")
        filled = {"last_quantity": event.quantity or None, "last_price": event.price, "trade_id": event.trade_id}
        kind = kind if was else ExecType.TRADE
        return self._of(event.order, kind, event.leaves, cum_quantity=event.cum, reason=command.reason, **filled)

    def _of(self, order: Order, kind: ExecType, leaves: int, **more: object) -> Execution:
        names = {"id": "M", "seq": 0, "type": kind.value, "order_id": order.id, "account": order.account, "symbol": order.symbol}
        terms = {"side": order.side, "order_type": order.type, "tif": order.tif, "quantity": order.quantity, "price": order.price}
        counts = {"cum_quantity": order.quantity - leaves, "leaves_quantity": leaves, "trade_date": trade_date(self.commands.day)}
        return Execution(**({"time": 0} | names | terms | counts | more))

    def _refusal(self, event: Event, command: OrderCommand) -> Execution:
        order = getattr(event, "order", None)
        if order is not None:
            leaves = order.leaves if order.id in self.engine.orders else 0
            return self._of(order, _REFUSALS[type(event)], leaves, cum_quantity=order.cum, reason=event.code)
        values = {"id": "M", "seq": 0, "order_id": command.id, "account": command.account, "symbol": SYMBOL, "side": "buy"}
        terms = {"order_type": "limit", "tif": "day", "quantity": command.quantity or 0, "price": command.price}
        return Execution(**values, **terms, type=_REFUSALS[type(event)].value, cum_quantity=0, leaves_quantity=0, time=0, reason=event.code)
