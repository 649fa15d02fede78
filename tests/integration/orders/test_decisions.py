"""Why an order was refused: what risk's answer rests on is kept with the step, told by REST and on the order's page."""

import pytest
from django.test import Client

from risk.domain.roles import Role
from schemas.units import to_units
from tests.integration.orders.conftest import person
from tests.integration.orders.test_admin import staff
from tests.integration.orders.test_projection import deliver

pytestmark = pytest.mark.usefixtures("market")
DECISION = (
    '{"price":18125000000,"reference":{"bid":18100000000,"ask":18110000000,"partition":3,"offset":77,"age_us":250000},'
    '"results":[["kill","p",null,null],["max_quantity","p",100000000000,10000000000],["max_position","f",5000000000,10000000000]]}'
)


@pytest.fixture
def refused(submit, log) -> str:
    order = submit()
    told = {"reason": "position_too_large", "rule": "max_position", "limit": "50", "actual": "100", "message": "<i>too large</i>"}
    deliver(log.step(order, "rejected", prefix="E", leaves_quantity=0, decision=DECISION, **told))
    return order["id"]


def test_the_event_explains_the_decision(refused, trader) -> None:
    client = Client()
    client.force_login(trader)
    (event,) = client.get(f"/api/orders/{refused}/events").json()["results"]
    decision = event["decision"]
    assert (decision["price"], decision["reference"]["bid"], decision["reference"]["offset"]) == ("181.25", "181", 77)
    rows = [(row["rc"], row["rule"], row["outcome"], row["limit"], row["actual"]) for row in decision["checks"]]
    assert rows == [
        ("RC2", "kill", "p", None, None),
        ("RC6", "max_quantity", "p", "1000", "100"),
        ("RC16", "max_position", "f", "50", "100"),
    ]
    assert "cancel open orders or send less" in decision["checks"][-1]["words"]


def test_the_page_of_the_order_shows_it_check_by_check(refused) -> None:
    page = staff(person("risk1", Role.RISK), "view_order").get(f"/admin/orders/order/{refused}/change/").content.decode()
    assert 'class="outcome-f"><td>RC16</td><td>max_position</td><td>50</td><td>100</td>' in page
    assert "bid 181, ask 181.1, 250 ms old" in page
    assert "<i>too large" not in page


def test_a_step_without_a_decision_tells_none(submit, log, trader) -> None:
    order = submit(quantity=to_units(5))
    deliver(log.step(order, "pending_new", prefix="E"))
    client = Client()
    client.force_login(trader)
    (event,) = client.get(f"/api/orders/{order['id']}/events").json()["results"]
    assert event["decision"] is None
