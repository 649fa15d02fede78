"""What runs by the clock."""

from celery import shared_task
from django.utils import timezone

from orders import services

_ROUNDS = 200


@shared_task(name="orders.tasks.disconnections_sweep", ignore_result=True, expires=5)
def disconnections_sweep() -> int:
    """Cancel the orders of the day of traders who lost the connection and are not back in time; of how many."""
    return services.disconnections_sweep(now=timezone.now())


@shared_task(name="orders.tasks.keys_forget")
def keys_forget() -> int:
    """Forget idempotency keys that are too old to be repeated, in bounded steps; how many."""
    forgotten = 0
    for _ in range(_ROUNDS):
        deleted = services.idempotency_keys_forget(now=timezone.now())
        forgotten += deleted
        if not deleted:
            break
    return forgotten
