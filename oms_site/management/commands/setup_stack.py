"""`manage.py setup_stack [STEP ...]`: everything between servers that answer and programs that may start.

Standard output is for the caller (a line `name ...` as a step begins, `name seconds` when it is done); whatever the
steps print goes to standard error.
"""

import sys
import time
from contextlib import redirect_stdout

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

#: Step -> (what it is called, the command and its arguments). Each may be repeated at every start.
STEPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "migrate": ("database migrations", ("migrate", "--noinput", "--verbosity=0")),
    "schemas": ("schemas registered", ("schemas", "register")),
    "topics": ("topics", ("topics", "create")),
    "site": ("workers, jobs and roles", ("sync_site",)),
    "seed": ("demo data", ("seed_demo",)),
}


class Command(BaseCommand):
    """Runs the set-up steps in one process, in order, stopping at the first that fails."""

    help = "Migrates, registers schemas, creates topics and seeds the demo; may be repeated at every start."

    def add_arguments(self, parser: CommandParser) -> None:
        """Accept the steps to run."""
        parser.add_argument("steps", nargs="*", metavar="STEP", help=f"one of {', '.join(STEPS)} (default: all)")

    def handle(self, *args: object, **options: object) -> None:
        """Run the steps; a failure of one is this command's failure."""
        chosen = options["steps"] or list(STEPS)
        assert isinstance(chosen, list)
        unknown = [name for name in chosen if name not in STEPS]
        if unknown:
            raise CommandError(f"unknown step {unknown[0]!r}; choose from {', '.join(STEPS)}", returncode=2)
        for name in chosen:
            label, command = STEPS[name]
            self._tell(f"{label} ...")
            began = time.monotonic()
            with redirect_stdout(sys.stderr):
                call_command(*command)
            self._tell(f"{label} {time.monotonic() - began:.2f}")

    def _tell(self, line: str) -> None:
        """Write past the redirection, at once."""
        self.stdout.write(line)
        self.stdout.flush()
