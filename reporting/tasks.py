"""What runs by the clock."""

from celery import shared_task
from django.utils import timezone

from reporting import services


@shared_task(name="reporting.tasks.drop_copy", ignore_result=True, expires=15)
def drop_copy() -> None:
    """Compare the log with the tables at the point they have reached."""
    services.drop_copy_look(now=timezone.now())


@shared_task(name="reporting.tasks.settlement_move", ignore_result=True, expires=4)
def settlement_move() -> None:
    """Do what is due about settlement instructions, a bounded step; the next one goes on."""
    services.settlement_move(now=timezone.now())


@shared_task(name="reporting.tasks.exports_make", ignore_result=True, expires=4)
def exports_make() -> None:
    """Make the export that waits longest, if none is being made. Lost with its worker, it is begun again by a later one."""
    services.export_make_next(clock=timezone.now)


@shared_task(name="reporting.tasks.exports_forget", ignore_result=True)
def exports_forget() -> None:
    """Delete the files of exports that have expired."""
    services.exports_forget(now=timezone.now())
