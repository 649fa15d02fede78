"""A feed's claim for as long as it runs: taken, renewed, and held a little longer at the end."""

import threading
import time
from collections.abc import Collection
from types import TracebackType
from typing import Self

from django.utils import timezone

from marketdata import services
from marketdata.replay.holder import lives, this_holder

RENEW_SECONDS = 4.0
SETTLE_SECONDS = 1.0
"""Time for a tick of the synthetic market that began before the claim to end, so that no row of it lies between the feed's."""


class ClaimedSymbols:
    """Raises `SymbolClaimed` on entry when another living feed has one of the symbols; `keep` must be called every few seconds."""

    def __init__(self, symbols: Collection[str], stop: threading.Event) -> None:
        self._symbols = sorted(symbols)
        self._stop = stop
        self._holder = this_holder()
        self._renewed = 0.0

    def __enter__(self) -> Self:
        services.claims_take(holder=self._holder, symbols=self._symbols, now=timezone.now(), lives=lives)
        self._renewed = time.monotonic()
        self._stop.wait(SETTLE_SECONDS)
        return self

    def keep(self) -> None:
        """Renew when it is time. Raises `ClaimLost`."""
        if time.monotonic() - self._renewed >= RENEW_SECONDS:
            services.claims_renew(holder=self._holder, symbols=self._symbols, now=timezone.now())
            self._renewed = time.monotonic()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        services.claims_finish(holder=self._holder, symbols=self._symbols, now=timezone.now())
