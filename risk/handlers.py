"""The risk worker: `orders` and `matching.reports` in, `executions` and `orders.validated` out; `quotes` watched for reference prices,
`kills` for what is stopped before its turn in `orders`.
"""

from collections.abc import Sequence

from django.db import DatabaseError

from oms_site.infra.bus.partitioner import partition_of
from oms_site.infra.bus.processor import Delivery, TransformSpec
from risk import services
from risk.domain.controls import ControlInvalid
from risk.domain.refusals import CommandInvalid
from risk.fold import RiskFold
from risk.kills_ahead import KillsAhead
from risk.references import References
from schemas.topics import EXECUTIONS, KILLS, MATCHING_REPORTS, ORDERS, ORDERS_VALIDATED, QUOTES

OBSERVE_FROM_US = 120 * 1_000_000
"""How far back quotes are read at the start: beyond every sensible `max_quote_age`."""


def exposures_show(fold: RiskFold, now: int) -> None:
    """Tell people what the accounts that have moved hold and have open; again next time when the database fails."""
    moved = fold.take_moved()
    try:
        services.exposures_record(accounts=moved, now=now)
    except DatabaseError:
        fold.moved |= moved.keys()
        raise


def risk_spec() -> TransformSpec:
    """A risk worker with reference prices and kills told ahead of its own, shared by the partitions it is given."""
    references, ahead = References(), KillsAhead()

    def fold(partition: int) -> RiskFold:
        made = RiskFold(lambda symbol: partition_of(symbol, ORDERS_VALIDATED.partitions) == partition, references, ahead)
        references.jump = made.jump  # every partition is told of every instrument
        return made

    def observe(deliveries: Sequence[Delivery]) -> None:
        references.observe(deliveries)
        ahead.observe(deliveries)

    return TransformSpec(
        name="risk",
        inputs=(ORDERS.name, MATCHING_REPORTS.name),
        fold=fold,
        recover_inputs=(ORDERS.name,),
        recover_outputs=(EXECUTIONS.name,),
        observed=(QUOTES.name, KILLS.name),
        observe=observe,
        observe_from=OBSERVE_FROM_US,
        observed_for=(ORDERS.name,),  # a fill is a fact at any price
        show=exposures_show,
        observe_every=250,  # a kill told ahead is seen before the next so many
        refusals=(CommandInvalid, ControlInvalid),
    )


SPEC = risk_spec()
