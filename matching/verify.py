"""What `verify_state` asks of matching beyond its state: do the trades that were printed, and their rows, follow from the commands?

The books themselves are compared by hash, from the first command and from every snapshot, through `MatchingFold` (`oms_site.verification`).
"""

from collections.abc import Iterable, Iterator, Sequence

from matching.domain.engine import UnknownCommand
from matching.handlers import MatchingFold, NotACommand
from matching.models import Trade as TradeRow
from matching.services import moment
from oms_site.infra.bus.processor import Delivery
from schemas.messages import Trade
from schemas.topics import TRADES
from schemas.units import from_units

Verdict = tuple[int, list[str]]
"""How many were compared, and a line for each that differs."""


def replayed_trades(partition: int, commands: Iterable[Delivery]) -> Iterator[Trade]:
    """The trades that follow from one partition's commands, by the engine, from an empty book on."""
    fold = MatchingFold(partition)
    for delivery in commands:
        try:
            outputs = fold.handle(delivery, 0)
        except (UnknownCommand, NotACommand):  # dead letters when they were live: without effect
            continue
        yield from (output.message for output in outputs if output.topic == TRADES.name and isinstance(output.message, Trade))


def printed_differences(replayed: Sequence[Trade], printed: Sequence[Trade], *, final: bool) -> Verdict:
    """One partition of `trades` against the replay of the same partition of `orders.validated`, from both beginnings, record by record.

    `final` says that no command came after those replayed: then nothing more may have been printed either.
    """
    differences = [
        f"trade {number}: printed {found}, replayed {wanted}"
        for number, (wanted, found) in enumerate(zip(replayed, printed, strict=False), 1)
        if found != wanted
    ]
    differences += [f"{trade.id}: follows from the commands, not printed" for trade in replayed[len(printed) :]]
    if final:
        differences += [f"{trade.id}: printed, follows from no command" for trade in printed[len(replayed) :]]
    return len(replayed), differences


def row_differences(printed: Iterable[Trade], rows: Iterable[TradeRow]) -> Verdict:
    """The rows against what was printed up to the projection's offsets: the same trades, every column alike."""
    stored = {row.id: row for row in rows}
    compared, differences = 0, []
    for trade in printed:
        compared += 1
        row = stored.pop(trade.id, None)
        if row is None:
            differences.append(f"{trade.id}: printed, no row")
        elif _columns(row) != _expected(trade):
            differences.append(f"{trade.id}: row {_columns(row)}, printed {_expected(trade)}")
    differences += [f"{trade_id}: a row that was never printed" for trade_id in sorted(stored)]
    return compared, differences


def _columns(row: TradeRow) -> tuple[object, ...]:
    parties = (row.buy_order, row.sell_order, row.buy_account, row.sell_account)
    return (row.seq, row.symbol_id, row.quantity, row.price, *parties, row.maker_side, row.time)


def _expected(trade: Trade) -> tuple[object, ...]:
    parties = (trade.buy_order, trade.sell_order, trade.buy_account, trade.sell_account)
    amounts = (from_units(trade.quantity), from_units(trade.price))
    return (trade.seq, trade.symbol, *amounts, *parties, trade.maker_side, moment(trade.time))
