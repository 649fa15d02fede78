"""Calendar, risk, matching and projection on one log: what the scheduler sends is what happens to orders, and comes back as phases."""

from datetime import timedelta
from decimal import Decimal

import pytest

from marketdata.models import DepthSnapshot
from marketdata.projection.depth import DepthProjection
from marketdata.selectors import to_microseconds, trade_date
from marketdata.services import phase_change, phase_resume, schedule_apply
from oms_site.infra.bus import outbox
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.bus.ports import Outgoing
from oms_site.infra.bus.processor import Delivery, Position
from schemas import codec
from schemas.messages import OrderCommand
from schemas.topics import BY_NAME
from schemas.units import ONE
from tests.integration.marketdata.conftest import quote
from tests.integration.marketdata.house import House
from tests.integration.marketdata.markets import at, boss, calendar, instrument

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

IBM = {"tick": ONE // 100, "lot": ONE, "max_quantity": 10**6 * ONE, "tradable": 1, "version": 1, "band": 5_000_000, "reference": 100 * ONE}


class Venue(House):
    """A market at a time of day: the scheduler looks, the outbox is sent, everything that follows happens."""

    def __init__(self, now):
        self.shown = 0
        super().__init__({"IBM": IBM})
        outbox.allocate_ids(1_000)  # the commands of the tests' own came before
        self.depth = DepthProjection(dict)
        self.moment = now
        self.look(now)

    def look(self, now):
        """It is `now`: what the calendars ask for is sent and done."""
        self.moment = now
        self.now = to_microseconds(now)
        schedule_apply(now=now)
        self.relay()

    def relay(self):
        """Send what lies in the outbox; show what follows from it."""
        for row in OutboxMessage.objects.order_by("id"):
            self.producer.send([Outgoing("orders", row.key, codec.frame(7, bytes(row.body)), row.partition)])
        OutboxMessage.objects.all().delete()
        self.work()
        records = self._all("book")
        deliveries = [
            Delivery(Position("book", 0, number), self.wire.message(BY_NAME["book"], record.value), self.now)
            for number, record in enumerate(records)
        ]
        list(self.depth.project(deliveries[self.shown :], self.now))
        self.shown = len(deliveries)

    def enter(self, order_id, side, price, *, tif="day", lots=100, kind="limit"):
        """An order as intake would send it at this moment."""
        self.quotes(quote("IBM", "99.90", "100.10"))
        self.commands += 1
        terms = (side, kind, tif, lots * ONE, None if price is None else int(Decimal(price) * ONE))
        day = trade_date("IBM", self.moment).isoformat()
        self._send("orders", [OrderCommand("new", self.commands, order_id, "ACME-1", "IBM", self.now, *terms, trade_date=day)])
        self.relay()

    def told(self, order_id):
        """An order's life, without the steps of risk."""
        found = [execution.type for execution in self.executions("ACME-1", order_id)]
        return [kind for kind in found if not kind.startswith("pending")]

    @property
    def seen(self):
        """The market as projected."""
        return DepthSnapshot.objects.get(pk="IBM")


@pytest.fixture
def stocks(db):
    instrument(follows=calendar())


@pytest.mark.usefixtures("stocks")
def test_a_day_from_the_opening_auction_to_the_closing_one():
    venue = Venue(at("14:00"))
    assert (venue.seen.phase, venue.seen.trade_date.day) == ("pre_open", 24)
    venue.enter("B1", "buy", "100.05", lots=200)
    venue.enter("S1", "sell", "99.95")
    venue.look(at("14:25"))
    assert (venue.seen.phase, venue.seen.auction, venue.seen.indicative_quantity, venue.seen.imbalance) == ("auction", "opening", 100, 100)
    venue.look(at("14:30"))
    assert (venue.seen.phase, venue.seen.last) == ("continuous", Decimal("100.05"))
    assert venue.told("S1") == ["new", "trade"]
    venue.enter("C1", "sell", None, tif="at_close", kind="market")
    venue.look(at("20:50"))
    assert (venue.seen.auction, venue.told("C1")) == ("closing", ["new"])
    venue.look(at("21:00"))
    assert venue.told("C1") == ["new", "trade"], "the closing auction ends with trades"
    assert venue.seen.phase == "closed"


@pytest.mark.usefixtures("stocks")
def test_a_late_day_end_ends_its_own_orders_and_never_tomorrows():
    venue = Venue(at("16:00"))
    venue.enter("D1", "buy", "99")
    venue.enter("G1", "buy", "98", tif="gtc")
    venue.moment = at("21:30")
    venue.enter("D2", "buy", "97")
    assert trade_date("IBM", at("21:30")).day == 25
    venue.look(at("14:31", 25))
    assert venue.told("D1") == ["new", "expired"]
    assert venue.told("D2") == ["new"]
    assert venue.told("G1") == ["new", "done_for_day", "restated"]
    assert venue.seen.phase == "continuous"


def test_around_the_clock_midnight_ends_the_day_and_nothing_else(db):
    instrument()
    venue = Venue(at("15:00"))
    venue.enter("D1", "buy", "99")
    venue.moment = at("0:00", 25)
    venue.enter("D2", "buy", "98")
    venue.look(at("0:00:01", 25))
    assert (venue.told("D1"), venue.told("D2")) == (["new", "expired"], ["new"])
    assert (venue.seen.phase, venue.seen.trade_date.day) == ("continuous", 25)


def test_a_trade_outside_the_band_pauses_the_market_and_the_scheduler_ends_the_pause(db):
    instrument(pause_seconds=60)
    venue = Venue(at("15:00"))
    venue.enter("S1", "sell", "100", lots=1)
    venue.enter("B1", "buy", "100", lots=1)
    venue.enter("S2", "sell", "106")
    venue.enter("B2", "buy", "106")
    assert (venue.seen.phase, venue.seen.auction, venue.seen.phase_reason) == ("auction", "volatility", "volatility_pause")
    assert venue.told("B2") == ["new"], "what would rest rests"
    since = venue.seen.phase_since
    venue.look(since + timedelta(seconds=59))
    assert venue.seen.phase == "auction"
    venue.look(since + timedelta(seconds=60))
    assert venue.seen.phase == "continuous"
    assert venue.told("B2") == ["new", "trade"]


def test_a_halt_by_hand_suspends_and_a_resume_lets_stand_again(db):
    instrument()
    venue = Venue(at("15:00"))
    venue.enter("D1", "buy", "99")
    phase_change(actor=boss(), symbol="IBM", phase="halted", reason="news", now=at("15:01"))
    venue.relay()
    assert (venue.seen.phase, venue.seen.phase_reason, venue.told("D1")) == ("halted", "news", ["new", "suspended"])
    phase_resume(actor=boss(), symbol="IBM", reason="all told", now=at("15:02"))
    venue.relay()
    assert (venue.seen.phase, venue.told("D1")) == ("continuous", ["new", "suspended", "restated"])


def test_the_house_leaves_a_halted_market_and_comes_back_when_it_trades(db):
    instrument()
    venue = Venue(at("15:00"))
    venue.session.close()
    venue.start()

    def seconds(number):
        for _ in range(number):
            venue.quotes(quote("IBM", "99.90", "100.10"))
            venue.session._reload_at = 0.0
            venue.pass_time()
            venue.relay()

    seconds(3)
    assert venue.resting() == ([9_990_000_000], [10_010_000_000])
    phase_change(actor=boss(), symbol="IBM", phase="halted", reason="news", now=at("15:01"))
    venue.relay()
    seconds(3)
    assert venue.resting() == ([], [])
    asked = len(venue.house_commands("new"))
    seconds(30)
    assert len(venue.house_commands("new")) == asked, "it does not knock at a closed door"
    phase_resume(actor=boss(), symbol="IBM", reason="all told", now=at("15:02"))
    venue.relay()
    seconds(6)
    assert venue.resting() == ([9_990_000_000], [10_010_000_000])
