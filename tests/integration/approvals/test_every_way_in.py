"""Nobody approves the own request: every kind the product has, by every way in, a superuser too. A new kind is covered by being one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
import pytest
from django.contrib.auth.models import Group, User
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.kinds import KINDS, Told
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.states import State
from oms_site.infra.errors import OmsError
from oms_site.people import roles_sync

pytestmark = pytest.mark.servers

PRODUCT = sorted(KINDS)
PAGE = "/admin/approvals/changerequest/"
Decided = dict[str, Any]


def decided(request: ChangeRequest, by: User) -> Decided:
    """What an approval writes."""
    return {"state": State.APPROVED, "decided_by": by, "decided_at": timezone.now(), "decision_reason": "I agree with myself"}


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def by_service(request: ChangeRequest, person: User) -> None:
    approvals.request_approve(actor=person, pk=request.pk, reason="I agree", now=timezone.now())


def by_break_glass_review(request: ChangeRequest, person: User) -> None:
    approvals.request_review(actor=person, pk=request.pk, reason="I agree", now=timezone.now())


def by_address(request: ChangeRequest, person: User) -> None:
    browser(person).post(f"{PAGE}{request.pk}/approve/", {"reason": "I agree"})


def by_bulk_action(request: ChangeRequest, person: User) -> None:
    for action in ("approve", "request_approve", "delete_selected"):
        browser(person).post(PAGE, {"action": action, "_selected_action": [str(request.pk)], "post": "yes"})


def by_form(request: ChangeRequest, person: User) -> None:
    sent = {"state": "approved", "decided_by": str(person.pk), "decided_at_0": "2026-11-24", "decided_at_1": "15:00:00", "_save": "Save"}
    browser(person).post(f"{PAGE}{request.pk}/change/", sent)
    browser(person).post(f"{PAGE}add/", sent)


def by_row(request: ChangeRequest, person: User) -> None:
    for name, value in decided(request, person).items():
        setattr(request, name, value)
    request.save()


def by_row_that_says_it_is_break_glass(request: ChangeRequest, person: User) -> None:
    ChangeRequest.objects.filter(pk=request.pk).update(break_glass=True, **decided(request, person))


def by_rows(request: ChangeRequest, person: User) -> None:
    ChangeRequest.objects.filter(pk=request.pk).update(**decided(request, person))


def by_bulk_update(request: ChangeRequest, person: User) -> None:
    for name, value in decided(request, person).items():
        setattr(request, name, value)
    ChangeRequest.objects.bulk_update([request], list(decided(request, person)))


def by_row_in_the_name_of_another(request: ChangeRequest, person: User) -> None:
    ChangeRequest.objects.filter(pk=request.pk).update(**decided(request, User.objects.get(username="somebody")))


def by_row_with_triggers_left_out(request: ChangeRequest, person: User) -> None:
    with pgtrigger.ignore():
        by_row_in_the_name_of_another(request, person)


def by_sql(request: ChangeRequest, person: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE approvals_changerequest SET state = 'approved', decided_by_id = %s, decided_at = now() WHERE id = %s",
            [person.pk, request.pk],
        )


def by_sql_straight_to_used(request: ChangeRequest, person: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE approvals_changerequest SET state = 'used', decided_by_id = %s, decided_at = now(), used_at = now() WHERE id = %s",
            [User.objects.get(username="somebody").pk, request.pk],
        )


def by_a_row_made_approved(request: ChangeRequest, person: User) -> None:
    values = {field.attname: getattr(request, field.attname) for field in ChangeRequest._meta.fields if not field.primary_key}
    ChangeRequest.objects.create(**values | decided(request, User.objects.get(username="somebody")))


def by_asking_in_another_name(request: ChangeRequest, person: User) -> None:
    ChangeRequest.objects.filter(pk=request.pk).update(requested_by=User.objects.get(username="somebody"))


def by_using_it_unapproved(request: ChangeRequest, person: User) -> None:
    approvals.require(request, kind=request.kind, payload=request.payload, now=timezone.now())


WAYS: tuple[Callable[[ChangeRequest, User], None], ...] = (
    *(by_service, by_break_glass_review, by_address, by_bulk_action, by_form, by_row, by_row_that_says_it_is_break_glass, by_rows),
    *(by_bulk_update, by_row_in_the_name_of_another, by_row_with_triggers_left_out, by_sql, by_sql_straight_to_used),
    *(by_a_row_made_approved, by_asking_in_another_name, by_using_it_unapproved),
)
HANDS_OFF = {by_address, by_bulk_action, by_form}
"""Ways that answer with a page; the others raise."""


def words(payload: Any) -> Told:
    return Told("whatever it is", {}, ())


def allowed(name: str, kind: str, *, superuser: bool) -> User:
    """Somebody who may ask for and decide this kind."""
    user = User.objects.create_user(name, is_staff=True, is_superuser=superuser)
    user.groups.set(Group.objects.filter(name__in=[str(role) for role in KINDS[kind].may_request | KINDS[kind].may_approve]))
    return user


def asked(kind: str, person: User, now: datetime) -> ChangeRequest:
    until = None if KINDS[kind].lasts is None else now + timedelta(seconds=30)
    payload = {"about": "a test"}
    return approvals.request_submit(actor=person, kind=kind, payload=payload, reason="it is needed", now=now, revert_at=until)


def test_there_are_kinds() -> None:
    assert {"dead_letter_replay", "trade_correct"} <= set(PRODUCT)


@pytest.mark.django_db
@pytest.mark.parametrize("superuser", [False, True], ids=["of the role", "superuser"])
@pytest.mark.parametrize("kind", PRODUCT)
def test_nobody_approves_the_own_request(kind: str, superuser: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    roles_sync()
    monkeypatch.setitem(KINDS, kind, replace(KINDS[kind], describe=words, owners=lambda _: frozenset()))
    allowed("somebody", kind, superuser=False)
    person = allowed("myself", kind, superuser=superuser)
    request = asked(kind, person, timezone.now())
    for way in WAYS:
        again = ChangeRequest.objects.get(pk=request.pk)
        if way in HANDS_OFF:
            way(again, person)
        else:
            with pytest.raises((OmsError, DatabaseError)), transaction.atomic():
                way(again, person)
        row = ChangeRequest.objects.get()
        stands = (row.state, row.decided_by, row.decided_at, row.used_at, row.requested_by, row.break_glass)
        assert stands == ("requested", None, None, None, person, False), way.__name__
