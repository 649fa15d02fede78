"""`quotes` into `LatestQuote`: conflated, sequenced, the newest as it came, the newest good one beside it."""

from datetime import timedelta
from decimal import Decimal

import orjson
import pytest
from django.db import transaction

from marketdata.domain.quality import STALE_AFTER
from marketdata.models import Instrument, LatestQuote
from marketdata.selectors import latest_good_quote, latest_good_quotes, quote_snapshot, quotes_snapshot
from tests.integration.marketdata.conftest import NOW, NOW_US, candles_projected, delivered, quote, quotes_projected
from tests.unit.marketdata.printed import EQUITIES, EURUSD, a_print, file_quotes, file_rows, recount

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


def project(*quotes, timestamp=NOW_US):
    return quotes_projected(delivered("quotes", *quotes, timestamp=timestamp))


def test_a_batch_becomes_one_update_a_symbol_with_the_last_row():
    frames = project(
        quote("IBM", "181.69", "181.90"), quote("BAC", "13.91", "13.92"), quote("IBM", "181.70", "181.91", last="181.8", event="T")
    )
    assert [(frame.channel, frame.key, frame.seq, frame.type) for frame in frames] == [
        ("quotes", "BAC", 1, "update"),
        ("quotes", "IBM", 1, "update"),
    ]
    data = orjson.loads(frames[1].data())
    assert data == quote_snapshot("IBM", now=NOW)
    assert data == {
        "symbol": "IBM", "bid": "181.7", "ask": "181.91", "bid_size": None, "ask_size": "5", "last": "181.8", "last_size": "1",
        "event": "T", "quality": "good", "source": "replay", "seq": 1, "time": "2026-11-24T15:04:05.123456Z",
        "received_at": "2026-11-24T15:04:05.123456Z", "age_ms": 0, "stale": False, "last_trade": None,
        "session": {
            "date": "2026-11-24", "open": None, "high": None, "low": None, "close": None, "volume": "0", "vwap": None, "trades": 0,
            "previous_close": None, "change": None, "change_percent": None,
        },
    }  # fmt: skip


def test_the_sequence_rises_by_one_with_each_batch_and_symbol():
    project(quote("IBM", "1", "2"), quote("IBM", "1", "3"))
    project(quote("BAC", "1", "2"))
    [frame] = project(quote("IBM", "1", "4"))
    assert frame.seq == 2
    assert {row["symbol"]: row["seq"] for row in quotes_snapshot(now=NOW)} == {"BAC": 1, "IBM": 2}


def test_a_batch_that_does_not_commit_leaves_no_trace():
    with transaction.atomic():
        project(quote("IBM", "1", "2"))
        transaction.set_rollback(True)
    assert quote_snapshot("IBM") is None
    assert project(quote("IBM", "1", "2"))[0].seq == 1


@pytest.mark.parametrize(("bid", "ask", "quality"), [("2", "2", "locked"), ("3", "2", "crossed"), ("0", "2", "zero")])
def test_a_bad_quote_is_kept_and_flagged_but_the_good_one_before_stays_the_price(bid, ask, quality):
    project(quote("IBM", "1", "1.5"))
    project(quote("IBM", bid, ask), timestamp=NOW_US + 7)
    row = LatestQuote.objects.get()
    assert (row.quality, row.bid) == (quality, Decimal(bid))
    assert (row.rows, getattr(row, quality), row.absurd) == (2, 1, 0)
    good = latest_good_quote("IBM")
    assert (good.bid, good.ask, good.mid, good.received_at) == (1, Decimal("1.5"), Decimal("1.25"), NOW)


def test_within_a_batch_the_last_good_row_counts_as_well():
    project(quote("IBM", "30", "31"), quote("IBM", "34", "35"), quote("IBM", "39", "35"))
    assert latest_good_quotes(["IBM", "BAC"])["IBM"].bid == 34


def test_without_a_good_quote_there_is_no_price():
    project(quote("IBM", "2", "2"))
    assert latest_good_quote("IBM") is None
    assert latest_good_quote("BAC") is None
    assert latest_good_quotes() == {}


def test_age_and_staleness_count_from_when_the_broker_had_it():
    project(quote("IBM", "1", "2"))
    assert quote_snapshot("IBM", now=NOW + timedelta(milliseconds=1500))["age_ms"] == 1500
    assert not quote_snapshot("IBM", now=NOW + timedelta(microseconds=STALE_AFTER))["stale"]
    assert quote_snapshot("IBM", now=NOW + timedelta(microseconds=STALE_AFTER + 1))["stale"]


def test_an_absurd_quote_is_kept_and_counted_and_is_no_price_until_it_is_confirmed():
    project(quote("IBM", "100", "101"))
    for number in range(2):
        project(quote("IBM", "200", "201"), timestamp=NOW_US + 600_000 * number)
    row = LatestQuote.objects.get()
    assert (row.quality, row.bid, row.absurd, row.doubts) == ("absurd", 200, 2, 2)
    assert latest_good_quote("IBM").bid == 100
    project(quote("IBM", "200", "201"), timestamp=NOW_US + 1_000_000)
    row.refresh_from_db()
    assert (row.quality, row.absurd, row.doubts) == ("good", 2, 0)
    assert latest_good_quote("IBM").bid == 200


def test_how_far_a_quote_may_move_is_the_instruments_own(instruments):
    Instrument.objects.filter(symbol="IBM").update(jump=Decimal(1))
    for symbol in ("IBM", "BAC"):
        project(quote(symbol, "100", "101"), quote(symbol, "102", "103"))
    assert dict(LatestQuote.objects.values_list("symbol", "quality")) == {"IBM": "absurd", "BAC": "good"}


def test_the_real_currency_file_is_counted_to_the_row():
    rows = file_quotes(EURUSD)
    for start in range(0, len(rows), 7_000):
        project(*rows[start : start + 7_000])
    row = LatestQuote.objects.get()
    assert (row.rows, row.crossed, row.locked, row.zero, row.absurd) == (29_273, 4_085, 2_785, 0, 0)


def test_a_symbol_that_went_quiet_is_counted_when_it_speaks_again():
    for seconds in (0, 30, 61, 62):
        project(quote("IBM", "1", "1.1"), timestamp=NOW_US + seconds * 1_000_000)
    assert LatestQuote.objects.get().silences == 1


def printed(symbol, price, size, at):
    row = a_print(symbol, price, size, at)
    candles_projected(delivered("quotes", row))
    return project(row)[0]


def test_statistics_are_of_the_business_date_of_the_newest_quote_and_begin_anew_with_it():
    day = 86_400_000_000
    printed("IBM", 100, 1, NOW_US - day)
    printed("IBM", 110, 3, NOW_US)
    printed("IBM", 99, 2, NOW_US + 1)
    frame = printed("IBM", 104, 1, NOW_US + 2)
    told = orjson.loads(frame.data())
    assert told == quote_snapshot("IBM", now=NOW)
    assert told["last_trade"] == {"price": "104", "size": "1", "time": "2026-11-24T15:04:05.123458Z"}
    assert told["session"] == {
        "date": "2026-11-24", "open": "110", "high": "110", "low": "99", "close": "104", "volume": "6", "vwap": "105.33333333",
        "trades": 3, "previous_close": "100", "change": "4", "change_percent": "4",
    }  # fmt: skip
    [frame] = project(quote("IBM", "103", "104", time=NOW_US + day))
    told = orjson.loads(frame.data())
    assert (told["last_trade"]["price"], told["session"]["date"]) == ("104", "2026-11-25")
    session = told["session"]
    assert (session["open"], session["volume"], session["vwap"], session["trades"]) == (None, "0", None, 0)
    assert (session["previous_close"], session["change"]) == ("104", None)


def test_statistics_of_the_real_prints_equal_a_recount():
    rows = file_quotes(EQUITIES)
    for start in range(0, len(rows), 7_000):
        batch = delivered("quotes", *rows[start : start + 7_000])
        candles_projected(batch)
        quotes_projected(batch)
    raw = {symbol: counted for (symbol, _), counted in recount(file_rows(EQUITIES), "1d").items()}
    for told in quotes_snapshot(now=NOW):
        expected, session = raw[told["symbol"]], told["session"]
        assert session["date"] == "2013-10-07"
        for name in ("open", "high", "low", "close", "volume", "vwap"):
            assert Decimal(session[name]) == getattr(expected, name), (told["symbol"], name)
        assert session["trades"] == expected.trades
        assert Decimal(told["last_trade"]["price"]) == expected.close
