"""Fills into positions: a batch is one read and one write, integers in and out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from oms_site.infra import metrics
from oms_site.infra.postgresql.arrays import columns_text
from orders import selectors as order_selectors
from reporting.domain.positions import Fill, Holding, filled, restated
from schemas.enums import ExecType
from schemas.messages import Execution

_DUPLICATES = metrics.DUPLICATES.labels("reporting")
_TRADE = ExecType.TRADE.value
Key = tuple[str, str]

_LOAD = """
SELECT account, symbol, (quantity * 100000000)::bigint, (cost * 10000000000000000)::numeric(40, 0)::text,
    (realised_pnl * 10000000000000000)::numeric(40, 0)::text, (bought_quantity * 100000000)::bigint,
    (sold_quantity * 100000000)::bigint, seq
FROM reporting_position
JOIN unnest(%s::text[], %s::text[]) AS wanted (wanted_account, wanted_symbol) ON account = wanted_account AND symbol = wanted_symbol
ORDER BY account, symbol FOR UPDATE OF reporting_position
"""

_WRITE = """
INSERT INTO reporting_position (account, symbol, quantity, cost, realised_pnl, bought_quantity, sold_quantity, seq, updated_at)
SELECT account, symbol, quantity * 0.00000001, cost * 0.0000000000000001, realised * 0.0000000000000001, bought * 0.00000001,
    sold * 0.00000001, seq, 'epoch'::timestamptz + time * interval '1 microsecond'
FROM unnest(
    %s::text[], %s::text[], %s::bigint[], %s::numeric[], %s::numeric[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]
) AS t (account, symbol, quantity, cost, realised, bought, sold, seq, time)
ON CONFLICT (account, symbol) DO UPDATE SET
    quantity = excluded.quantity, cost = excluded.cost, realised_pnl = excluded.realised_pnl, bought_quantity = excluded.bought_quantity,
    sold_quantity = excluded.sold_quantity, seq = excluded.seq, updated_at = excluded.updated_at
"""


class StoredFill(NamedTuple):
    """A position right after one of the account's fills (`seq`)."""

    account: str
    symbol: str
    held: Holding
    seq: int
    time: int


def positions_project(*, fills: Sequence[Execution], seqs: Mapping[str, int]) -> list[StoredFill]:
    """Fold fills into their positions and store them; the position after each fill that was new, in order.

    `seqs` numbers the fills among their accounts' fills, by execution id. A fill at or below what its position has seen is a repeat: it is
    counted and left out. A bust or correction is as if the fill had been that from the start: the position is folded anew from the stored
    fills. Runs in the caller's transaction. Raises `KeyError` for a fill that was never stored.
    """
    held = _load({(fill.account, fill.symbol) for fill in fills})
    stored: list[StoredFill] = []
    latest: dict[Key, StoredFill] = {}
    for fill in fills:
        key, seq = (fill.account, fill.symbol), seqs[fill.id]
        before, seen = held.get(key, (Holding(), 0))
        if seq <= seen:
            _DUPLICATES.inc()
            continue
        if fill.type == _TRADE:
            after = filled(before, fill.side, fill.last_quantity or 0, fill.last_price or 0)
        else:
            after = restated(_stored(fill.account, fill.symbol, seq))
        held[key] = (after, seq)
        latest[key] = StoredFill(fill.account, fill.symbol, after, seq, fill.time)
        stored.append(latest[key])
    _write([latest[key] for key in sorted(latest)])
    return stored


def _stored(account: str, symbol: str, upto: int) -> Iterable[Fill]:
    """The account's stored fills of a symbol and their corrections, up to one."""
    return (Fill(*row) for row in order_selectors.fills_until(account, symbol, upto))


def _load(keys: set[Key]) -> dict[Key, tuple[Holding, int]]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, columns_text(sorted(keys)))
        return {(row[0], row[1]): (Holding(row[2], int(row[3]), int(row[4]), row[5], row[6]), row[7]) for row in cursor.fetchall()}


def _write(positions: Sequence[StoredFill]) -> None:
    if not positions:
        return
    rows = [(row.account, row.symbol, *row.held, row.seq, row.time) for row in positions]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns_text(rows))
