"""Idempotency keys grow old: after `KEPT` they are forgotten, and a repeat under one of them is judged as any new request."""

from datetime import datetime, timedelta

from orders.models import IdempotencyKey

KEPT = timedelta(days=7)
"""Longer than any client tries again. An order's own client_order_id is never forgotten."""
BATCH = 5_000


def idempotency_keys_forget(*, now: datetime, most: int = BATCH) -> int:
    """Delete at most `most` keys older than `KEPT`; how many."""
    old = IdempotencyKey.objects.filter(created_at__lt=now - KEPT).values("pk")[:most]
    deleted, _ = IdempotencyKey.objects.filter(pk__in=old).delete()
    return deleted
