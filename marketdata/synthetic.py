"""The synthetic feed as a worker: every symbol no other feed has claimed gets a few rows a second, from where its price was left."""

import time
import uuid
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from marketdata.domain.synthetic import SyntheticMarket
from marketdata.listings import listing_of, middle
from marketdata.publishing import TopicWriter
from marketdata.selectors import claimed_symbols, instruments_by_symbol, latest_good_quotes, synthetic_regime, to_microseconds
from marketdata.services import regime_told
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.ports import BusError
from oms_site.infra.bus.processor import Control
from oms_site.infra.tracking.context import acting
from schemas.errors import RegistryError
from schemas.topics import QUOTES

log = structlog.get_logger(__name__)

ROWS_PER_SECOND = 5
RELOAD_SECONDS = 5
BACK_OFF_SECONDS = 2.0


class SyntheticFeed:
    """What the worker does at each tick; knows no loop and no clock."""

    def __init__(self, *, seed: int) -> None:
        self.market = SyntheticMarket((), seed=seed)
        self._version = 0
        self._silent: frozenset[str] = frozenset()
        self._listed: frozenset[str] = frozenset()
        self._reload_at: datetime | None = None

    def rows(self, now: datetime) -> list[Any]:
        """One row for each symbol that is not claimed. A symbol just listed or just freed continues from its newest good quote."""
        self._reload(now)
        claimed = claimed_symbols(now)
        freed = self._silent - claimed
        if freed:
            self._continue(freed)
        self._silent = claimed
        return self.market.step(to_microseconds(now), claimed | (frozenset(self.market.symbols) - self._listed))

    def _reload(self, now: datetime) -> None:
        if self._reload_at is not None and (now - self._reload_at).total_seconds() < RELOAD_SECONDS:
            return
        self._reload_at = now
        rows = instruments_by_symbol()
        self._listed = frozenset(rows)
        self._continue(frozenset(symbol for symbol, row in rows.items() if self.market.add(listing_of(row))))
        self._turn(now)

    def _turn(self, now: datetime) -> None:
        """Take up the regime people ask for, from the next step on, and say which step that is."""
        wanted, market = synthetic_regime(), self.market
        if wanted.version == self._version:
            return
        if wanted.regime != market.regime:
            market.turn_to(wanted.regime)
        with acting("synthetic market", request_id=uuid.uuid4().hex):
            regime_told(regime=market.regime, version=wanted.version, seed=market.seed, step=market.steps, now=now)
        self._version = wanted.version
        log.info("synthetic_regime", regime=market.regime, version=wanted.version, seed=market.seed, step=market.steps)

    def _continue(self, symbols: frozenset[str]) -> None:
        listed = symbols & set(self.market.symbols)
        for symbol, quote in latest_good_quotes(listed).items() if listed else ():
            self.market.continue_from(symbol, middle(quote.bid, quote.ask))


def run(control: Control) -> dict[str, Any]:
    """Feed until told to stop; a broker or database that is down is waited for."""
    seed = time.time_ns()
    feed = SyntheticFeed(seed=seed)
    counts = control.counts
    counts |= {"rows": 0, "failures": 0}
    writer: TopicWriter | None = None
    due = time.monotonic()
    while (reason := control.stop_reason()) is None:
        due = max(due + 1 / ROWS_PER_SECOND, time.monotonic())
        if control.paused():
            control.report("paused", counts)
        else:
            try:
                writer = writer or TopicWriter(bus(), wire(), QUOTES, client_id="synthetic")
                rows = feed.rows(timezone.now())
                writer.send(rows)
                counts["rows"] += len(rows)
                control.report("running", counts)
            except (BusError, RegistryError, DatabaseError) as error:
                counts["failures"] += 1
                log.warning("synthetic_feed_waits", error=f"{type(error).__name__}: {error}")
                _close(writer)
                writer = None
                due += BACK_OFF_SECONDS
        control.idle(due - time.monotonic())
    _close(writer)
    return {**counts, "seed": seed, "reason": reason}


def _close(writer: TopicWriter | None) -> None:
    if writer is not None:
        writer.close()
    connection.close()
