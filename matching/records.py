"""What the engine's events become on the wire: reports per account, trades per symbol."""

from collections.abc import Sequence
from typing import Any

from matching.domain.book import BUY
from matching.domain.events import (
    Accepted,
    Canceled,
    CancelRejected,
    DoneForDay,
    Event,
    Expired,
    Rejected,
    Replaced,
    ReplaceRejected,
    Restated,
    Suspended,
    TradeChanged,
    Traded,
    Triggered,
    Uncrossed,
)
from matching.domain.orders import Order
from oms_site.infra.bus.processor import Output, Position
from schemas.enums import DESK_RULE, CommandType, ExecType, Liquidity, MakerSide, OrderType, Reason, Side, TimeInForce
from schemas.ids import base32, log_id
from schemas.messages import Execution, OrderCommand, Trade
from schemas.topics import MATCHING_REPORTS, TRADES

EXECUTION_PREFIX = "M"
TRADE_PREFIX = "T"

MESSAGES = {
    Reason.INSTRUMENT_UNKNOWN: "the market does not know this instrument yet: publish it, then send the order again",
    Reason.ORDER_DUPLICATE: "an order of this id is open: use a new id",
    Reason.ORDER_FIELD_INVALID: "a field does not fit the order: look which its type and time in force take, and that each is above zero",
    Reason.PHASE_REFUSES: "the market's phase does not allow this: look at the phase, send it again in another",
    Reason.POST_ONLY_WOULD_TAKE: "a post-only order would trade at once at this price: move it behind the other side's best",
    Reason.STOPS_TOO_MANY: "too many stops wait in this market: cancel some, or send it later",
    Reason.PRICE_OFF_TICK: "the price is not a multiple of the instrument's tick",
    Reason.QUANTITY_OFF_LOT: "the quantity is not a multiple of the instrument's lot",
    Reason.ORDER_TOO_LATE: "too late: the order was closed before the request arrived",
    Reason.ORDER_UNKNOWN: "no such order is open",
}
"""What a refusal says besides its code: one sentence with the remedy."""


class Answer:
    """The records that follow from one command: fills `outputs` with reports in the order of the events, each trade after its two sides.

    Ids count from the command's place in the log, so they are the same at every replay. `time` (microseconds) is that of the facts.
    """

    __slots__ = ("_auction", "_command", "_executions", "_later", "_stems", "_time", "_trades", "outputs")

    def __init__(self, command: OrderCommand, position: Position, time: int, auction: str | None = None) -> None:
        """`auction` is the one that was being called before the command."""
        self._auction = auction
        self._command = command
        stem = log_id(EXECUTION_PREFIX, command.time, position.partition, position.offset, 0)[:-1]
        self._stems = (stem, TRADE_PREFIX + stem[len(EXECUTION_PREFIX) :])
        self._time = time
        self._executions = 0
        self._trades = 0
        self._later: dict[str, int] = {}
        self.outputs: list[Output] = []

    def tell(self, events: Sequence[Event]) -> None:
        """Add what each event becomes."""
        for event in events:
            if isinstance(event, Restated) and event.taken:
                self._later[event.order.id] = self._later.get(event.order.id, 0) + event.taken
        for event in events:
            match event:
                case Traded(taker, maker):
                    self._trade(event, taker, maker, event.taker_leaves, event.maker_leaves)
                case Accepted(order):
                    self._report(ExecType.NEW, order, self._quantity(order))
                case Canceled(order, leaves, reason):
                    self._ended(ExecType.CANCELED, order, leaves, reason)
                case Replaced(order, leaves):
                    self._report(ExecType.REPLACED, order, leaves, client_order_id=self._request(order))
                case Rejected(_, code):
                    self._refusal(ExecType.REJECTED, code, None)
                case CancelRejected(_, code, known, leaves):
                    self._refusal(ExecType.CANCEL_REJECTED, code, known, leaves)
                case ReplaceRejected(_, code, known, leaves):
                    self._refusal(ExecType.REPLACE_REJECTED, code, known, leaves)
                case _:
                    self._tell_rarer(event)

    def _tell_rarer(self, event: Event) -> None:
        """What happens to orders without their clients asking: auctions, stops, the market's phases, corrections."""
        match event:
            case Uncrossed(buy, sell):
                self._trade(event, buy, sell, event.buy_leaves, event.sell_leaves)
            case Expired(order, leaves, reason):
                self._ended(ExecType.EXPIRED, order, leaves, reason)
            case Restated(order, leaves, _, reason):
                if event.taken:
                    self._later[order.id] -= event.taken
                day = self._command.trade_date if reason == Reason.NEW_DAY else None
                self._report(ExecType.RESTATED, order, leaves, reason=reason, trade_date=day)
            case Triggered(order):
                self._report(ExecType.TRIGGERED, order, event.leaves)
            case Suspended(order, leaves):
                self._report(ExecType.SUSPENDED, order, leaves, reason=Reason.MARKET_HALTED)
            case DoneForDay(order, leaves):
                self._report(ExecType.DONE_FOR_DAY, order, leaves, trade_date=self._command.trade_date)
            case TradeChanged():
                self._correction(event)

    def _ended(self, kind: ExecType, order: Order, leaves: int, reason: str) -> None:
        cum = self._quantity(order) - leaves
        self._report(kind, order, 0, cum=cum, reason=reason, client_order_id=self._request(order))

    def _quantity(self, order: Order) -> int:
        """The order's total at this event: what self-trade prevention takes off it later in the same command is still there."""
        return order.quantity + (self._later.get(order.id, 0) if self._later else 0)

    def _request(self, order: Order) -> str | None:
        """The name of the request that is answered, None for another order than the command's."""
        return self._command.client_order_id if order.id == self._command.id else None

    def _execution_id(self) -> str:
        self._executions += 1
        return self._stems[0] + base32(self._executions - 1)

    def _trade(self, event: Traded | Uncrossed, first: Order, second: Order, first_leaves: int, second_leaves: int) -> None:
        """Both sides and the trade. In continuous trading `first` took and `second` was resting."""
        trade_id = self._stems[1] + base32(self._trades)
        self._trades += 1
        called = isinstance(event, Uncrossed)
        self._fill(event, first, first_leaves, trade_id, Liquidity.AUCTION if called else Liquidity.TAKER)
        self._fill(event, second, second_leaves, trade_id, Liquidity.AUCTION if called else Liquidity.MAKER)
        buyer, seller = (first, second) if first.side == BUY else (second, first)
        trade = Trade(
            id=trade_id,
            seq=event.seq,
            symbol=first.symbol,
            quantity=event.quantity,
            price=event.price,
            buy_order=buyer.id,
            sell_order=seller.id,
            buy_account=buyer.account,
            sell_account=seller.account,
            maker_side=MakerSide.NONE if called else second.side,
            time=self._time,
            auction=self._auction if called else None,
        )
        self.outputs.append(Output(TRADES.name, trade))

    def _fill(self, event: Traded | Uncrossed, order: Order, leaves: int, trade_id: str, liquidity: Liquidity) -> None:
        self._report(
            ExecType.TRADE,
            order,
            leaves,
            last_quantity=event.quantity,
            last_price=event.price,
            trade_id=trade_id,
            liquidity=liquidity,
        )

    def _correction(self, event: TradeChanged) -> None:
        was = self._command.attributes or {}
        kind = ExecType.TRADE_CORRECT if event.quantity else ExecType.TRADE_CANCEL
        self._report(
            kind if was.get("quantity") else ExecType.TRADE,
            event.order,
            event.leaves,
            cum=event.cum,
            reason=self._command.reason,
            last_quantity=event.quantity or None,
            last_price=event.price if event.quantity else None,
            trade_id=event.trade_id,
            original_quantity=was.get("quantity") or None,
            original_price=was.get("price") if was.get("quantity") else None,
        )

    def _report(
        self,
        kind: ExecType,
        order: Order,
        leaves: int,
        *,
        cum: int | None = None,
        client_order_id: str | None = None,
        **told: Any,
    ) -> None:
        """A step of an order the engine knows; `cum` where it is not what the order's total leaves.

        `client_order_id` names the request that is answered, if it had a name; `told` are fields of `Execution` that only some steps have.
        """
        quantity = self._quantity(order)
        report = Execution(
            id=self._execution_id(),
            seq=0,
            type=kind,
            order_id=order.id,
            account=order.account,
            symbol=order.symbol,
            side=order.side,
            order_type=order.type,
            tif=order.tif,
            quantity=quantity,
            price=order.price,
            cum_quantity=quantity - leaves if cum is None else cum,
            leaves_quantity=leaves,
            time=self._time,
            client_order_id=client_order_id or order.client_order_id,
            conditions=order.conditions,
            **told,
        )
        self.outputs.append(Output(MATCHING_REPORTS.name, report))

    def _refusal(self, kind: ExecType, code: str, known: Order | None, leaves: int = 0) -> None:
        command = self._command
        message = MESSAGES.get(Reason(code))
        rule = DESK_RULE if command.unsolicited or command.command == CommandType.TRADE_CORRECT else None
        if known is not None:
            self._report(
                kind,
                known,
                leaves,
                cum=known.cum,
                reason=code,
                rule=rule,
                message=message,
                client_order_id=command.client_order_id,
                trade_id=command.trade_id,
            )
            return
        report = Execution(  # of an order the engine has no terms of: those the command came with
            id=self._execution_id(),
            seq=0,
            type=kind,
            order_id=command.id,
            account=command.account,
            symbol=command.symbol,
            side=command.side or Side.BUY,
            order_type=command.type or OrderType.LIMIT,
            tif=command.tif or TimeInForce.DAY,
            quantity=command.quantity or 0,
            price=command.price,
            cum_quantity=0,
            leaves_quantity=0,
            time=self._time,
            trade_id=command.trade_id,
            client_order_id=command.client_order_id,
            reason=code,
            rule=rule,
            message=message,
        )
        self.outputs.append(Output(MATCHING_REPORTS.name, report))
