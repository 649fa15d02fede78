"""Reads of feeds' claims on symbols."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from marketdata.models import FeedClaim


def claimed_symbols(now: datetime) -> frozenset[str]:
    """Symbols another feed has claimed: the synthetic market is silent for them."""
    return frozenset(FeedClaim.objects.filter(until__gt=now).values_list("symbol", flat=True))


def living_claims(symbols: Iterable[str], *, holder: str, now: datetime) -> list[FeedClaim]:
    """Claims on these symbols that another feed than `holder` still renews."""
    others = FeedClaim.objects.filter(symbol__in=list(symbols), until__gt=now, finished=False)
    return list(others.filter(~Q(holder=holder)).order_by("symbol"))
