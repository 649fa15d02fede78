"""The market worker over the real topics: snapshots equal the file's last rows, depth equals the book, also after a restart."""

import csv
from decimal import Decimal

import pytest
from django.core.management import call_command

from marketdata.handlers import SPEC
from marketdata.models import DepthSnapshot, LatestQuote
from marketdata.selectors import book_snapshot
from oms_site.infra.bus import projection
from oms_site.infra.bus.models import ConsumedOffset
from schemas.topics import BOOK
from tests.eventually import eventually
from tests.integration.marketdata.conftest import book
from tests.integration.marketdata.test_replay import EQUITIES, EURUSD
from tests.integration.marketdata.test_workers import working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("instruments"), pytest.mark.servers]


def market(control):
    return projection.run(SPEC, control)


def consumed(topic):
    return sum(ConsumedOffset.objects.filter(group="market", topic=topic).values_list("offset", flat=True))


@pytest.mark.parametrize("path", [EQUITIES, EURUSD], ids=["equities", "eurusd"])
def test_a_replay_at_full_speed_is_projected_within_seconds_and_ends_at_the_files_last_rows(log, path):
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    last = {row["symbol"]: row for row in rows}
    with working(market):
        call_command("replay_quotes", str(path), "--speed=max", verbosity=0)
        eventually(lambda: consumed("quotes") == len(rows), within=20)
    for symbol, row in last.items():
        stored = LatestQuote.objects.get(symbol=symbol)
        for name in ("bid", "ask", "bid_size", "ask_size", "last", "last_size"):
            assert getattr(stored, name) == (Decimal(row[name]) if row[name] else None)
        assert (stored.event, f"{stored.time:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z") == (row["event"], row["timestamp"])
        assert 1 <= stored.seq <= 60, "conflated"
        good = next(r for r in reversed(rows) if r["symbol"] == symbol and 0 < Decimal(r["bid"]) < Decimal(r["ask"]))
        assert (stored.good_bid, stored.good_ask) == (Decimal(good["bid"]), Decimal(good["ask"]))


def test_depth_follows_the_book_and_goes_on_after_a_restart(log):
    log.send(BOOK, [book("IBM", 1, bids=[("10", "5", 1)]), book("IBM", 2, asks=[("11", "1", 1)]), book("BAC", 1, bids=[("1", "1", 1)])])
    with working(market):
        eventually(lambda: DepthSnapshot.objects.filter(symbol="IBM", book_seq=2).exists(), within=15)
    log.send(BOOK, [book("IBM", 3, bids=[("10", "0", 0), ("9", "4", 2)], last="10")])
    with working(market):
        eventually(lambda: DepthSnapshot.objects.filter(symbol="IBM", book_seq=3).exists(), within=15)
    shown = book_snapshot("IBM")
    assert (shown["bids"], shown["asks"], shown["last"], shown["seq"]) == ([["9", "4", 2]], [["11", "1", 1]], "10", 2)
    assert consumed("book") == 4
