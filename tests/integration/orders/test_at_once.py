"""Cancels, replaces, entry and projection at the same moment: no deadlock, nothing lost, one command an accepted cancel."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import Conflict
from orders import services
from orders.domain.entry import Replacement, Scope
from orders.models import Execution, Order
from risk.domain.roles import Role
from schemas.codec import decode
from schemas.messages import OrderCommand
from schemas.units import to_units
from tests.integration.orders.conftest import NOW, Log, fill_market, new_order, person
from tests.integration.orders.test_projection import deliver, life


@pytest.mark.django_db(transaction=True)
def test_requests_and_projection_do_not_stand_in_each_others_way() -> None:
    fill_market()
    actor = person("trader1", Role.TRADER, "ACME-1")
    entered = services.orders_submit(actor=actor, items=[new_order()] * 60, now=NOW, request_id="r", unique=0).answers
    orders = [answer["order"] for answer in entered]
    log = Log()
    batches = [[record for order in reversed(orders[start::6]) for record in life(log, order)] for start in range(6)]
    accepted: Counter[str] = Counter()

    def project() -> None:
        for batch in batches:
            with transaction.atomic():
                deliver(*batch)

    def ask(start: int) -> None:
        for order in orders[start::2]:
            for _ in range(2):
                try:
                    services.order_replace(
                        actor=actor, order_id=order["id"], wanted=Replacement(to_units(90), None, None), now=NOW, request_id="r"
                    )
                    services.order_cancel(actor=actor, order_id=order["id"], now=NOW, request_id="r")
                    accepted[order["id"]] += 1
                except Conflict:
                    continue

    def enter() -> None:
        for index in range(10):
            services.order_submit(actor=actor, order=new_order(), now=NOW, request_id="r", unique=10_000 + index)
            services.orders_mass_cancel(actor=actor, scope=Scope(None, "EURUSD", None, None), now=NOW, request_id="r")

    def run(work: Any, *arguments: Any) -> None:
        try:
            work(*arguments)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(run, *work) for work in ((project,), (ask, 0), (ask, 1), (enter,))]:
            done.result(60)
    assert Execution.objects.count() == 240
    assert set(Order.objects.filter(pk__in=[order["id"] for order in orders]).values_list("status", flat=True)) == {"filled"}
    cancels = Counter(
        command.id for row in OutboxMessage.objects.all() if (command := decode(OrderCommand, bytes(row.body))).command == "cancel"
    )
    assert cancels == Counter(dict.fromkeys(accepted, 1))
