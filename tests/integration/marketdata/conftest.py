"""Instruments, people and log records for the tests of market data."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User

from marketdata.demo import DEMO_INSTRUMENTS
from marketdata.models import Instrument
from oms_site.infra.bus.processor import Delivery, Position
from schemas.messages import BookLevel, BookUpdate, Quote
from schemas.units import ONE, to_units

NOW = datetime(2026, 11, 24, 15, 4, 5, 123456, UTC)
NOW_US = int(NOW.timestamp()) * 1_000_000 + 123_456


@pytest.fixture
def instruments(db):
    """The demo's instruments, as rows alone."""
    Instrument.objects.bulk_create([Instrument(**row._asdict()) for row in DEMO_INSTRUMENTS])


def person(username, *roles, **more):
    """A user of these roles."""
    user = User.objects.create_user(username, password="correct horse battery", **more)
    for role in roles:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def units(text):
    """Decimal text in 1e-8; None stays None."""
    return None if text is None else to_units(Decimal(text))


def quote(symbol, bid, ask, *, last=None, event="Q", time=NOW_US, source="replay"):
    """A row of the topic."""
    return Quote(symbol, units(bid), units(ask), None, 5 * ONE, units(last), ONE if event == "T" else None, event, time, source)


def book(symbol, seq, bids=(), asks=(), *, kind="update", last=None, time=NOW_US):
    """A record of `book`; levels as (price, quantity, orders)."""
    sides = [tuple(BookLevel(units(price), units(quantity), orders) for price, quantity, orders in side) for side in (bids, asks)]
    return BookUpdate(symbol, seq, kind, *sides, units(last), time)


def delivered(topic, *messages, partition=0, start=0, timestamp=NOW_US):
    """Messages as the worker gives them to a handler."""
    return [Delivery(Position(topic, partition, start + number), message, timestamp) for number, message in enumerate(messages)]
