"""A trader who is gone loses the orders of the day after the grace period, however the connection ended; who comes back loses nothing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from oms_site.infra.alerts.models import Alert
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from orders import services
from orders.models import Disconnection, Heartbeat, TraderSocket
from risk import services as risk_services
from risk.domain.roles import Role
from schemas.codec import decode
from schemas.messages import OrderCommand
from tests.entitled import entitle
from tests.integration.orders.conftest import NOW, person

WEB = "web-1"


def at(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)


class Floor:
    """One trader, the web process with the sockets, and the sweep that looks every second."""

    def __init__(self, user: Any) -> None:
        self.user, self.open, self.swept = user, {}, -20

    def seen(self, seconds: float, process: str = WEB, **sockets: int | None) -> None:
        """The process tells that it lives with these sockets."""
        told = [services.Seen(name, self.user.pk, grace) for name, grace in sockets.items()]
        services.sockets_seen(process=process, sockets=told, now=at(seconds))

    def sweep(self, until: float) -> int:
        """Look every second until then; how many were canceled for."""
        found = 0
        while self.swept < until:
            self.swept += 1
            found += services.disconnections_sweep(now=at(self.swept))
        return found

    def states(self) -> list[tuple[str, str]]:
        return list(Disconnection.objects.order_by("id").values_list("account", "state"))

    def commands(self) -> list[OrderCommand]:
        bodies = OutboxMessage.objects.order_by("id").values_list("body", "schema_version")
        found = [decode(OrderCommand, bytes(body), version) for body, version in bodies]
        return [command for command in found if command.command == "mass_cancel"]


@pytest.fixture
def floor(trader) -> Floor:
    made = Floor(trader)
    made.sweep(0)
    return made


def limit(scope: str, key: str, seconds: int) -> None:
    actor = person("risk9", Role.RISK)
    risk_services.limit_set(actor=actor, scope=scope, key=key, rule="disconnect_grace", value=Decimal(seconds), now=at(-30))


def test_orders_of_the_day_are_canceled_when_the_grace_is_over_and_not_before(floor, submit) -> None:
    submit(), submit(tif="ioc", type="market", price=None), submit(tif="gtc")
    floor.seen(0, algo=5)
    services.sockets_gone(ids=["algo"], now=at(1))
    assert (floor.sweep(5), floor.states(), floor.commands()) == (0, [("", "waiting")], [])
    assert floor.sweep(6) == 1
    (command,) = floor.commands()
    assert (command.account, command.trader, command.user, command.reason) == ("ACME-1", "trader1", "trader1", "disconnected")
    assert command.attributes == {"spare_good_till": 1}
    assert (Disconnection.objects.get().state, Disconnection.objects.get().orders) == ("canceled", 2)
    told = AuditEntry.objects.filter(chain="connections").order_by("seq").values_list("action", "actor_id")
    assert list(told) == [("connection_lost", None), ("connection_canceled", None)]
    assert AuditEntry.objects.get(action="orders_canceled_on_disconnect").detail["orders"] == 2
    assert Alert.objects.get(kind="disconnect").text.endswith("2 orders are being canceled")
    assert floor.sweep(30) == 0, "once for each loss"


@pytest.mark.parametrize("says", [5, 30, 0])
def test_who_is_back_in_time_loses_nothing(floor, submit, says) -> None:
    submit()
    floor.seen(0, algo=5)
    floor.seen(2)
    floor.sweep(4)
    floor.seen(5, again=says)
    assert (floor.sweep(10), floor.states(), floor.commands()) == (0, [("", "returned")], [])
    assert AuditEntry.objects.filter(action="connection_returned").count() == 1


def test_another_socket_that_says_nothing_of_it_is_no_return(floor, submit) -> None:
    submit()
    floor.seen(0, algo=5, blotter=None)
    floor.seen(2, blotter=None)
    assert floor.sweep(8) == 1


def test_who_takes_it_back_before_leaving_keeps_the_orders(floor, submit) -> None:
    submit()
    floor.seen(0, algo=5)
    floor.seen(1, algo=0)
    floor.seen(2)
    assert (floor.sweep(20), floor.states()) == (0, [])


def test_a_web_process_that_died_is_a_lost_connection_since_its_last_sign_of_life(floor, submit) -> None:
    submit()
    floor.seen(2, algo=3)
    assert floor.sweep(7) == 0
    assert TraderSocket.objects.count() == 1, "six seconds may pass between two signs of life"
    assert floor.sweep(8) == 1
    assert Disconnection.objects.get().lost_at == at(2)
    assert list(Heartbeat.objects.values_list("pk", flat=True)) == ["sweep"]


def test_the_traders_socket_in_another_process_counts(floor, submit) -> None:
    submit()
    floor.seen(0, algo=3)
    for second in range(0, 12, 2):
        floor.seen(second, "web-2", **{"algo-2": 3})
        assert floor.sweep(second) == 0
    assert floor.states() == []


def test_time_in_which_nobody_looked_counts_for_nobody(floor, submit) -> None:
    """The database was away for a minute: the process could not tell, and the sweep could not look."""
    submit()
    floor.seen(0, algo=3)
    services.sockets_gone(ids=["algo"], now=at(0.5))
    floor.seen(0.6, "web-2", other=None)
    floor.swept = 60
    assert floor.sweep(63) == 0
    assert TraderSocket.objects.get().pk == "other", "not taken for dead before it had the time to tell"
    assert floor.sweep(64) == 1, "the whole grace from when one could come back"


def test_a_limit_wants_it_of_who_did_not_ask(floor, submit) -> None:
    limit("trader", "trader1", 4)
    submit()
    floor.seen(1, blotter=0)
    floor.seen(2)
    assert floor.sweep(5) == 0
    assert floor.sweep(6) == 1
    assert len(floor.commands()) == 1


def test_a_limit_of_an_account_is_about_its_orders_alone(floor, submit) -> None:
    entitle(floor.user, "ZEN-1")
    limit("account", "ZEN-1", 4)
    submit(), submit(account="ZEN-1")
    floor.seen(1, blotter=None)
    floor.seen(2)
    assert floor.sweep(20) == 1
    assert [command.account for command in floor.commands()] == ["ZEN-1"]
    assert floor.states() == [("ZEN-1", "canceled")]


def test_nothing_open_raises_no_alert(floor) -> None:
    floor.seen(0, algo=5)
    floor.seen(2)
    assert floor.sweep(10) == 1
    assert Disconnection.objects.get().orders == 0
    assert not Alert.objects.exists()


def test_orders_of_others_stay(floor, submit) -> None:
    other = person("trader2", Role.TRADER, "ACME-1")
    submit()
    services.sockets_seen(process=WEB, sockets=[services.Seen("other", other.pk, 5)], now=at(0))
    services.sockets_gone(ids=["other"], now=at(1))
    assert floor.sweep(10) == 1
    assert floor.commands() == []
