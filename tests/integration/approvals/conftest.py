"""Two people of every role, and a gate that two of them open: a kind of request whose effect is one row."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.kinds import KINDS, Act, Change, Kind, Payload, Told
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.errors import Conflict, InvalidInput
from oms_site.people import roles_sync

NOW = datetime(2026, 11, 24, 15, 4, 5, 123456, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)
LATER = NOW + timedelta(hours=1)


def gate_open(*, name: str, approval: ChangeRequest | None, now: datetime) -> Group:
    """The protected service: makes a row, with an approval for exactly that."""
    with transaction.atomic():
        approvals.require(approval, kind="gate", payload={"name": name, "owner": approval and approval.payload["owner"]}, now=now)
        if name == "broken":
            raise Conflict("the gate is broken")
        return Group.objects.create(name=name)


def _told(payload: Payload) -> Told:
    if payload["name"] == "":
        raise InvalidInput("name: missing", field="name")
    return Told(f"Open gate {payload['name']}", {"Gate": payload["name"]}, (Change("Gate", "shut", "open"),))


def _carry_out(act: Act) -> str:
    return f"{gate_open(name=act.payload['name'], approval=act.request, now=act.now)} is open"


def _hatch(act: Act) -> str:
    approvals.require(act.request, kind=act.request.kind, payload=act.payload, now=act.now)
    return f"{Group.objects.create(name=act.payload['name'])} is open"


def _revert(act: Act) -> str:
    if act.payload["name"] == "stuck":
        raise Conflict("the gate is stuck")
    Group.objects.filter(name=act.payload["name"]).delete()
    return "shut"


ROLES = frozenset({"operations", "risk"})
GATE = Kind(
    name="gate",
    words="opening of a gate",
    may_request=ROLES,
    may_approve=ROLES,
    describe=_told,
    carry_out=_carry_out,
    owners=lambda payload: frozenset({payload["owner"]} - {None}),
)
HATCH = Kind(
    name="hatch",
    words="opening of a hatch",
    may_request=ROLES,
    may_approve=ROLES,
    describe=_told,
    carry_out=_hatch,
    revert=_revert,
    lasts=timedelta(hours=2),
)
FORGETFUL = Kind(
    name="forgetful",
    words="opening without a look at the approval",
    may_request=ROLES,
    may_approve=ROLES,
    describe=_told,
    carry_out=lambda act: str(Group.objects.create(name=act.payload["name"])),
)
LETTER = Kind(
    name="letter",
    words="sending of a letter",
    may_request=ROLES,
    may_approve=ROLES,
    describe=_told,
    carry_out=_hatch,
    deferred=True,
)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (GATE, HATCH, FORGETFUL, LETTER):
        monkeypatch.setitem(KINDS, kind.name, kind)


def member(name: str, role: str, **more: bool) -> User:
    """Somebody of a role, at the desk."""
    user = User.objects.create_user(name, is_staff=True, **more)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """By name: ops1, ops2, risk1, compliance, trader1, and admin, who is a superuser of operations."""
    roles_sync()
    roles = {"ops1": "operations", "ops2": "operations", "risk1": "risk", "compliance": "compliance", "trader1": "trader"}
    everybody = {name: member(name, role) for name, role in roles.items()}
    return everybody | {"admin": member("admin", "operations", is_superuser=True)}


Asking = Callable[..., ChangeRequest]


@pytest.fixture
def ask(people: dict[str, User]) -> Asking:
    """Ask for the gate (or another kind), by ops1 unless another is named."""

    def asked(name: str = "north", *, by: str = "ops1", kind: str = "gate", owner: Any = None, **more: Any) -> ChangeRequest:
        payload = {"name": name, "owner": owner}
        return approvals.request_submit(
            **{"actor": people[by], "kind": kind, "payload": payload, "reason": "it is needed", "now": NOW} | more
        )

    return asked


@pytest.fixture
def gate(ask: Asking) -> ChangeRequest:
    """One that waits."""
    return ask()


def approve(actor: User, request: ChangeRequest, *, now: datetime = SOON) -> ChangeRequest:
    """Agree to it."""
    return approvals.request_approve(actor=actor, pk=request.pk, reason="looked at it", now=now)


def is_open(name: str = "north") -> bool:
    """Whether it was done."""
    return Group.objects.filter(name=name).exists()
