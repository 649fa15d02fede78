"""A feed's claim on its symbols: while it lives nobody else feeds them, and the synthetic market is silent a little longer."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from marketdata.models import FeedClaim, Instrument
from marketdata.selectors import living_claims
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict

CLAIM_SECONDS = 15
"""How long a claim holds without being renewed."""
HELD_AFTER_END_SECONDS = 30
"""How long the last quotes of a feed that ended are left standing."""


class SymbolClaimed(Conflict):
    """Another living feed has one of the symbols."""


class ClaimLost(Conflict):
    """The claim expired and somebody else took it over."""


def claims_take(*, holder: str, symbols: Collection[str], now: datetime, lives: Callable[[str], bool]) -> None:
    """Claim all symbols or none. Raises `SymbolClaimed`; a claim whose holder no longer lives is taken over.

    `lives` says whether a holder may still be running.
    """
    with transaction.atomic():
        list(Instrument.objects.select_for_update(no_key=True).filter(symbol__in=symbols).order_by("symbol"))
        taken = [claim for claim in living_claims(symbols, holder=holder, now=now) if lives(claim.holder)]
        if taken:
            names = ", ".join(claim.symbol for claim in taken)
            raise SymbolClaimed(f"{names}: fed by {taken[0].holder} until {taken[0].until:%H:%M:%S}; stop it, or wait until it has ended")
        _write(holder, symbols, until=now + timedelta(seconds=CLAIM_SECONDS), finished=False)


def claims_renew(*, holder: str, symbols: Collection[str], now: datetime) -> None:
    """Hold the claims for another while. Raises `ClaimLost` when one belongs to somebody else by now."""
    held = FeedClaim.objects.filter(holder=holder, symbol__in=symbols).update(until=now + timedelta(seconds=CLAIM_SECONDS))
    if held != len(symbols):
        raise ClaimLost("another feed has taken over a symbol of this one")


def claims_finish(*, holder: str, symbols: Collection[str], now: datetime) -> None:
    """End a feed: its symbols are free for another at once, and left alone by the synthetic market for `HELD_AFTER_END_SECONDS`."""
    until = now + timedelta(seconds=HELD_AFTER_END_SECONDS)
    FeedClaim.objects.filter(holder=holder, symbol__in=symbols).update(until=until, finished=True)


def feed_told(*, feed: str, detail: dict[str, Any], now: datetime) -> None:
    """Keep in the audit trail that somebody began a feed by command, and as what."""
    with transaction.atomic():
        audit.record(
            chain="feeds", actor=None, action="feed_began", object_type="feed", object_id=feed, detail=detail, request_id="", now=now
        )


def _write(holder: str, symbols: Collection[str], *, until: datetime, finished: bool) -> None:
    rows = [FeedClaim(symbol=symbol, holder=holder, until=until, finished=finished) for symbol in sorted(symbols)]
    FeedClaim.objects.bulk_create(rows, update_conflicts=True, unique_fields=["symbol"], update_fields=["holder", "until", "finished"])
