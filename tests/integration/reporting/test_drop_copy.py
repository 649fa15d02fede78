"""The drop copy finds what differs from the log at the point the tables have reached, tells it once, lets it go when it agrees again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from marketdata.models import Instrument
from oms_site import verification
from oms_site.infra.alerts.models import Alert
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.dead_letters import Budget
from oms_site.infra.bus.models import ConsumedOffset
from oms_site.infra.bus.projection import Isolation, ProjectionSession
from oms_site.workers import CORE
from reporting.models import Break, CopiedTrade
from reporting.selectors import drop_copy_told
from reporting.services import drop_copy_look
from reporting.services.drop_copy.look import Look
from schemas.messages import Trade
from schemas.topics import EXECUTIONS, TRADES
from tests.eventually import eventually
from tests.integration.bus import conftest as bus
from tests.integration.bus.test_projection import Pushed
from tests.integration.orders.conftest import fill_market
from tests.unit.risk.full_floor import FullFloor

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 24, 15, 4, 5, tzinfo=UTC)
world = bus.world


class Tape(FullFloor):
    """A floor that keeps the trades it printed."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.trades: list[Trade] = []
        handle = self.matching.handle

        def printed(*arguments: Any) -> Any:
            outputs = handle(*arguments)
            self.trades += [output.message for output in outputs if output.topic == TRADES.name]
            return outputs

        self.matching.handle = printed  # type: ignore[method-assign]


class Room:
    """The logs of a busy floor, the projection that reads them, and the drop copy's clock."""

    def __init__(self, world: Any) -> None:
        self.world, self.now, self.told = world, NOW, [0, 0]
        self.floor = Tape(7)
        self.core = ProjectionSession(
            world.bus,
            world.wire,
            CORE,
            bus.Hand().control,
            publisher=Pushed(),
            budget=Budget(CORE.name, 100),
            isolation=Isolation(10_000),
        )

    def trade(self, steps: int = 400) -> None:
        """More happens, and is written to the logs."""
        for _ in range(steps):
            self.floor.step()
        self.floor.settle()
        for place, (topic, log) in enumerate(((TRADES, self.floor.trades), (EXECUTIONS, self.floor.desk.log))):
            self.world.send(topic, *log[self.told[place] :])
            self.told[place] = len(log)

    def project(self) -> None:
        """The tables come up with the logs."""
        written = sum(len(self.world.records(topic.name)) for topic in (EXECUTIONS, TRADES))

        def projected() -> bool:
            self.core.step()
            return sum(ConsumedOffset.objects.filter(group=CORE.name).values_list("offset", flat=True)) == written

        eventually(projected, every=0)

    def look(self) -> Look | None:
        self.now += timedelta(seconds=15)
        return drop_copy_look(now=self.now)


@pytest.fixture
def room(transactional_db: None, world: Any) -> Iterator[Room]:
    fill_market()
    Instrument.objects.create(symbol="BAC", name="BAC", reference_price=Decimal(100))
    made = Room(world)
    made.trade()
    made.project()
    yield made
    made.core.close()


def sql(statement: str, *values: Any) -> None:
    """A hand in the database, the product knows nothing of it."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount == 1


def consumed(group: str) -> dict[int, int]:
    return dict(ConsumedOffset.objects.filter(group=group, topic=EXECUTIONS.name).values_list("partition", "offset"))


def busy_order() -> tuple[str, str]:
    """An order with fills, and its account."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, account FROM orders_order WHERE cum_quantity > 0 ORDER BY id LIMIT 1")
        return cursor.fetchone()


def test_a_busy_floor_agrees_look_after_look(room) -> None:
    first = room.look()
    assert first is not None
    assert first.compared
    assert first[1:] == (0, 0), [str(row) for row in Break.objects.all()]
    for _ in range(3):
        room.trade(60)
        room.project()
        assert room.look()[1:] == (0, 0), list(Break.objects.values())
    assert not CopiedTrade.objects.exists(), "each printed trade had its row and both its fills"
    assert drop_copy_told()[0] == 0
    assert not Alert.objects.filter(kind="drop_copy").exists()


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("cum_quantity", "cum_quantity - 0.00000001"),
        ("leaves_quantity", "leaves_quantity + 1"),
        ("cum_notional", "cum_notional + 0.0000000000000001"),
        ("price", "coalesce(price, 0) + 0.01"),
        ("event_count", "event_count + 1"),
    ],
)
def test_a_hand_in_an_orders_row_is_told_and_let_go_when_it_is_undone(room, column, change) -> None:
    room.look()
    order, account = busy_order()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM orders_order WHERE id = %s", [order])
        (was,) = cursor.fetchone()
    sql(f"UPDATE orders_order SET {column} = {change} WHERE id = %s", order)
    assert room.look()[1:] == (1, 0)
    found = Break.objects.get()
    assert (found.kind, found.account, found.subject, found.field) == ("order", account, order, column)
    assert Decimal(found.expected if was is not None else 0) == (was or 0)
    alert = Alert.objects.get(kind="drop_copy")
    assert (alert.severity, alert.created_at) == ("critical", room.now)
    for word in (account, order, column, found.expected, found.actual, str(found.seq)):
        assert word in alert.text
    assert room.look()[1:] == (0, 0), "told once"
    sql(f"UPDATE orders_order SET {column} = %s WHERE id = %s", was, order)
    assert room.look()[1:] == (0, 1)
    assert Break.objects.get().cleared_at == room.now
    told = AuditEntry.objects.filter(chain="drop_copy").order_by("seq").values_list("action", flat=True)
    assert list(told) == ["break_found", "break_cleared"]


def test_a_position_that_was_changed_by_hand_is_told_with_its_account(room) -> None:
    room.look()
    sql("UPDATE reporting_position SET quantity = quantity + 5 WHERE id = (SELECT min(id) FROM reporting_position)")
    assert room.look()[1:] == (1, 0)
    found = Break.objects.get()
    assert (found.kind, found.field, Decimal(found.actual) - Decimal(found.expected)) == ("position", "quantity", 5)


def test_books_that_were_changed_by_hand_are_told_by_account_and_by_asset(room) -> None:
    room.look()
    sql(
        "UPDATE reporting_ledgeraccount SET balance = balance + 5 WHERE id = (SELECT min(id) FROM reporting_ledgeraccount WHERE"
        " owner = 'ACME-1' AND asset_type = 'instrument')"
    )
    assert room.look()[1:] == (2, 0)
    found = {row.field: row for row in Break.objects.filter(kind="ledger")}
    assert (found["securities"].account, found["sum"].account) == ("ACME-1", "")
    assert Decimal(found["securities"].actual) - Decimal(found["securities"].expected) == 5
    assert Decimal(found["sum"].actual) == 5


def test_cash_that_was_changed_by_hand_is_told_by_account_though_the_sum_is_right(room) -> None:
    assert room.look()[1:] == (0, 0), "what the books have is what the log, the fees and the cash put in say"
    held = "(SELECT min(id) FROM reporting_ledgeraccount WHERE owner = %s AND asset = 'USD')"
    for owner, by in (("ACME-1", 5), ("ZEN-1", -5)):
        sql(f"UPDATE reporting_ledgeraccount SET balance = balance + %s WHERE id = {held}", by, owner)
    assert room.look()[1:] == (2, 0)
    found = {row.account: row for row in Break.objects.filter(kind="ledger", field="cash", subject="USD")}
    assert {account: Decimal(row.actual) - Decimal(row.expected) for account, row in found.items()} == {"ACME-1": 5, "ZEN-1": -5}


def test_verify_state_makes_the_ledger_anew_and_tells_what_was_changed(room) -> None:
    told = verification.verify_ledger()
    assert told.compared > 0
    assert told.differences == []
    sql("UPDATE reporting_ledgeraccount SET balance = balance + 5 WHERE id = (SELECT min(id) FROM reporting_ledgeraccount)")
    assert len(verification.verify_ledger().differences) == 1


def test_rows_that_nobody_printed_and_rows_that_are_missing_are_told(room) -> None:
    sql("UPDATE matching_trade SET price = price + 1 WHERE id = (SELECT min(id) FROM matching_trade)")
    sql("DELETE FROM reporting_position WHERE id = (SELECT min(id) FROM reporting_position WHERE quantity <> 0)")
    sql("UPDATE orders_accountstream SET account_seq = account_seq + 1 WHERE account = 'ACME-1'")
    assert room.look()[1:] == (3, 0)
    assert sorted(Break.objects.values_list("kind", "field")) == [("account", "account_seq"), ("position", "quantity"), ("trade", "row")]


def test_an_account_in_flight_is_no_break(room) -> None:
    """The log goes on and the projection does not: compared is what the tables have taken, and when they come up, that."""
    room.look()
    before = consumed("drop_copy")
    room.trade(80)
    assert room.look()[1:] == (0, 0)
    assert consumed("drop_copy") == before == consumed("core")
    room.project()
    assert room.look()[1:] == (0, 0)
    assert consumed("drop_copy") == consumed("core") != before


def test_tables_that_are_built_anew_are_waited_for(room) -> None:
    room.look()
    sql(
        'UPDATE bus_consumedoffset SET "offset" = "offset" - 1 WHERE id = '
        "(SELECT min(id) FROM bus_consumedoffset WHERE \"group\" = 'core' AND topic = 'executions' AND \"offset\" > 0)"
    )
    assert room.look() == Look(None)
    assert not Break.objects.exists()


def test_a_fill_without_a_trade_printed_is_told_and_stays(room) -> None:
    room.look()
    while len(room.floor.trades) == room.told[0]:
        room.floor.step()
    room.told[0] = len(room.floor.trades)
    room.trade(1)
    room.project()
    assert room.look().found > 0
    assert set(Break.objects.values_list("kind", flat=True)) == {"fill"}
    assert room.look()[1:] == (0, 0)


def test_two_looks_at_once_are_one(room) -> None:
    from django.db import connections

    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('drop_copy', 1))")
            assert room.look() is None
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended('drop_copy', 1))")
    finally:
        other.close()
    assert room.look() is not None


def test_it_reads_by_offsets_of_its_own(room) -> None:
    room.look()
    assert consumed("drop_copy") == consumed("core")
    assert sum(consumed("core").values()) == room.told[1]
