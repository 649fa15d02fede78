"""What runs by the clock: the steps of the calendars."""

from celery import shared_task
from django.utils import timezone

from marketdata import services


@shared_task(name="marketdata.tasks.schedule_apply", ignore_result=True, expires=5)
def schedule_apply() -> dict[str, int]:
    """Put every market into the phase its calendar has due, and end volatility pauses that are over. Sent twice it does the work once."""
    return services.schedule_apply(now=timezone.now())._asdict()
