"""Brings the scheduler's rows in line with the code's table of periodic jobs; what an operator switched off stays off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask

PREFIX = "oms: "
"""Stands before the names of our rows; rows without it are an operator's own."""


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job that runs every so many seconds. A run not begun when the next is due is dropped."""

    name: str
    task: str
    seconds: int
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    description: str = ""


def periodic_sync(jobs: Iterable[Periodic]) -> None:
    """Make, update and remove rows so that they say what the table says."""
    jobs = tuple(jobs)
    with transaction.atomic():
        PeriodicTask.objects.filter(name__startswith=PREFIX).exclude(name__in=[PREFIX + job.name for job in jobs]).delete()
        for job in jobs:
            schedule, _ = IntervalSchedule.objects.get_or_create(every=job.seconds, period=IntervalSchedule.SECONDS)
            PeriodicTask.objects.update_or_create(
                name=PREFIX + job.name,
                defaults={
                    "task": job.task,
                    "interval": schedule,
                    "kwargs": orjson.dumps(dict(job.kwargs)).decode(),
                    "expire_seconds": job.seconds,
                    "description": job.description,
                },
            )
