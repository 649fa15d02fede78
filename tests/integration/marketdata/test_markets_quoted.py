"""What a start waits for: each market the house is asked to quote has had both sides since the programs began."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from marketdata.models import DepthSnapshot, Instrument
from oms_site.stack import Stack
from oms_site.stack.probes import unquoted_markets

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


@pytest.fixture
def market():
    """A book of both sides, told ten seconds ago."""
    Instrument.objects.create(symbol="IBM", name="bench", currency="USD", reference_price=100)
    return DepthSnapshot.objects.create(
        symbol="IBM",
        seq=1,
        bids=[["10", "5", 1]],
        asks=[["11", "1", 1]],
        partition=0,
        replay_from=0,
        book_seq=1,
        updated_at=timezone.now() - timedelta(seconds=10),
    )


def unquoted(seconds):
    return unquoted_markets(Stack.attach(env="test").postgres_url(connection.settings_dict["NAME"]), seconds)


def test_a_quote_that_stands_since_the_programs_began_is_one(market):
    assert unquoted(60) == []


def test_a_quote_of_the_life_before_is_none(market):
    assert unquoted(5) == ["IBM"]


def test_one_side_alone_is_none(market):
    DepthSnapshot.objects.update(asks=[])
    assert unquoted(60) == ["IBM"]


def test_a_market_nobody_is_to_quote_is_not_waited_for(market):
    Instrument.objects.update(tradable=False)
    assert unquoted(5) == []
