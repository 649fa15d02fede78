"""Reads of how the house quotes: what its worker told last, the market beside it, what the account made of it."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from marketdata.domain.dealing import HOUSE
from marketdata.models import HouseQuoting, HouseState
from marketdata.selectors.quotes import GoodQuote, latest_good_quotes


class HouseNow(NamedTuple):
    """One instrument: what was told (None: never), the newest good quote, the account's profit by its stored position."""

    told: HouseState | None
    quote: GoodQuote | None
    profit: Decimal | None


def house_account() -> Any:
    """Positions of the house by symbol. They are an app's business above this room: `settings.OMS_HOLDINGS` knows them."""
    of_account: Callable[[str], Any] = import_string(settings.OMS_HOLDINGS)
    return of_account(HOUSE)


def house_now(rows: Iterable[HouseQuoting]) -> list[Any]:
    """The rows, each with `now`. Three queries and those of positions, however many rows."""
    found: list[Any] = list(rows)
    symbols = [row.pk for row in found]
    told = HouseState.objects.in_bulk(symbols)
    quotes = latest_good_quotes(symbols)
    held = house_account().held
    for row in found:
        mine = held.get(row.pk)
        row.now = HouseNow(told.get(row.pk), quotes.get(row.pk), mine.profit if mine else None)
    return found
