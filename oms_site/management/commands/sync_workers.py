"""`manage.py sync_workers`: rows for every worker and periodic job of the code. Part of every deployment; may be repeated."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from oms_site.infra.supervision.periodic import periodic_sync
from oms_site.infra.supervision.services import workers_sync
from oms_site.tasks import PERIODIC
from oms_site.workers import WORKERS


class Command(BaseCommand):
    """Leaves what operators chose (state, count, switched-off jobs) as it is."""

    help = "Makes rows for the workers and periodic jobs of the code; keeps what operators chose."

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring both tables in line."""
        added = workers_sync(names=[worker.name for worker in WORKERS], now=timezone.now())
        periodic_sync(PERIODIC)
        self.stdout.write(f"{len(WORKERS)} workers ({len(added)} new), {len(PERIODIC)} periodic jobs")
