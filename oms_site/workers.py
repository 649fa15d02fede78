"""Which worker reads which topics with which handlers. Read this file and you know who listens to what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marketdata import handlers as market_handlers
from marketdata import liquidity, synthetic
from marketdata.replay import worker as replays
from matching import handlers as matching_handlers
from matching import projection as trade_projection
from oms_site.infra.bus import projection, relay, transform
from oms_site.infra.bus.processor import Control, Handler, ProjectionSpec
from orders import handlers as order_handlers
from reporting import handlers as reporting_handlers
from reporting import houses
from risk import handlers as risk_handlers

Run = Callable[[Control, int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Worker:
    """One kind of worker: `run(control, slot)` works until the control says stop and returns its counts and the reason.

    `most` is how many of it may run side by side: partitions bound the folds, one projection or relay works at a time.
    """

    name: str
    run: Run
    purpose: str
    most: int = 1


def _merged(*tables: dict[str, tuple[Handler, ...]]) -> dict[str, tuple[Handler, ...]]:
    merged: dict[str, tuple[Handler, ...]] = {}
    for table in tables:
        for topic, handlers in table.items():
            merged[topic] = merged.get(topic, ()) + handlers
    return merged


CORE = ProjectionSpec(
    name="core",
    handlers=_merged(order_handlers.HANDLERS, trade_projection.HANDLERS, reporting_handlers.HANDLERS),
)


def _transform(spec: Any) -> Run:
    return lambda control, slot: transform.run(spec, control, slot)


def _projection(spec: ProjectionSpec) -> Run:
    return lambda control, slot: projection.run(spec, control)


def _single(run: Callable[[Control], dict[str, Any]]) -> Run:
    return lambda control, slot: run(control)


WORKERS: tuple[Worker, ...] = (
    Worker("relay", _single(relay.run), "outbox to orders"),
    Worker("risk", _transform(risk_handlers.SPEC), "orders and matching.reports to executions and orders.validated", most=4),
    Worker("matching", _transform(matching_handlers.SPEC), "orders.validated to matching.reports, trades and book", most=4),
    Worker("core", _projection(CORE), "executions, trades and settlement.status to PostgreSQL and the stream"),
    Worker("market", _projection(market_handlers.SPEC), "quotes and book to PostgreSQL and the stream"),
    Worker("liquidity", _single(liquidity.run), "quotes to the house's resting orders"),
    Worker("synthetic", _single(synthetic.run), "the synthetic market to quotes"),
    Worker("houses", _transform(houses.SPEC), "settlement.instructions to settlement.status: the simulated clearing house and custodian"),
    Worker("replay", _single(replays.run), "files people ask for in the admin to quotes", most=4),
)
BY_NAME: dict[str, Worker] = {worker.name: worker for worker in WORKERS}
