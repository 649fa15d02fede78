"""A day with the house in it, replayed from `orders` and `quotes` alone: the same states and logs, without the house."""

import hashlib
from decimal import Decimal

import orjson
import pytest

from marketdata.domain.dealing import HOUSE
from marketdata.services import house_save
from oms_site.infra.bus.ports import Outgoing
from schemas.topics import PARTITIONS
from schemas.units import ONE
from tests.integration.marketdata.conftest import NOW, quote
from tests.integration.marketdata.house import House
from tests.integration.marketdata.markets import boss

pytestmark = [pytest.mark.usefixtures("instruments"), pytest.mark.servers]

TERMS = {"tick": ONE // 100, "lot": ONE, "max_quantity": 10**6 * ONE, "tradable": 1, "version": 1}
RECORDED = ("quotes", "orders")


class RecordedDay(House):
    """Notes each time the folds are run: the moment, and what had come in since."""

    def __init__(self, symbols):
        self.day = []
        self.noted = {}
        super().__init__(symbols)

    def work(self):
        new = []
        for topic in RECORDED:
            records = self._all(topic)
            new += [(topic, record) for record in records if record.offset >= self.noted.get((topic, record.partition), 0)]
            self.noted |= {(topic, record.partition): record.offset + 1 for record in records}
        self.day.append((self.now, new))
        super().work()


class ReplayedDay(House):
    """The same folds on a broker of their own; no liquidity provider, no settings, nothing but the two topics."""

    def __init__(self, day):
        super().__init__({})
        for now, records in day:
            for topic, record in records:
                self.now = record.timestamp
                self.producer.send([Outgoing(topic, record.key, record.value, record.partition)])
            self.now = now
            self.work()

    def control(self, **fields):
        """The controls are in the log."""

    def start(self):
        """Nobody."""


def states(house):
    """SHA-256 of every partition's state, of risk and of matching."""
    folds = [*house.risk, *house.matching]
    return [hashlib.sha256(orjson.dumps(fold.dump(), option=orjson.OPT_NON_STR_KEYS)).hexdigest() for fold in folds]


def logs(house):
    return {topic: [record.value for record in house._all(topic)] for topic in ("executions", "orders.validated", "trades", "book")}


def a_day():
    house = RecordedDay({"IBM": TERMS, "BAC": TERMS})
    for second in range(40):
        bid = Decimal("181.60") + Decimal(second * 7 % 11) / 100
        house.quotes(quote("IBM", str(bid), str(bid + Decimal("0.04"))), quote("BAC", "13.90", "13.92"))
        if second == 10:
            values = {"levels": 3, "skew": 5, "size": Decimal(200), "max_inventory": Decimal(800)}
            house_save(actor=boss(), symbol="IBM", values=values, expected_version=1, reason="a wider book", now=NOW)
        if second == 20:
            house.kill(HOUSE)
        if second == 22:
            house.kill(HOUSE, on=False)
        house.session._reload_at = 0.0
        house.pass_time()
        side, price = ("buy", bid + 1) if second % 3 else ("sell", bid - 1)
        house.order(f"U{second}", side, int(price * ONE), lots=70 + second)
    return house


def test_a_day_replayed_without_the_house_ends_in_the_same_states(db):
    house = a_day()
    assert len([e for e in house.executions() if e.type == "trade"]) > 10
    assert len(house.house_commands("new", "replace", "cancel")) > 40
    again = ReplayedDay(house.day)
    assert states(again) == states(house)
    assert logs(again) == logs(house)
    assert len(states(house)) == 2 * PARTITIONS


def test_a_command_of_the_house_that_is_missing_from_the_log_is_seen(db):
    house = a_day()
    lost = next(c for c in house.house_commands("new") if house.fills(c.id, HOUSE))
    kept = []
    for now, records in house.day:
        messages = [(topic, record) for topic, record in records if topic == "quotes" or not is_command(house, record, lost)]
        kept.append((now, messages))
    assert states(ReplayedDay(kept)) != states(house)


def is_command(house, record, command):
    from schemas.topics import BY_NAME

    return house.wire.message(BY_NAME["orders"], record.value).command_id == command.command_id
