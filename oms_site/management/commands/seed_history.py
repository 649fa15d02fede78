"""`manage.py seed_history`: fills a database with a plausible past, to measure screens and reports at size."""

from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from oms_site.infra.bus.models import ConsumedOffset
from oms_site.seeding.loading import load
from oms_site.seeding.plan import Impossible, Past, Size, account_code
from risk.models import Account

_DAYS = 250


class Command(BaseCommand):
    """Seeds a past."""

    help = (
        "Fills the database with closed accounts and delisted instruments and all they traded. "
        "None of it is in the log, so verify_state would find it: refused in production and where workers have run, unless forced."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How much, over how long."""
        parser.add_argument("--orders", type=int, default=1_000_000)
        parser.add_argument("--executions", type=int, default=3_000_000, help="about three an order, an even number")
        parser.add_argument("--accounts", type=int, default=1_000, help="2 to 9999")
        parser.add_argument("--days", type=int, default=_DAYS, help="the past ends yesterday and is so long")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same past")
        parser.add_argument("--force", action="store_true", help="also where the product has run")

    def handle(self, *args: object, **options: Any) -> None:
        """All or nothing."""
        if settings.OMS_ENV == "production":
            raise CommandError("a made-up past is refused in production")
        if not options["force"] and ConsumedOffset.objects.exists():
            raise CommandError("the product has run on this database: take an empty one, or --force")
        if Account.objects.filter(pk=account_code(0)).exists():
            raise CommandError("this database has its past already")
        size = _size(options)
        with Progress(console=Console(stderr=True)) as progress:
            bar = progress.add_task("orders", total=size.orders)
            load(Past(size, options["seed"]), today=timezone.now().date(), told=lambda done: progress.update(bar, completed=done))
        self.stdout.write(f"{size.orders:,} orders, {size.executions:,} executions, {size.trades:,} trades of {size.accounts:,} accounts\n")


def _size(options: dict[str, Any]) -> Size:
    if not 2 <= options["accounts"] <= 9_999 or options["orders"] < 20 or not 1 <= options["days"] <= 3_650:
        raise CommandError("accounts: 2 to 9999; orders: 20 or more; days: 1 to 3650")
    today = datetime.combine(timezone.now().date(), time(), timezone.now().tzinfo)
    end = int(today.timestamp()) * 1_000_000
    start = end - options["days"] * timedelta(days=1) // timedelta(microseconds=1)
    size = Size(options["orders"], options["executions"], options["accounts"], start, end)
    try:
        size.trades  # noqa: B018 - whether there can be so many
    except Impossible as error:
        raise CommandError(str(error)) from None
    return size
