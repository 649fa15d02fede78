"""Candles in PostgreSQL: every print once, equal to a recount of the file, corrected by late prints, deleted after their retention."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.db import transaction
from rest_framework.test import APIClient

from marketdata import services
from marketdata.domain.calendar_parts import Parts
from marketdata.domain.candles import INTERVALS
from marketdata.models import Candle, PrintTape
from marketdata.selectors import candle_heads, candle_keys_known, candle_object, candle_snapshots, to_microseconds
from oms_site.infra.rest import decimal_text
from tests.integration.marketdata.conftest import NOW_US, candles_projected, delivered, person
from tests.integration.marketdata.markets import calendar, instrument, lines
from tests.unit.marketdata.printed import EQUITIES, EURUSD, a_print, file_quotes, file_rows, recount

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
SECOND = 1_000_000
START = int(datetime(2026, 11, 24, 15, tzinfo=UTC).timestamp()) * SECOND


def project(*quotes, now=NOW_US):
    return {frame.key: frame for frame in candles_projected(delivered("quotes", *quotes), now)}


def candle(symbol, interval, start=START):
    return Candle.objects.get(symbol=symbol, interval=interval, start=datetime.fromtimestamp(start / SECOND, UTC))


@pytest.fixture(scope="module")
def batches():
    quotes = file_quotes(EQUITIES)
    return [quotes[start : start + 5_000] for start in range(0, len(quotes), 5_000)]


def test_both_real_files_give_the_candles_of_a_recount(batches):
    for batch in [*batches, file_quotes(EURUSD)]:
        project(*batch)
    rows = file_rows(EQUITIES)
    for interval in INTERVALS:
        raw = recount(rows, interval)
        stored = {(row.symbol, to_microseconds(row.start)): row for row in Candle.objects.filter(interval=interval)}
        assert stored.keys() == raw.keys()
        for key, expected in raw.items():
            row = stored[key]
            told = (row.open, row.high, row.low, row.close, row.volume, row.turnover, row.trades)
            assert told == expected, (interval, key)
            assert candle_object(row)["vwap"] == decimal_text(expected.vwap)
    prints = Counter(row["symbol"] for row in rows if row["event"] == "T")
    assert dict(PrintTape.objects.values_list("symbol", "prints")) == prints


def test_a_batch_that_does_not_commit_counts_no_print():
    with transaction.atomic():
        project(a_print("IBM", 10, 1, START))
        transaction.set_rollback(True)
    assert not Candle.objects.exists()
    project(a_print("IBM", 10, 1, START))
    assert candle("IBM", "1s").trades == 1


def test_a_late_print_corrects_its_bars_and_raises_their_version():
    project(a_print("IBM", 10, 1, START + 5), a_print("IBM", 11, 2, START + 61 * SECOND))
    project(a_print("IBM", 8, 3, START + 2))
    row = candle("IBM", "1m")
    assert (row.open, row.high, row.low, row.close, row.volume, row.trades, row.version) == (8, 10, 8, 10, 4, 2, 2)
    assert candle("IBM", "1m", START + 60 * SECOND).version == 1
    tape = PrintTape.objects.get(symbol="IBM")
    assert (tape.price, tape.prints, tape.late, tape.left, tape.seq) == (11, 3, 1, 0, 2)


def test_a_print_older_than_an_interval_is_kept_is_left_and_counted():
    project(a_print("IBM", 10, 1, START))
    project(a_print("IBM", 99, 1, START - 7 * 3_600 * SECOND))
    assert not Candle.objects.filter(interval="1s", high=99).exists()
    assert Candle.objects.filter(interval="1m", high=99).exists()
    assert PrintTape.objects.get(symbol="IBM").left == 1


def test_a_day_is_a_business_date_of_the_instruments_calendar(db):
    """What is printed after the close is still of the date that closed; the next one begins with its first step."""
    steps = ((4, 0, "pre_open", ""), (9, 30, "continuous", ""), (16, 0, "closed", ""))
    instrument("IBM", calendar(Parts("America/New_York", False, lines(0, 1, 2, 3, 4, steps=steps)), code="NY"))
    instrument("BAC")
    hour = 3_600 * SECOND
    close, next_date = START + 6 * hour, START + 18 * hour
    for symbol in ("IBM", "BAC"):
        prints = [(10, close - 1), (11, close + 1), (12, next_date - 1), (13, next_date)]
        project(*(a_print(symbol, price, 1, at) for price, at in prints))
    days = Candle.objects.filter(interval="1d").order_by("symbol", "start").values_list("symbol", "start__day", "open", "close")
    assert list(days) == [("BAC", 24, 10, 11), ("BAC", 25, 12, 13), ("IBM", 24, 10, 12), ("IBM", 25, 13, 13)]


def test_bars_go_when_the_prints_of_their_feed_are_past_their_retention():
    kept = dict.fromkeys(INTERVALS, timedelta(hours=1))
    project(a_print("IBM", 10, 1, START), a_print("BAC", 10, 1, START - 9_000 * SECOND))
    project(a_print("IBM", 11, 1, START + 3_600 * SECOND))
    now = datetime.fromtimestamp(NOW_US / SECOND, UTC)
    assert sum(services.candles_prune(retention=kept, now=now).values()) == 0, "the hour is counted from the end of the bar"
    project(a_print("IBM", 12, 1, START + 3_602 * SECOND))
    assert services.candles_prune(retention=kept, now=now)["1s"] == 1
    assert not Candle.objects.filter(symbol="IBM", interval="1s", high=10).exists()
    assert Candle.objects.filter(symbol="BAC").count() == len(INTERVALS), "an old file's candles are as old as its own clock says"


def test_bars_of_a_feed_that_was_followed_by_another_go_by_the_time_they_were_changed():
    kept = dict.fromkeys(INTERVALS, timedelta(hours=1))
    project(a_print("IBM", 10, 1, START - 9_000_000 * SECOND))
    project(a_print("IBM", 11, 1, START, source="synthetic"))
    now = datetime.fromtimestamp(NOW_US / SECOND, UTC)
    assert sum(services.candles_prune(retention=kept, now=now + timedelta(hours=1)).values()) == 0
    gone = services.candles_prune(retention=kept, now=now + timedelta(hours=1, microseconds=1))
    assert gone == dict.fromkeys(INTERVALS, 1)


def test_a_batch_tells_the_newest_bar_of_each_symbol_and_interval_under_one_sequence():
    first = project(a_print("IBM", 10, 1, START), a_print("IBM", 11, 1, START + 5 * SECOND), a_print("BAC", 5, 1, START))
    assert set(first) == {f"{symbol}:{interval}" for symbol in ("IBM", "BAC") for interval in INTERVALS}
    assert {(frame.channel, frame.seq, frame.type) for frame in first.values()} == {("candles", 1, "update")}
    assert orjson.loads(first["IBM:5s"].data())["open"] == "11"
    second = project(a_print("IBM", 12, 2, START + 6 * SECOND))
    assert set(second) == {f"IBM:{interval}" for interval in INTERVALS}
    told = orjson.loads(second["IBM:5s"].data())
    assert (second["IBM:5s"].seq, told["open"], told["close"], told["volume"], told["version"]) == (2, "11", "12", "3", 2)
    assert candle_snapshots(["IBM:5s", "AIG:1m"]) == {"IBM:5s": (2, told), "AIG:1m": (0, None)}
    assert candle_heads(["IBM:5s", "BAC:1d", "AIG:1m"]) == {"IBM:5s": 2, "BAC:1d": 1}
    assert candle_snapshots([]) == {}


@pytest.mark.parametrize(("key", "there"), [("IBM:1m", True), ("IBM:2m", False), ("IBM", False), ("NOPE:1m", False), ("IBM:1m:1m", False)])
def test_a_key_names_an_instrument_and_an_interval(instruments, key, there):
    assert candle_keys_known([key, "BAC:5s"]) == {"BAC:5s"} | ({key} if there else set())


@pytest.fixture
def client(instruments):
    api = APIClient()
    api.force_authenticate(person("anyone"))
    return api


def test_candles_are_listed_newest_first_in_pages(client):
    project(*(a_print("IBM", 10 + minute, 2, START + minute * 60 * SECOND) for minute in range(5)))
    first = client.get("/api/candles/IBM?interval=1m&page_size=3").json()
    assert [row["start"][11:16] for row in first["results"]] == ["15:04", "15:03", "15:02"]
    second = client.get(first["next"]).json()
    assert [row["close"] for row in second["results"]] == ["11", "10"]
    assert second["next"] is None
    assert second["results"][0] == {
        "symbol": "IBM", "interval": "1m", "start": "2026-11-24T15:01:00.000000Z", "open": "11", "high": "11", "low": "11", "close": "11",
        "volume": "2", "vwap": "11", "trades": 1, "version": 1, "updated_at": "2026-11-24T15:04:05.123456Z",
    }  # fmt: skip


def test_from_is_the_first_start_and_to_is_beyond_the_last(client):
    project(*(a_print("IBM", 10 + minute, 1, START + minute * 60 * SECOND) for minute in range(5)))
    answer = client.get("/api/candles/IBM", {"from": "2026-11-24T15:01:00Z", "to": "2026-11-24T16:03:00+01:00"}).json()
    assert [row["close"] for row in answer["results"]] == ["12", "11"]
    assert client.get("/api/candles/BAC").json() == {"results": [], "next": None}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("interval=2m", "interval"),
        ("interval=", "interval"),
        ("interval=1m&interval=1m", "interval"),
        ("from=yesterday", "from"),
        ("to=2026-11-24T15:00:00", "to"),
        ("cursor=x", "cursor"),
        ("page_size=0", "page_size"),
        ("depth=3", "depth"),
    ],
)
def test_what_is_asked_must_be_right(client, query, field):
    answer = client.get(f"/api/candles/IBM?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_an_unknown_symbol_is_404(client):
    assert client.get("/api/candles/NOPE").status_code == 404
    assert client.get("/api/candles/%00").status_code == 404
