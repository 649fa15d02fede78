"""Level 1: the engine alone. It is given what intake and risk would pass on, and knows no pending requests."""

from matching.domain import events as told_by_engine
from matching.domain.engine import Engine
from matching.domain.events import Event
from matching.domain.orders import Order
from schemas.enums import CommandType, ExecType
from schemas.messages import Execution, OrderCommand
from tests.scenarios.commands import OWNER, SYMBOL, Commands, fill_of, trade_date
from tests.scenarios.files import Play, Step
from tests.scenarios.notation import PENDING, Told, terms
from tests.scenarios.playing import shown, side_by_side
from tests.scenarios.reader import Reader

_WITH_LEAVES = {
    told_by_engine.Canceled: ExecType.CANCELED,
    told_by_engine.Expired: ExecType.EXPIRED,
    told_by_engine.Replaced: ExecType.REPLACED,
    told_by_engine.Restated: ExecType.RESTATED,
    told_by_engine.Suspended: ExecType.SUSPENDED,
    told_by_engine.DoneForDay: ExecType.DONE_FOR_DAY,
}
_REFUSALS = {
    told_by_engine.Rejected: ExecType.REJECTED,
    told_by_engine.CancelRejected: ExecType.CANCEL_REJECTED,
    told_by_engine.ReplaceRejected: ExecType.REPLACE_REJECTED,
}
_CLOSED = {ExecType.CANCELED, ExecType.EXPIRED}


class EngineLevel:
    """An engine with one market. `heard` is what it said about the owner's orders."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.commands = Commands()
        self.readers: dict[str, Reader] = {}
        self.fills: dict[str, list[tuple[str, int, int]]] = {}
        self.heard: list[Told] = []
        self._apply(self.commands.instrument())

    def play(self, play: Play) -> None:
        """Do every step the market hears of, then compare all that was told. AssertionError shows both."""
        for step in play.steps:
            if not (step.stops_at_intake or step.stops_at_risk):
                getattr(self, step.ask.method)(step)
        expected = [line for step in play.steps if not step.stops_at_risk for line in step.told if line.type not in PENDING]
        statuses = [(line.status not in PENDING) for line in expected]
        said, heard = side_by_side([_plain(line, keep) for line, keep in zip(expected, statuses, strict=True)], self._heard(statuses))
        assert heard == said, shown(play, heard, said)

    def _heard(self, statuses: list[bool]) -> list[Told]:
        keeps = statuses + [True] * len(self.heard)
        return [_plain(line, keep) for line, keep in zip(self.heard, keeps, strict=False)]

    # what is done

    def trader_enters(self, step: Step) -> None:
        self._apply(self.commands.enter("X", terms(step.ask)))

    desk_enters = trader_enters

    def trader_cancels(self, step: Step) -> None:
        self._apply(self.commands.cancel(step.ask.words[0] if step.ask.words else "X"))

    def trader_replaces(self, step: Step) -> None:
        self._apply(self.commands.replace("X", step.ask))

    def trader_looks(self, step: Step) -> None:
        """A look asks the engine for nothing."""

    def market_sells(self, step: Step) -> None:
        self._other("sell", step, "ioc")

    def market_buys(self, step: Step) -> None:
        self._other("buy", step, "ioc")

    def market_offers(self, step: Step) -> None:
        self._other("sell", step, "day")

    def market_bids(self, step: Step) -> None:
        self._other("buy", step, "day")

    def market_quotes(self, step: Step) -> None:
        """Quotes from outside are nothing to the engine."""

    def desk_cancels(self, step: Step) -> None:
        self._apply(self.commands.cancel("X", reason=step.ask.words[0], unsolicited=True))

    def desk_changes(self, step: Step) -> None:
        self._apply(self.commands.replace("X", step.ask, unsolicited=True))

    def desk_splits(self, step: Step) -> None:
        numerator, denominator = map(int, step.ask.words[0].split(":"))
        ratio = {"numerator": numerator, "denominator": denominator}
        self._apply(self.commands.command(CommandType.REPLACE, id="X", unsolicited=True, attributes=ratio, reason="split"))

    def desk_busts(self, step: Step) -> None:
        number, quantity, price = fill_of(step.ask)
        trade, was, at = self.fills["X"][number - 1] if number else ("D1", 0, price)
        self._apply(
            self.commands.command(
                CommandType.TRADE_CORRECT,
                id="X",
                trade_id=trade,
                quantity=quantity,
                price=price,
                attributes={"quantity": was, "price": at},
            )
        )
        if quantity is not None and price is not None and number:
            self.fills["X"][number - 1] = (trade, quantity, price)

    desk_corrects = desk_adds = desk_busts

    def desk_halts(self, step: Step) -> None:
        self._apply(self.commands.phase("halted"))

    def desk_resumes(self, step: Step) -> None:
        self._apply(self.commands.phase("continuous"))

    def desk_closes(self, step: Step) -> None:
        self.commands.day = step.ask.words[0]
        self._apply(self.commands.phase("closed"))

    def desk_opens(self, step: Step) -> None:
        self.commands.day = step.ask.words[0]
        self._apply(self.commands.phase("continuous"))

    def test_hold(self, step: Step) -> None:
        """Nothing waits here: commands come in the order in which they are taken."""

    test_release = test_hold

    def _other(self, side: str, step: Step, tif: str) -> None:
        quantity, at, price = step.ask.words
        assert at == "@"
        self._apply(self.commands.other(side, quantity, price, tif))

    # what is told

    def _apply(self, command: OrderCommand) -> None:
        for event in self.engine.apply(command):
            record = self._record(event, command)
            if record is not None and record.account == OWNER:
                reader = self.readers.setdefault(record.order_id, Reader(record.order_id))
                told = reader.read(record)
                known = {name: value for name, value in told.named.items() if name != "name"}
                self.heard.append(told._replace(named=known))

    def _record(self, event: Event, command: OrderCommand) -> Execution | None:
        """An event as a record, as far as the engine tells it. None for one that is about no order of the owner."""
        match event:
            case told_by_engine.Accepted(order):
                self.readers.setdefault(order.id, Reader(order.id)).day = order.trade_date
                return self._of(order, ExecType.NEW, order.quantity, 0)
            case told_by_engine.Traded(taker, maker, quantity, price, taker_leaves, maker_leaves, seq):
                order, leaves = (taker, taker_leaves) if taker.account == OWNER else (maker, maker_leaves)
                trade = f"T{seq}"
                self.fills.setdefault(order.id, []).append((trade, quantity, price))
                return self._of(order, ExecType.TRADE, leaves, last_quantity=quantity, last_price=price, trade_id=trade)
            case told_by_engine.TradeChanged(order, trade, quantity, price, cum, leaves):
                kind = ExecType.TRADE_CORRECT if quantity else ExecType.TRADE_CANCEL
                if not (command.attributes or {}).get("quantity"):
                    kind = ExecType.TRADE
                return self._of(order, kind, leaves, cum, last_quantity=quantity or None, last_price=price, trade_id=trade)
            case told_by_engine.Rejected() | told_by_engine.CancelRejected() | told_by_engine.ReplaceRejected():
                return self._refusal(event, command)
            case told_by_engine.PhaseChanged() | told_by_engine.Uncrossed() | told_by_engine.Triggered():
                return None
        kind = _WITH_LEAVES[type(event)]
        reason = "market_halted" if kind == ExecType.SUSPENDED else getattr(event, "reason", None)
        return self._of(event.order, kind, 0 if kind in _CLOSED else event.leaves, event.order.quantity - event.leaves, reason=reason)

    def _of(self, order: Order, kind: ExecType, leaves: int, cum: int | None = None, **more: object) -> Execution:
        values = {
            "id": "M",
            "seq": 0,
            "type": kind.value,
            "order_id": order.id,
            "account": order.account,
            "symbol": order.symbol,
            "side": order.side,
            "order_type": order.type,
            "tif": order.tif,
            "quantity": order.quantity,
            "price": order.price,
            "cum_quantity": order.quantity - leaves if cum is None else cum,
            "leaves_quantity": leaves,
            "time": 0,
            "trade_date": trade_date(self.commands.day),
        }
        return Execution(**(values | more))

    def _refusal(self, event: Event, command: OrderCommand) -> Execution:
        order = getattr(event, "order", None)
        if order is not None:
            leaves = order.leaves if order.id in self.engine.orders else 0
            return self._of(order, _REFUSALS[type(event)], leaves, order.cum, reason=event.code)
        values = {"id": "M", "seq": 0, "order_id": command.id, "account": command.account, "symbol": SYMBOL, "side": "buy"}
        terms_ = {"order_type": "limit", "tif": "day", "quantity": command.quantity or 0, "price": command.price}
        return Execution(
            **values, **terms_, type=_REFUSALS[type(event)].value, cum_quantity=0, leaves_quantity=0, time=0, reason=event.code
        )


def _plain(line: Told, with_status: bool) -> Told:
    """The line without what marks it, and without its status where that is a pending request."""
    return line._replace(by_risk=False, past_intake=False, status=line.status if with_status else "-")
