"""`manage.py topics create|check`. Exit 0 as wanted, 1 not as wanted or broker not reached, 2 usage."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from oms_site import env
from oms_site.infra.bus import topics
from oms_site.infra.bus.connection import settings
from oms_site.infra.bus.kafka.admin import admin
from oms_site.infra.bus.ports import BusError


class Command(BaseCommand):
    """Creates the topics of `schemas.topics`, or tells how the broker's differ."""

    requires_system_checks: list[str] = []  # Kafka alone is needed
    help = "Creates missing topics, or checks partitions and retention of all."

    def add_arguments(self, parser: CommandParser) -> None:
        """`create` or `check`."""
        parser.add_argument("action", choices=("create", "check"))

    def handle(self, *args: object, action: str, **options: object) -> None:
        """Run; `create` may be repeated and ends with the check."""
        try:
            with admin(settings()) as kafka:
                if action == "create":
                    for name in topics.create_missing(kafka):
                        self.stdout.write(f"created {name}")
                    found = topics.settled(kafka)
                else:
                    found = topics.differences(kafka)
        except BusError as error:
            raise CommandError(f"Kafka at {env.KAFKA_BOOTSTRAP}: {error}", returncode=1) from error
        if found:
            raise CommandError("\n".join(found), returncode=1)
        self.stdout.write(f"{len(topics.wanted())} topics as wanted")
