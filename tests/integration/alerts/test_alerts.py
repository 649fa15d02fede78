"""Alerts: told once, numbered without a gap, until somebody of the desk acknowledges them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, transaction
from django.test import Client

from oms_site.infra.alerts import selectors, services
from oms_site.infra.alerts.models import Alert, AlertStep, Severity
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden, NotFound
from oms_site.infra.realtime import Publisher
from oms_site.people import roles_sync
from risk.domain.roles import Role

pytestmark = [pytest.mark.servers, pytest.mark.django_db]
NOW = datetime(2026, 11, 24, 15, 4, 5, 123456, tzinfo=UTC)
DESK = {Role.RISK, Role.OPERATIONS, Role.COMPLIANCE, Role.ADMIN}


def alert(key: str = "break-1", severity: str = "warning", **more: Any) -> Alert:
    values = {"kind": "drop_copy", "text": "a break", "now": NOW} | more
    return services.raise_alert(key=key, severity=severity, **values)


def member(role: Role) -> User:
    roles_sync()
    user = User.objects.create_user(f"{role}-person", is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    return user


def steps() -> list[tuple[int, str, bool]]:
    rows = AlertStep.objects.order_by("seq").values_list("seq", "data")
    return [(seq, data["severity"], data["acknowledged_by"] is not None) for seq, data in rows]


def test_the_same_is_told_once_while_it_is_open() -> None:
    assert alert().pk == alert().pk == alert(severity="info").pk
    assert steps() == [(1, "warning", False)]


def test_it_is_told_again_when_it_becomes_graver() -> None:
    first = alert()
    assert alert(severity="critical", text="it is worse").pk == first.pk
    assert (Alert.objects.get().severity, Alert.objects.get().text) == ("critical", "it is worse")
    assert steps() == [(1, "warning", False), (2, "critical", False)]


def test_after_it_was_acknowledged_the_same_is_a_new_alert() -> None:
    ops = member(Role.OPERATIONS)
    first = alert()
    seen, was_first = services.acknowledge(actor=ops, pk=first.pk, now=NOW, request_id="r")
    assert (seen.acknowledged_by, was_first) == (ops, True)
    assert services.acknowledge(actor=ops, pk=first.pk, now=NOW)[1] is False
    assert alert().pk != first.pk
    assert steps() == [(1, "warning", False), (2, "warning", True), (3, "warning", False)]
    assert AuditEntry.objects.filter(chain="alerts", action="alert_acknowledged").count() == 1


def test_an_unknown_severity_is_a_mistake_and_an_unknown_alert_not_found() -> None:
    with pytest.raises(ValueError, match="fatal"):
        alert(severity="fatal")
    with pytest.raises(NotFound):
        services.acknowledge(actor=member(Role.RISK), pk=0, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(key="k", kind="k", severity="fatal", text="x", created_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(key="k", kind="k", severity="info", text="x", created_at=NOW, acknowledged_at=NOW)


@pytest.mark.parametrize("role", sorted(Role))
def test_the_desk_acknowledges_and_nobody_else(role: Role) -> None:
    person, told = member(role), alert()
    if role in DESK:
        assert services.acknowledge(actor=person, pk=told.pk, now=NOW)[1]
        return
    with pytest.raises(Forbidden):
        services.acknowledge(actor=person, pk=told.pk, now=NOW)
    assert not Alert.objects.exclude(acknowledged_at=None).exists()


def test_a_reader_who_was_away_gets_every_step_as_it_was_told() -> None:
    ops, first = member(Role.OPERATIONS), alert()
    services.acknowledge(actor=ops, pk=first.pk, now=NOW)
    second = alert("break-2", "critical", link="/admin/")
    assert selectors.alert_heads(["desk", "other"]) == {"desk": 3}
    assert [(seq, data["id"], data["acknowledged_by"]) for seq, data in selectors.alerts_since("desk", 1)] == [
        (1, first.pk, None),
        (2, first.pk, ops.username),
        (3, second.pk, None),
    ]
    assert [seq for seq, _ in selectors.alerts_since("desk", 3)] == [3]
    assert selectors.alerts_snapshot("desk") == (3, [selectors.alert_object(second)])


def test_what_is_rolled_back_was_never_told() -> None:
    with transaction.atomic():
        alert()
        transaction.set_rollback(True)
    assert steps() == []
    alert()
    assert steps() == [(1, "warning", False)]


def test_it_is_pushed_after_commit_whole(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    pushed: list[Any] = []
    monkeypatch.setattr(Publisher, "push", lambda self, frames: pushed.extend(frames))
    with django_capture_on_commit_callbacks(execute=True):
        alert()
        assert pushed == []
    (frame,) = pushed
    assert (frame.channel, frame.key, frame.seq, frame.type) == ("alerts", "desk", 1, "update")
    assert b'"severity":"warning"' in frame.data()


@pytest.mark.django_db(transaction=True)
def test_steps_are_numbered_without_a_gap_when_many_raise_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Publisher, "push", lambda self, frames: True)

    def run(number: int) -> None:
        try:
            alert(f"break-{number % 5}")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(run, range(40)))
    assert [seq for seq, *_ in steps()] == [1, 2, 3, 4, 5]


# REST and the admin


def test_rest_lists_alerts_page_by_page_for_the_desk() -> None:
    client = Client()
    client.force_login(member(Role.COMPLIANCE))
    alerts = [alert(f"break-{number}", severity) for number, severity in enumerate(Severity.values)]
    services.acknowledge(actor=User.objects.get(), pk=alerts[0].pk, now=NOW)
    first = client.get("/api/alerts?page_size=2").json()
    assert [one["id"] for one in first["results"]] == [alerts[2].pk, alerts[1].pk]
    rest = client.get(first["next"]).json()
    assert rest["results"] == [
        {
            "id": alerts[0].pk,
            "kind": "drop_copy",
            "severity": "info",
            "text": "a break",
            "link": None,
            "created_at": "2026-11-24T15:04:05.123456Z",
            "acknowledged_by": "compliance-person",
            "acknowledged_at": "2026-11-24T15:04:05.123456Z",
        }
    ]
    assert rest["next"] is None
    for query, expected in {"state=open": 2, "state=acknowledged": 1, "severity=critical": 1, "state=open&severity=info": 0}.items():
        assert len(client.get(f"/api/alerts?{query}").json()["results"]) == expected
    for wrong in ("state=maybe", "severity=fatal", "nonsense=1", "state=open&state=open", "page_size=0"):
        assert client.get(f"/api/alerts?{wrong}").status_code == 400


@pytest.mark.parametrize("role", sorted(Role))
def test_the_admin_shows_them_to_the_desk_with_a_button_pressed_once(role: Role) -> None:
    client, person, told = Client(), member(role), alert(link="/admin/approvals/changerequest/1/change/")
    client.force_login(person)
    page, button = "/admin/alerts/alert/", f"/admin/alerts/alert/{told.pk}/acknowledge/"
    if role not in DESK:
        assert client.get(page).status_code == client.get(button).status_code == client.post(button).status_code == 403
        return
    listed = client.get(page).content.decode()
    assert button in listed
    assert 'href="/admin/approvals/changerequest/1/change/"' in listed
    assert "Say that you have seen this" in client.get(button).content.decode()
    assert not AuditEntry.objects.exists(), "asking does nothing"
    assert client.post(button).status_code == client.post(button).status_code == 302
    assert AuditEntry.objects.count() == 1
    assert button not in client.get(page).content.decode()
    assert client.get(f"{page}add/").status_code == client.post(f"{page}{told.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{page}{told.pk}/change/", {"text": "nothing"}).status_code == 403
    assert len(client.get(f"{page}?seen=no").content) < len(client.get(f"{page}?seen=yes").content)


def test_a_link_that_is_no_path_of_ours_is_not_a_link() -> None:
    client = Client()
    client.force_login(member(Role.RISK))
    alert(link="javascript:alert(1)")
    assert "javascript:" not in client.get("/admin/alerts/alert/").content.decode()
