"""What runs by the clock."""

from celery import shared_task
from django.utils import timezone

from oms_site.infra.approvals import services


@shared_task(name="oms_site.infra.approvals.tasks.clear", ignore_result=True)
def clear() -> tuple[int, int]:
    """Let requests expire whose time is over, and undo what was allowed until now; how many of each."""
    now = timezone.now()
    return services.requests_expire(now=now), services.requests_revert(now=now)
