"""The workers of market data on the real broker and database, each in a thread: they start, work, survive, stop."""

import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.utils import timezone

from marketdata import handlers as market_handlers
from marketdata import liquidity, synthetic
from marketdata.domain.dealing import HOUSE
from marketdata.models import Instrument
from marketdata.services import claims_finish, claims_take, instrument_save
from matching import handlers as matching_handlers
from oms_site.infra.bus import projection, relay, transform
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.bus.processor import Control
from risk import services as risk_services
from risk.handlers import risk_spec
from schemas.messages import OrderCommand
from schemas.topics import ORDERS
from schemas.units import ONE
from tests.eventually import eventually
from tests.integration.marketdata.house import LIMITS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("instruments"), pytest.mark.servers]


@contextmanager
def working(run, *arguments):
    """A worker in a thread; its counts and its result once the block has ended."""
    stop, outcome = threading.Event(), {}
    control = Control(
        stop_reason=lambda: "told to" if stop.is_set() else None, paused=lambda: outcome.get("paused", False), report=lambda *_: None
    )

    def body():
        try:
            outcome["result"] = run(*arguments, control)
        finally:
            connections.close_all()

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    outcome["control"] = control
    try:
        yield outcome
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def transforming(spec):
    return lambda control: transform.run(spec, control, 0)


def test_the_synthetic_market_feeds_twenty_symbols_five_times_a_second_for_little(log):
    with working(synthetic.run) as outcome:
        eventually(lambda: outcome["control"].counts.get("rows", 0) >= 20, within=15)
        begun, used = time.monotonic(), time.process_time()
        eventually(lambda: outcome["control"].counts["rows"] >= 520, within=15)
        seconds, cpu = time.monotonic() - begun, time.process_time() - used
    assert outcome["result"]["reason"] == "told to"
    quotes = log.messages("quotes")
    assert len({quote.symbol for quote in quotes}) == 20
    assert set(Counter(quote.symbol for quote in quotes).values()) == {len(quotes) // 20}
    assert seconds >= 4.5, "no more than asked for"
    assert cpu < 0.5, "a tenth of a core at most, this test's own looking included"


def test_the_synthetic_market_is_silent_while_a_feed_has_a_symbol(log):
    with working(synthetic.run) as outcome:
        rows = outcome["control"].counts
        eventually(lambda: rows.get("rows", 0) >= 40, within=15)
        claims_take(holder="x", symbols=["IBM"], now=timezone.now(), lives=lambda holder: True)
        seen = rows["rows"]
        eventually(lambda: rows["rows"] >= seen + 40, within=15)
        silent = sum(record.key == "IBM" for record in log.records("quotes"))
        seen = rows["rows"]
        eventually(lambda: rows["rows"] >= seen + 60, within=15)
        assert sum(record.key == "IBM" for record in log.records("quotes")) == silent
        claims_finish(holder="x", symbols=["IBM"], now=timezone.now() - timezone.timedelta(seconds=60))
        eventually(lambda: sum(record.key == "IBM" for record in log.records("quotes")) > silent, within=15)


@pytest.fixture
def published(instruments):
    """Instruments and limits in the outbox, as the demo's seed puts them there."""
    root = User.objects.create_superuser("root")
    now = timezone.now()
    for row in Instrument.objects.all():
        instrument_save(actor=root, symbol=row.symbol, values={"name": f"{row.name}."}, now=now)
    for rule, value in LIMITS.items():
        with transaction.atomic():
            risk_services.limit_set(actor=root, scope="firm", key="", rule=rule, value=value, now=now)


def house_orders(log):
    """Open orders of the house by (symbol, side), from its own life-cycle log."""
    live = {}
    for execution in log.messages("executions"):
        if execution.account == HOUSE:
            live[execution.order_id] = execution
    return Counter((e.symbol, e.side) for e in live.values() if e.leaves_quantity)


def test_the_house_quotes_every_symbol_a_customer_fills_and_after_a_stop_nothing_is_left(log, published):
    with (
        working(relay.run),
        working(transforming(risk_spec())),
        working(transforming(matching_handlers.SPEC)),
        working(lambda control: projection.run(market_handlers.SPEC, control)),
        working(synthetic.run),
    ):
        # Limits lie before the first order of the house: else it is refused, and keeps away for longer each time.
        eventually(lambda: not OutboxMessage.objects.exists(), within=60)
        with working(liquidity.run) as house:
            eventually(lambda: house["control"].counts.get("resting", 0) == 40, within=60)
            price = next(quote.ask for quote in reversed(log.messages("quotes")) if quote.symbol == "IBM")
            command = OrderCommand(
                "new", 1, "OTEST", "ACME-1", "IBM", int(time.time() * 1e6), "buy", "limit", "gtc", ONE, price + 50 * ONE // 100
            )
            log.send(ORDERS, [command])
            fills = eventually(lambda: [e for e in log.messages("executions") if e.order_id == "OTEST" and e.type == "trade"], within=60)
            assert fills[0].last_price <= command.price
            assert max(house_orders(log).values()) == 1
            assert house["control"].counts["refused"] == 0
        assert house["result"]["reason"] == "told to"
        eventually(lambda: not house_orders(log), within=60)
