"""What runs by the clock."""

from celery import shared_task
from django.utils import timezone

from oms_site.infra.tracking import services


@shared_task(name="oms_site.infra.tracking.tasks.outside_edits", ignore_result=True, expires=10)
def outside_edits() -> int:
    """Tell the desk of edits made outside the product; how many there were."""
    return services.outside_edits_tell(now=timezone.now())
