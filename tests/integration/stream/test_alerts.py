"""The desk's channel: alerts as they are raised and acknowledged, for the roles of the desk, with nothing lost."""

from collections.abc import Callable

import pytest

from tests.integration.stream.clients import Client
from tests.live import Live

RAISE = "services.raise_alert(key='{key}', kind='test', severity='warning', text='look: {key}', now=timezone.now())"
IMPORTS = (
    "from django.utils import timezone; from django.contrib.auth.models import Group, User; from oms_site.infra.alerts import services"
)


def shell(live: Live, statement: str) -> None:
    live.manage("shell", "--verbosity=0", "-c", f"{IMPORTS}; {statement}")


@pytest.mark.parametrize("name", ["trader1", "sales", "viewer"])
def test_who_is_not_of_the_desk_hears_nothing(client: Callable[[str], Client], name: str) -> None:
    mine = client(name)
    assert mine.answer("alerts", "desk")["data"]["code"] == "key_unknown"
    mine.ping()


@pytest.mark.parametrize("key", ["", "ACME-1", "IBM", "DESK"])
def test_the_channel_has_one_key(client: Callable[[str], Client], key: str) -> None:
    assert client("ops1").answer("alerts", key)["data"]["code"] == "key_unknown"


def test_an_alert_comes_at_once_and_again_when_it_is_acknowledged(live_stack: Live, client: Callable[[str], Client]) -> None:
    mine, late = client("ops1"), client("risk1")
    head = mine.answer("alerts", "desk")
    assert head["type"] == "snapshot"
    shell(live_stack, RAISE.format(key="one"))
    raised = mine.take_of("alerts")
    assert (raised["type"], raised["seq"], raised["data"]["text"]) == ("update", head["seq"] + 1, "look: one")
    by = "User.objects.get(username='ops2')"
    shell(live_stack, f"services.acknowledge(actor={by}, pk={raised['data']['id']}, now=timezone.now())")
    seen = mine.take_of("alerts")
    assert (seen["seq"], seen["data"]["id"], seen["data"]["acknowledged_by"]) == (head["seq"] + 2, raised["data"]["id"], "ops2")
    first = late.answer("alerts", "desk", from_seq=head["seq"] + 1)
    assert [first, late.take_of("alerts")] == [raised, seen], "who was away gets every step"


def test_a_role_taken_away_ends_the_subscription(live_stack: Live, client: Callable[[str], Client]) -> None:
    mine = client("risk2")
    assert mine.answer("alerts", "desk")["type"] == "snapshot"
    become = "User.objects.get(username='risk2').groups.set(Group.objects.filter(name__in={}))"
    shell(live_stack, become.format(["viewer"]))
    try:
        frame = mine.take_of("alerts", timeout=6)
        while frame["type"] == "update":  # what is done in a shell is itself an alert
            frame = mine.take_of("alerts", timeout=6)
        assert (frame["type"], frame["data"]["code"]) == ("error", "forbidden")
        mine.ping()
    finally:
        shell(live_stack, become.format(["risk", "demo"]))
