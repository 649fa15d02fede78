"""What runs by the clock: the steps of the calendars, and the end of candles."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from marketdata import services
from oms_site import env


@shared_task(name="marketdata.tasks.schedule_apply", ignore_result=True, expires=5)
def schedule_apply() -> dict[str, int]:
    """Put every market into the phase its calendar has due, and end volatility pauses that are over. Sent twice it does the work once."""
    return services.schedule_apply(now=timezone.now())._asdict()


@shared_task(name="marketdata.tasks.candles_prune", ignore_result=True, expires=60)
def candles_prune() -> dict[str, int]:
    """Delete the candles whose retention is over; how many, by interval."""
    retention = {interval: timedelta(hours=hours) for interval, hours in env.CANDLE_RETENTION_HOURS.items()}
    return services.candles_prune(retention=retention, now=timezone.now())
