"""Fills into entries and fees: a batch is a dozen statements, whatever its size. Runs in the caller's transaction."""

from collections.abc import Iterable, Sequence
from itertools import chain

from oms_site.infra import metrics
from orders.domain.lifecycle import FILLS
from reporting import selectors
from reporting.domain.books import DAY, Booked, Bookkeeper, Fill
from reporting.domain.fees import WINDOW
from reporting.domain.ledger import require_balanced
from reporting.services.books import rows
from schemas.enums import ExecType
from schemas.messages import Execution

_DUPLICATES = metrics.DUPLICATES.labels("ledger")
_TRADE = ExecType.TRADE.value


def books_post(*, fills: Sequence[Fill]) -> list[Booked]:
    """Post fills and corrections, in the order of their accounts' numbers; what was new. A repeat is counted and left out.

    Raises `KeyError` for an instrument, or for the correction of a fill, that nobody ever told of.
    """
    rows.one_at_a_time()
    known = rows.posted({fill.id for fill in fills})
    fresh = [fill for fill in fills if fill.id not in known]
    if len(fresh) < len(fills):
        _DUPLICATES.inc(len(fills) - len(fresh))
    if not fresh:
        return []
    keeper = _bookkeeper(fresh)
    booked = [one for fill in fresh for one in keeper.book(fill)]
    for one in booked:
        require_balanced(one.entry)
    rows.entries_copy([one.entry for one in booked])
    rows.fees_copy([one.fee for one in booked])
    return booked


def fill_of(execution: Execution) -> Fill | None:
    """A record as a fill; None for one that moves no position."""
    if execution.type not in FILLS:
        return None
    return Fill(
        execution.id,
        execution.type != _TRADE,
        execution.order_id,
        execution.trade_id or "",
        execution.account,
        execution.symbol,
        execution.side,
        execution.last_quantity or 0,
        execution.last_price or 0,
        execution.liquidity,
        execution.time,
    )


def _bookkeeper(fills: Sequence[Fill]) -> Bookkeeper:
    """One that knows what these need."""
    corrected = [fill for fill in fills if fill.correction]
    standing = rows.standing(corrected)
    schedules = selectors.fee_schedules()
    days = {made // DAY for made in _moments(fills, (one.time for one in standing.values()))}
    tiered = any(len(one.tiers) > 1 for one in schedules)
    volumes = selectors.traded_volumes({fill.account for fill in fills}, min(days) - WINDOW.days, max(days)) if tiered else {}
    return Bookkeeper(
        schedules=schedules,
        currencies=selectors.currencies({fill.symbol for fill in fills}),
        volumes=volumes,
        standing=standing,
        numbers=iter(rows.entry_numbers(len(fills) + len(corrected))),
    )


def _moments(fills: Iterable[Fill], made: Iterable[int]) -> Iterable[int]:
    return chain((fill.time for fill in fills), made)
