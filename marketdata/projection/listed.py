"""Only what is listed is projected. Quotes of other symbols are counted, told to the desk once a symbol, and go nowhere."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from django.db import transaction

from marketdata.projection.candles import project_candles
from marketdata.projection.quotes import project_quotes
from marketdata.selectors import Listed, from_microseconds, listed_of
from oms_site.infra import metrics
from oms_site.infra.alerts.services import raise_alert
from oms_site.infra.bus.processor import Delivery, Frame

UNKNOWN, DELISTED = "unknown", "delisted"
MOST_TOLD = 20
"""So many symbols are told one by one, then one alert tells of all others: a feed gone wild must not bury the desk."""
OTHERS = "others"
GRACE = 15_000_000
"""Microseconds for which a delisted symbol may still be told: feeds look every five seconds what is listed."""
_LINK = "/admin/marketdata/instrument/"


class ListedQuotes:
    """The handler of `quotes`. A symbol is told again after it was listed in between, and by a worker that was started anew."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._out_since: dict[str, int] = {}

    def project(self, deliveries: Sequence[Delivery], now: int) -> Iterator[Frame]:
        """Prints into candles and quotes into `LatestQuote`, of listed symbols alone: trading or suspended, not delisted."""
        symbols = {delivery.message.symbol for delivery in deliveries}
        listed = listed_of(symbols)
        delisted = listed.delisted
        out = {symbol: DELISTED if symbol in delisted else UNKNOWN for symbol in symbols if delisted.get(symbol, True)}
        for symbol in symbols - out.keys():
            self._told.discard(symbol)
            self._out_since.pop(symbol, None)
        if not out:
            return _projected(deliveries, now, listed)
        kept = [delivery for delivery in deliveries if delivery.message.symbol not in out]
        frames = _projected(kept, now, listed) if kept else iter(())
        for why, number in Counter(out[delivery.message.symbol] for delivery in deliveries if delivery.message.symbol in out).items():
            metrics.QUOTES_UNLISTED.labels(why).inc(number)
        self._tell(sorted(out.items()), now)
        return frames

    def _tell(self, out: Iterable[tuple[str, str]], now: int) -> None:
        """Raise what was not told yet; a batch that is rolled back has told nothing."""
        told = set[str]()
        for symbol, why in out:
            if symbol in self._told or (why == DELISTED and now - self._out_since.setdefault(symbol, now) < GRACE):
                continue
            name = symbol if len(self._told | told) < MOST_TOLD else OTHERS
            if name not in self._told | told:
                told.add(name)
                _raise(name, why, now)
        if told:
            transaction.on_commit(lambda: self._told.update(told))


def _projected(deliveries: Sequence[Delivery], now: int, listed: Listed) -> Iterator[Frame]:
    return chain(project_candles(deliveries, now, listed.day_of), project_quotes(deliveries, now, listed))


def _raise(name: str, why: str, now: int) -> None:
    shown = ascii(name)[1:-1][:40]  # whatever somebody wrote there
    text = (
        f"quotes of more than {MOST_TOLD} symbols that are not listed are left out: stop the feed"
        if name == OTHERS
        else f"quotes of {shown} ({why}) are left out: list it, or stop the feed"
    )
    raise_alert(key=f"quotes-unlisted-{shown}", kind="quotes", severity="warning", text=text, now=from_microseconds(now), link=_LINK)
