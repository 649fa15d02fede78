"""`manage.py stack up|down|status|logs|demo`: the embedded stack, as the make targets run it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from oms_site.stack import cli
from oms_site.stack.errors import StackError


class Command(BaseCommand):
    """Starts, stops and shows the embedded stack."""

    help = "Starts, stops and shows the embedded servers and the project's processes."
    requires_system_checks: list[str] = []  # it must work while the database is down

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the stack's own arguments."""
        cli.add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the action and pass its exit code on."""
        try:
            code = cli.act(options["action"], run_dir=options["run_dir"], port=options["port"], as_json=options["json"])
        except StackError as error:
            cli.report(error)
            code = error.exit_code
        if code:
            sys.exit(code)
