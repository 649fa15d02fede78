"""Quotes of what is not listed reach no table, no stream and no price; the desk is told once."""

import pytest
from django.db import transaction
from prometheus_client import REGISTRY

from marketdata.handlers import SPEC
from marketdata.models import Candle, Instrument, LatestQuote, PrintTape
from marketdata.projection.listed import GRACE, MOST_TOLD, ListedQuotes
from marketdata.selectors import latest_good_quotes, quotes_snapshot
from oms_site.infra.alerts.models import Alert
from schemas.topics import QUOTES
from tests.integration.marketdata.conftest import NOW, NOW_US, delivered, person, quote
from tests.integration.marketdata.markets import instrument

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def market(django_capture_on_commit_callbacks):
    """What the worker does with a batch of quotes; its frames."""
    instrument()
    handler = ListedQuotes()

    def take(*quotes, later=0):
        with django_capture_on_commit_callbacks(execute=True):
            return list(handler.project(delivered("quotes", *quotes), NOW_US + later))

    return take


def told():
    return list(Alert.objects.order_by("pk").values_list("kind", "text"))


def left_out(why):
    return REGISTRY.get_sample_value("oms_quotes_unlisted_total", {"why": why}) or 0


def test_the_market_worker_asks_what_is_listed_before_it_writes():
    [handler] = SPEC.handlers[QUOTES.name]
    assert handler.__func__ is ListedQuotes.project


def test_an_unknown_symbol_is_in_no_table_no_frame_and_no_price(market):
    before = left_out("unknown")
    frames = market(quote("NOPE", "1", "2"), quote("IBM", "10", "11"), quote("NOPE", "1", "2", last="1", event="T"))
    assert [(frame.channel, frame.key) for frame in frames] == [("quotes", "IBM")]
    assert [row.symbol for row in LatestQuote.objects.all()] == ["IBM"]
    assert not PrintTape.objects.exists()
    assert not Candle.objects.exists()
    assert set(latest_good_quotes()) == {"IBM"}
    assert [row["symbol"] for row in quotes_snapshot(now=NOW)] == ["IBM"]
    assert left_out("unknown") - before == 2
    assert told() == [("quotes", "quotes of NOPE (unknown) are left out: list it, or stop the feed")]


def test_a_batch_of_nothing_listed_is_taken(market):
    assert market(quote("NOPE", "1", "2")) == []


def test_it_is_told_once_though_somebody_acknowledged_it(market):
    market(quote("NOPE", "1", "2"))
    _acknowledged()
    market(quote("NOPE", "1", "3"))
    assert len(told()) == 1


def test_what_was_rolled_back_is_told_when_it_comes_again():
    handler = ListedQuotes()
    for _ in range(2):
        with transaction.atomic():
            list(handler.project(delivered("quotes", quote("NOPE", "1", "2")), NOW_US))
            assert len(told()) == 1
            transaction.set_rollback(True)


@pytest.mark.parametrize("symbol", ["", "ibm", "IBM\x00", "x\n,y", "Ω" * 400, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")])
def test_a_name_that_could_be_no_symbol_is_left_out_like_any_other(market, symbol):
    assert market(quote(symbol, "1", "2"), quote(symbol, "1", "2", last="1", event="T")) == []
    assert len(told()) == 1
    assert not LatestQuote.objects.exists()


def test_a_feed_gone_wild_does_not_bury_the_desk(market):
    for start in range(0, 90, 30):
        market(*(quote(f"WILD{number}", "1", "2") for number in range(start, start + 30)))
    assert len(told()) == MOST_TOLD + 1
    assert told()[-1][1] == f"quotes of more than {MOST_TOLD} symbols that are not listed are left out: stop the feed"


def test_a_suspended_instrument_is_still_told_a_delisted_one_no_more_until_it_is_listed_again(market):
    market(quote("IBM", "10", "11"))
    Instrument.objects.update(tradable=False)
    assert len(market(quote("IBM", "10", "12"))) == 1
    Instrument.objects.update(delisted=True)
    before = left_out("delisted")
    assert market(quote("IBM", "10", "13"), quote("IBM", "10", "13", last="10", event="T")) == []
    assert left_out("delisted") - before == 2
    row = LatestQuote.objects.get()
    assert (row.ask, row.rows) == (12, 2), "its past stays"
    assert told() == [], "feeds may need a moment to see it"
    market(quote("IBM", "10", "13"), later=GRACE)
    assert told() == [("quotes", "quotes of IBM (delisted) are left out: list it, or stop the feed")]
    Instrument.objects.update(delisted=False)
    assert len(market(quote("IBM", "10", "14"))) == 1
    _acknowledged()
    Instrument.objects.update(delisted=True)
    market(quote("IBM", "10", "15"))
    market(quote("IBM", "10", "15"), later=GRACE)
    assert len(told()) == 2, "listed in between, so it is news"


def _acknowledged():
    Alert.objects.update(acknowledged_at=NOW, acknowledged_by=person("desk"))
