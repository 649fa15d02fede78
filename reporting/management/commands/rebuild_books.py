"""`manage.py rebuild_books`: makes the books anew from the log and compares them with the stored; `--post` posts what is missing."""

import time

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reporting import services

_EVERY = 5.0
"""Seconds between two lines of progress."""


class Command(BaseCommand):
    """Exit code 0 when everything is equal (or posted), 1 with what differs."""

    help = "Makes positions, entries, fees and balances anew from the log and compares them with what is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--post` instead of comparing: nothing that is there is touched."""
        parser.add_argument("--post", action="store_true", help="post what is missing instead of comparing")

    def handle(self, *args: object, post: bool = False, **options: object) -> None:
        """Say how far it is, then what it came to."""
        started = told = time.monotonic()

        def tell(done: services.Rebuilt) -> None:
            nonlocal told
            if time.monotonic() - told >= _EVERY:
                told = time.monotonic()
                self.stdout.write(f"{done.executions} records, {done.fills} fills")

        done = services.books_complete(tell=tell) if post else services.books_compare(tell=tell)
        seconds = time.monotonic() - started
        self.stdout.write(f"{done.executions} records, {done.fills} fills, {done.entries} entries in {seconds:.1f} s")
        for difference in done.differences[:20]:
            self.stdout.write(f"    {difference}")
        if done.differences:
            raise CommandError(f"{len(done.differences)} differ from the stored", returncode=1)
        self.stdout.write("posted" if post else "equal")
