"""What the engine's events become on the wire: reports per account, trades and book changes per symbol."""

from collections.abc import Iterable, Sequence

from matching.domain.book import BUY, Book
from matching.domain.events import Accepted, Canceled, CancelRejected, Event, Rejected, Replaced, ReplaceRejected, Traded
from matching.domain.ladder import Level
from matching.domain.orders import Order
from oms_site.infra.bus.processor import Output, Position
from schemas.enums import BookType, ExecType, Liquidity, OrderType, Reason, Side, TimeInForce
from schemas.ids import base32, log_id
from schemas.messages import BookLevel, BookUpdate, Execution, OrderCommand, Trade
from schemas.topics import MATCHING_REPORTS, TRADES
from schemas.units import MAX_UNITS

EXECUTION_PREFIX = "M"
TRADE_PREFIX = "T"

LARGEST_SIDE = 20_000
"""Levels of one side that are published at most: two such sides stay below the largest record."""

MESSAGES = {
    Reason.INSTRUMENT_UNKNOWN: "the market does not know this instrument yet: publish it, then send the order again",
    Reason.ORDER_DUPLICATE: "an order of this id is open: use a new id",
    Reason.ORDER_FIELD_INVALID: "a field does not fit the order's type: a limit order has a positive price, a market order has none",
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

    __slots__ = ("_command", "_executions", "_stems", "_time", "_trades", "outputs")

    def __init__(self, command: OrderCommand, position: Position, time: int) -> None:
        place = (command.time, position.partition, position.offset, 0)
        self._command = command
        self._stems = (log_id(EXECUTION_PREFIX, *place)[:-1], log_id(TRADE_PREFIX, *place)[:-1])
        self._time = time
        self._executions = 0
        self._trades = 0
        self.outputs: list[Output] = []

    def tell(self, events: Iterable[Event]) -> None:
        """Add what each event becomes."""
        request = self._command.client_order_id
        for event in events:
            match event:
                case Traded():
                    self._trade(event)
                case Accepted(order):
                    self._report(ExecType.NEW, order, order.quantity, cum=0)
                case Canceled(order, _, reason):
                    self._report(ExecType.CANCELED, order, 0, reason=reason, client_order_id=request)
                case Replaced(order, leaves, _):
                    self._report(ExecType.REPLACED, order, leaves, cum=order.quantity - leaves, client_order_id=request)
                case Rejected(_, code):
                    self._refusal(ExecType.REJECTED, code, None)
                case CancelRejected(_, code, known):
                    self._refusal(ExecType.CANCEL_REJECTED, code, known)
                case ReplaceRejected(_, code, known):
                    self._refusal(ExecType.REPLACE_REJECTED, code, known)

    def _execution_id(self) -> str:
        self._executions += 1
        return self._stems[0] + base32(self._executions - 1)

    def _trade(self, event: Traded) -> None:
        taker, maker = event.taker, event.maker
        trade_id = self._stems[1] + base32(self._trades)
        self._trades += 1
        self._fill(event, taker, event.taker_leaves, trade_id, Liquidity.TAKER)
        self._fill(event, maker, event.maker_leaves, trade_id, Liquidity.MAKER)
        buyer, seller = (taker, maker) if taker.side == BUY else (maker, taker)
        trade = Trade(
            id=trade_id,
            seq=event.seq,
            symbol=taker.symbol,
            quantity=event.quantity,
            price=event.price,
            buy_order=buyer.id,
            sell_order=seller.id,
            buy_account=buyer.account,
            sell_account=seller.account,
            maker_side=maker.side,
            time=self._time,
        )
        self.outputs.append(Output(TRADES.name, trade))

    def _fill(self, event: Traded, order: Order, leaves: int, trade_id: str, liquidity: Liquidity) -> None:
        report = Execution(
            id=self._execution_id(),
            seq=0,
            type=ExecType.TRADE,
            order_id=order.id,
            account=order.account,
            symbol=order.symbol,
            side=order.side,
            order_type=order.type,
            tif=order.tif,
            quantity=order.quantity,
            price=order.price,
            cum_quantity=order.quantity - leaves,
            leaves_quantity=leaves,
            time=self._time,
            last_quantity=event.quantity,
            last_price=event.price,
            trade_id=trade_id,
            liquidity=liquidity,
            client_order_id=order.client_order_id,
        )
        self.outputs.append(Output(MATCHING_REPORTS.name, report))

    def _report(
        self,
        kind: ExecType,
        order: Order,
        leaves: int,
        *,
        cum: int | None = None,
        reason: str | None = None,
        message: str | None = None,
        client_order_id: str | None = None,
    ) -> None:
        """A step of an order the engine knows. `client_order_id` names the request that is answered, if it had a name."""
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
            quantity=order.quantity,
            price=order.price,
            cum_quantity=order.cum if cum is None else cum,
            leaves_quantity=leaves,
            time=self._time,
            client_order_id=client_order_id or order.client_order_id,
            reason=reason,
            message=message,
        )
        self.outputs.append(Output(MATCHING_REPORTS.name, report))

    def _refusal(self, kind: ExecType, code: str, known: Order | None) -> None:
        command = self._command
        message = MESSAGES.get(Reason(code))
        if known is not None:
            leaves = known.leaves if known.level is not None else 0
            self._report(kind, known, leaves, reason=code, message=message, client_order_id=command.client_order_id)
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
            client_order_id=command.client_order_id,
            reason=code,
            message=message,
        )
        self.outputs.append(Output(MATCHING_REPORTS.name, report))


def book_change(book: Book, changed: Sequence[Level], time: int) -> BookUpdate:
    """The levels one command changed, as they are now; a level of quantity 0 is gone. `seq` is the book's count of updates.

    A change of more levels than a record holds is told as the whole book.
    """
    if len(changed) > LARGEST_SIDE:
        return book_snapshot(book, time)
    bids = tuple(_level(level) for level in changed if level.ladder is book.bids)
    asks = tuple(_level(level) for level in changed if level.ladder is book.asks)
    return BookUpdate(book.symbol, book.updates, BookType.UPDATE, bids, asks, book.last, time)


def book_snapshot(book: Book, time: int) -> BookUpdate:
    """The whole book after its update number `seq`: the best `LARGEST_SIDE` levels of each side. It takes no number of its own."""
    bids, asks = (tuple(map(_level, ladder.in_order()[:LARGEST_SIDE])) for ladder in (book.bids, book.asks))
    return BookUpdate(book.symbol, book.updates, BookType.SNAPSHOT, bids, asks, book.last, time)


def _level(level: Level) -> BookLevel:
    return BookLevel(level.price, min(level.quantity, MAX_UNITS), level.count)
