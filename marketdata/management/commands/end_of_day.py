"""`manage.py end_of_day [DATE]`: ends a business date by hand where the scheduler has not."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketdata import services
from oms_site.infra.errors import NotFound, OmsError

FAILED, USAGE, BUSY = 1, 2, 3


def business_date(text: str) -> date:
    """A date as YYYY-MM-DD, of this millennium."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date: YYYY-MM-DD") from None
    if len(text) != len("YYYY-MM-DD") or not 2000 <= day.year < 3000:
        raise ArgumentTypeError(f"{text!r} is no date: YYYY-MM-DD, from 2000 on")
    return day


class Command(BaseCommand):
    """Exit codes: 0 done (also when there was nothing left to do), 1 refused with no effect, 2 wrong usage, 3 somebody else does it now."""

    help = (
        "End a business date: day orders expire, GTC and GTD orders are done for the day. The scheduler does this by itself; by hand it"
        " makes up for one that is away. Refused before the close, on a holiday and for a date that lies ahead."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See `help` of each."""
        parser.add_argument("date", nargs="?", type=business_date, metavar="DATE", help="YYYY-MM-DD (default: today, where the market is)")
        parser.add_argument("--symbols", help="A,B: these instruments alone (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        """All chosen markets, or none."""
        symbols = None if options["symbols"] is None else [symbol.strip() for symbol in options["symbols"].split(",")]
        try:
            done = services.day_end(day=options["date"], symbols=symbols, now=timezone.now())
        except services.DayEndBusy as error:
            raise CommandError(error.message, returncode=BUSY) from None
        except NotFound as error:
            raise CommandError(error.message, returncode=USAGE) from None
        except OmsError as error:
            raise CommandError(error.message, returncode=FAILED) from None
        day = options["date"] or "today's date"
        if done.closed:
            self.stdout.write(f"{day}: ended for {len(done.closed)} instruments ({', '.join(done.closed[:20])})")
        if done.before:
            self.stdout.write(f"{day}: had been ended before for {done.before} instruments, nothing to do for them")
