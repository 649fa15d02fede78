"""What runs by the clock."""

from celery import shared_task
from django.utils import timezone

from reporting import services

_ROUNDS = 200


@shared_task(name="reporting.tasks.settle_due")
def settle_due() -> dict[str, int]:
    """Move obligations on: instructed to matched, and to settled once their date has come. In bounded steps, each its own transaction."""
    matched = settled = 0
    for _ in range(_ROUNDS):
        done = services.obligations_settle(now=timezone.now())
        matched += done.matched
        settled += done.settled
        if not any(done):
            break
    return {"matched": matched, "settled": settled}
