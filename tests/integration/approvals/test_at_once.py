"""Two people press at once: one decision, one use, and the other hears that it is done."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.audit.selectors import first_broken_link
from oms_site.infra.errors import OmsError
from tests.integration.approvals.conftest import LATER, SOON, Asking, approve, is_open

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]
People = dict[str, User]


def at_once(*acts: Callable[[], Any]) -> Counter[str]:
    """Begin all together; what came of each: `done`, or the name of the refusal."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        try:
            start.wait(timeout=10)
            act()
        except OmsError as refusal:
            return type(refusal).__name__
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return Counter(threads.map(run, acts))


def told(request: ChangeRequest) -> list[str]:
    return list(
        AuditEntry.objects.filter(object_type="change_request", object_id=str(request.pk)).order_by("seq").values_list("action", flat=True)
    )


def test_two_deciders_at_once_one_wins(ask: Asking, people: People) -> None:
    request = ask()
    approving = [lambda: approve(people["ops2"], request), lambda: approve(people["risk1"], request)]
    assert at_once(*approving * 3) == {"done": 1, "RequestClosed": 5}
    assert Group.objects.filter(name="north").count() == 1
    assert told(request) == ["request_made", "request_approved", "request_used"]
    assert first_broken_link() is None


def test_approving_and_rejecting_at_once_is_one_of_both(ask: Asking, people: People) -> None:
    request = ask()
    outcome = at_once(
        lambda: approve(people["ops2"], request),
        lambda: approvals.request_reject(actor=people["risk1"], pk=request.pk, reason="not today", now=SOON),
    )
    assert outcome == {"done": 1, "RequestClosed": 1}
    request.refresh_from_db()
    assert (request.state == "used") == is_open()


def test_approving_and_withdrawing_at_once_is_one_of_both(ask: Asking, people: People) -> None:
    request = ask()
    outcome = at_once(
        lambda: approve(people["ops2"], request),
        lambda: approvals.request_withdraw(actor=people["ops1"], pk=request.pk, reason="wrong gate", now=SOON),
    )
    assert outcome == {"done": 1, "RequestClosed": 1}
    request.refresh_from_db()
    assert (request.state == "used") == is_open()


def test_an_approval_is_used_once_however_many_try(ask: Asking, people: People) -> None:
    letter = approve(people["ops2"], ask(kind="letter"))
    assert at_once(*[lambda: approvals.carry_out(letter, now=SOON)] * 6) == {"done": 1, "ApprovalNeeded": 5}
    assert Group.objects.filter(name="north").count() == 1


def test_the_clock_in_two_processes_undoes_once(ask: Asking, people: People) -> None:
    request = approve(people["ops2"], ask(kind="hatch", revert_at=LATER))
    assert at_once(*[lambda: approvals.requests_revert(now=LATER)] * 4) == {"done": 4}
    assert told(request).count("request_reverted") == 1


def test_a_request_expires_or_is_approved_never_both(ask: Asking, people: People) -> None:
    request = ask(kind="letter", expires_at=LATER)
    at_once(lambda: approve(people["ops2"], request), lambda: approvals.requests_expire(now=LATER))
    request.refresh_from_db()
    assert request.state in {"approved", "expired"}
    assert told(request)[0] == "request_made"
    assert len(told(request)) in {2, 3}, "an approved one may still expire unused"
