"""What an account holds and how far that is told: for the room below reporting that deals for the house."""

from decimal import Decimal
from typing import NamedTuple

from django.db.models import Subquery

from oms_site.infra.bus.models import ConsumedOffset
from oms_site.infra.bus.partitioner import partition_of
from reporting import selectors
from reporting.domain.positions import unrealised
from reporting.models import Position
from schemas.topics import EXECUTIONS, PARTITIONS

_PROJECTION = "core"
_WIDE = Decimal(10**16)


class Held(NamedTuple):
    """A position: quantity in 1e-8; profit, realised and at the newest good quote, in the instrument's currency, None without a quote."""

    quantity: int
    profit: Decimal | None


class Holdings(NamedTuple):
    """An account's positions by symbol, and the offset in its partition of `executions` up to which they are folded (None: nowhere yet)."""

    upto: int | None
    held: dict[str, Held]


def of_account(account: str) -> Holdings:
    """Positions and the offset they belong to, of one moment: each row is read with the offset it was written with.

    Rows are never deleted: where there is none, none was there when the offset was read before, and there is nothing to fold into.
    """
    told = ConsumedOffset.objects.filter(group=_PROJECTION, topic=EXECUTIONS.name, partition=partition_of(account, PARTITIONS))
    upto = told.values_list("offset", flat=True).first()
    rows = list(Position.objects.filter(account=account).annotate(upto=Subquery(told.values("offset")[:1])))
    marks = selectors.marks([row.symbol_id for row in rows])
    held = {}
    for row in rows:
        holding, mark = selectors.holding_of(row), marks.get(row.symbol_id)
        profit = None if mark is None else Decimal(holding.realised + unrealised(holding, mark.price)) / _WIDE
        held[row.symbol_id] = Held(holding.quantity, profit)
    return Holdings(rows[0].upto if rows else upto, held)
