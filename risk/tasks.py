"""What runs by the clock."""

from celery import shared_task
from django.utils import timezone

from risk import services


@shared_task(name="risk.tasks.kills_settle", ignore_result=True)
def kills_settle() -> int:
    """Tell of kills that nothing of their scope is open any more; of how many."""
    return services.kills_settle(now=timezone.now())
