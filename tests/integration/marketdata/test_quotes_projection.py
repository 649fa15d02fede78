"""`quotes` into `LatestQuote`: conflated, sequenced, the newest as it came, the newest good one beside it."""

from datetime import timedelta
from decimal import Decimal

import orjson
import pytest
from django.db import transaction

from marketdata.domain.quality import STALE_AFTER
from marketdata.models import LatestQuote
from marketdata.projection.quotes import project_quotes
from marketdata.selectors import latest_good_quote, latest_good_quotes, quote_snapshot, quotes_snapshot
from tests.integration.marketdata.conftest import NOW, NOW_US, delivered, quote

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


def project(*quotes, timestamp=NOW_US):
    return list(project_quotes(delivered("quotes", *quotes, timestamp=timestamp), NOW_US))


def test_a_batch_becomes_one_update_a_symbol_with_the_last_row():
    frames = project(
        quote("IBM", "181.69", "181.90"), quote("BAC", "13.91", "13.92"), quote("IBM", "181.70", "181.91", last="181.8", event="T")
    )
    assert [(frame.channel, frame.key, frame.seq, frame.type) for frame in frames] == [
        ("quotes", "BAC", 1, "update"),
        ("quotes", "IBM", 1, "update"),
    ]
    data = orjson.loads(frames[1].data)
    assert data == quote_snapshot("IBM", now=NOW)
    assert data == {
        "symbol": "IBM", "bid": "181.7", "ask": "181.91", "bid_size": None, "ask_size": "5", "last": "181.8", "last_size": "1",
        "event": "T", "quality": "good", "source": "replay", "seq": 1, "time": "2026-11-24T15:04:05.123456Z",
        "received_at": "2026-11-24T15:04:05.123456Z", "age_ms": 0, "stale": False,
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
    good = latest_good_quote("IBM")
    assert (good.bid, good.ask, good.mid, good.received_at) == (1, Decimal("1.5"), Decimal("1.25"), NOW)


def test_within_a_batch_the_last_good_row_counts_as_well():
    project(quote("IBM", "1", "2"), quote("IBM", "4", "5"), quote("IBM", "9", "5"))
    assert latest_good_quotes(["IBM", "BAC"])["IBM"].bid == 4


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
