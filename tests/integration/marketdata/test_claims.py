"""Claims: one living feed a symbol, a dead one's taken over, the synthetic market silent meanwhile."""

from datetime import timedelta

import pytest

from marketdata.models import FeedClaim
from marketdata.selectors import claimed_symbols
from marketdata.services import ClaimLost, SymbolClaimed, claims_finish, claims_renew, claims_take
from marketdata.synthetic import SyntheticFeed
from tests.integration.marketdata.conftest import NOW, delivered, quote, quotes_projected

pytestmark = [pytest.mark.usefixtures("instruments"), pytest.mark.servers]


def take(holder, *symbols, now=NOW, alive=True):
    claims_take(holder=holder, symbols=symbols, now=now, lives=lambda name: alive)


def later(seconds):
    return NOW + timedelta(seconds=seconds)


def test_a_symbol_has_one_living_feed():
    take("one", "IBM", "BAC")
    with pytest.raises(SymbolClaimed, match="BAC: fed by one"):
        take("two", "AIG", "BAC")
    assert claimed_symbols(NOW) == {"IBM", "BAC"}
    take("two", "AIG")


def test_an_unrenewed_claim_ends_after_fifteen_seconds():
    take("one", "IBM")
    assert claimed_symbols(later(14)) == {"IBM"}
    assert claimed_symbols(later(15)) == frozenset()
    take("two", "IBM", now=later(15))


def test_a_renewed_claim_goes_on():
    take("one", "IBM")
    claims_renew(holder="one", symbols=["IBM"], now=later(10))
    with pytest.raises(SymbolClaimed):
        take("two", "IBM", now=later(20))


def test_a_dead_feeds_claim_is_taken_over_at_once_and_the_dead_one_hears_of_it():
    take("one", "IBM")
    take("two", "IBM", alive=False)
    assert FeedClaim.objects.get().holder == "two"
    with pytest.raises(ClaimLost):
        claims_renew(holder="one", symbols=["IBM"], now=NOW)


def test_after_its_end_the_symbols_are_free_for_a_feed_but_the_synthetic_market_waits_thirty_seconds():
    take("one", "IBM")
    claims_finish(holder="one", symbols=["IBM"], now=later(5))
    assert claimed_symbols(later(34)) == {"IBM"}
    assert claimed_symbols(later(35)) == frozenset()
    take("two", "IBM", now=later(6))


def test_the_synthetic_market_is_silent_for_claimed_symbols_and_goes_on_from_their_last_price():

    feed = SyntheticFeed(seed=1)
    assert {row.symbol for row in feed.rows(NOW)} >= {"IBM", "EURUSD"}
    take("one", "IBM")
    assert "IBM" not in {row.symbol for row in feed.rows(NOW)}
    quotes_projected(delivered("quotes", quote("IBM", "150", "150.02"), quote("IBM", "151", "150")))
    [row] = [row for row in feed.rows(later(15)) if row.symbol == "IBM"]
    assert abs(row.bid - 150 * 10**8) < 10**8


def test_the_synthetic_market_starts_where_the_last_quotes_left_it():

    quotes_projected(delivered("quotes", quote("BAC", "20", "20.02")))
    rows = {row.symbol: row for row in SyntheticFeed(seed=1).rows(NOW)}
    assert abs(rows["BAC"].bid - 20 * 10**8) < 10**7
    assert abs(rows["IBM"].bid - 181_80000000) < 10**8
    assert len(rows) == 20
