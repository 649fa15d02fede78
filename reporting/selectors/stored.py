"""The books as the tables hold them, as of one moment: what a rebuild is compared with."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from oms_site.infra.bus.models import ConsumedOffset
from reporting.domain.ledger import Place
from reporting.domain.objects import wide_units
from reporting.domain.positions import Holding
from reporting.domain.rebuilt import Digest
from reporting.models import Position
from reporting.selectors.folds import holding_of
from risk import selectors as risk_selectors
from risk.models import Setting
from schemas.topics import EXECUTIONS, SETTLEMENT_STATUS

PROJECTION = "core"
"""The worker whose rows these are."""

_US = "(extract(epoch FROM {}) * 1000000)::bigint"
_SUM = "sum(('x' || lpad(left(md5(told), 15), 16, '0'))::bit(64)::bigint::numeric)"
_ENTRIES = f"""
SELECT account, count(*), {_SUM} FROM (
    SELECT entry.account, concat_ws('|', entry.cause, entry.cause_id, entry.account, entry.symbol, entry.order_id, entry.trade_id,
        {_US.format("entry.time")}, line.told) AS told
    FROM reporting_journalentry AS entry JOIN (
        SELECT line.entry_id, string_agg(concat_ws(' ', held.owner, held.kind, held.asset, trim_scale(line.amount)), ';'
            ORDER BY line.number) AS told
        FROM reporting_journalline AS line JOIN reporting_ledgeraccount AS held ON held.id = line.account_id GROUP BY line.entry_id
    ) AS line ON line.entry_id = entry.id
) AS entry GROUP BY account
"""  # noqa: S608 - constants
_FEES = f"""
SELECT account, count(*), {_SUM} FROM (
    SELECT account, concat_ws('|', id, coalesce(schedule_id::text, ''), (bps * 10000)::bigint, trim_scale(fee), trim_scale(tax),
        trim_scale(notional), {_US.format("made_at")}) AS told FROM reporting_fillfee
) AS fee GROUP BY account
"""  # noqa: S608 - constants
_BALANCES = "SELECT owner, kind, asset_type, asset, balance FROM reporting_ledgeraccount"
_SEQS = "SELECT account, fill_seq FROM orders_accountstream"


class Stored(NamedTuple):
    """What the tables say, and the offsets of `executions`, and the fills of each account, they are as of."""

    offsets: Mapping[int, int]
    fill_seqs: Mapping[str, int]
    entries: Mapping[str, Digest]
    fees: Mapping[str, Digest]
    balances: Mapping[Place, int]
    positions: Mapping[tuple[str, str], Holding]
    put_in: Sequence[Setting]
    """Cash and positions put in by hand until then."""
    settled: Mapping[int, int]
    """Offsets of `settlement.status`."""


def stored_books() -> Stored:
    """All of it, in one snapshot. Reads every line once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        consumed = ConsumedOffset.objects.filter(group=PROJECTION).values_list("topic", "partition", "offset")
        offsets = {(topic, partition): offset for topic, partition, offset in consumed}
        return Stored(
            _of(EXECUTIONS.name, offsets),
            dict(_rows(cursor, _SEQS)),
            {account: Digest(counted, int(total)) for account, counted, total in _rows(cursor, _ENTRIES)},
            {account: Digest(counted, int(total)) for account, counted, total in _rows(cursor, _FEES)},
            {Place(*place): wide_units(balance) for *place, balance in _rows(cursor, _BALANCES)},
            {(row.account_id, row.symbol_id): holding_of(row) for row in Position.objects.all()},
            list(risk_selectors.put_in()),
            _of(SETTLEMENT_STATUS.name, offsets),
        )


def _of(topic: str, offsets: Mapping[tuple[str, int], int]) -> dict[int, int]:
    return {partition: offset for (name, partition), offset in offsets.items() if name == topic}


def _rows(cursor: Any, statement: str) -> list[Any]:
    cursor.execute(statement)
    return list(cursor.fetchall())
