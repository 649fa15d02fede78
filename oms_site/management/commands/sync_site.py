"""`manage.py sync_site`: the rows that follow from the code (workers, periodic jobs, roles). Part of every deployment; may be repeated."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from oms_site.infra.supervision.periodic import periodic_sync
from oms_site.infra.supervision.services import workers_sync
from oms_site.people import roles_sync
from oms_site.tasks import PERIODIC
from oms_site.workers import WORKERS


class Command(BaseCommand):
    """Leaves what operators chose (a worker's state and count, a job switched off) as it is."""

    help = "Makes rows for the workers, periodic jobs and roles of the code; keeps what operators chose."

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring all three in line."""
        added = workers_sync(names=[worker.name for worker in WORKERS], now=timezone.now())
        periodic_sync(PERIODIC)
        roles_sync()
        self.stdout.write(f"{len(WORKERS)} workers ({len(added)} new), {len(PERIODIC)} periodic jobs, roles")
