"""`manage.py controls_republish USERNAME --fresh-log`: everything people have set is sent again, to a log that was started afresh."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from oms_site.infra.errors import OmsError
from risk import services


class Command(BaseCommand):
    """Sends it again. Where nothing was lost it changes nothing, but for cash and positions put in by hand, which would count twice."""

    help = "Sends limits, kills, settings and entitlements to a log that was started afresh, in the name of a person who may set limits."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose name it is done in, and the word that says the log is new."""
        parser.add_argument("username")
        parser.add_argument("--fresh-log", action="store_true", help="say that the log is new: else cash and positions would count twice")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send it."""
        if not options["fresh_log"]:
            raise CommandError("only for a log that was started afresh: say so with --fresh-log")
        actor = get_user_model().objects.filter(username=options["username"], is_active=True).first()
        if actor is None:
            raise CommandError(f"there is no active user {options['username']}")
        try:
            sent = services.controls_republish(actor=actor, now=timezone.now())
        except OmsError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"{sent} controls sent")
