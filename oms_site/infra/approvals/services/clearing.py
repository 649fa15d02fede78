"""What happens to requests by the clock: those whose time is over expire, and what was allowed for a time is undone."""

from datetime import datetime

import structlog
from django.db import transaction

from oms_site.infra import metrics
from oms_site.infra.approvals import selectors
from oms_site.infra.approvals.kinds import Act
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.services.journal import begun_by, tell
from oms_site.infra.approvals.states import WAITING, State
from oms_site.infra.tracking.context import going_on_with

log = structlog.get_logger(__name__)


def requests_expire(*, now: datetime) -> int:
    """End every request nobody decided (or carried out) in time; how many."""
    with transaction.atomic():
        late = ChangeRequest.objects.select_for_update(of=("self",), skip_locked=True).filter(state__in=WAITING, expires_at__lte=now)
        requests = list(late.order_by("id"))
        for request in requests:
            tell("request_expired", request, actor=None, now=now, request_id="", was=request.state)
            request.state = State.EXPIRED
            request.save(update_fields=["state"])
    return len(requests)


def requests_revert(*, now: datetime) -> int:
    """Undo what is due, each for itself: one that cannot be undone now does not keep the others, and is tried again. How many were."""
    due = ChangeRequest.objects.filter(state=State.USED, revert_at__lte=now).order_by("revert_at", "id")
    return sum(_reverted(pk, now) for pk in due.values_list("pk", flat=True))


def _reverted(pk: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            locked = ChangeRequest.objects.select_for_update(of=("self",), skip_locked=True).select_related("requested_by")
            request = locked.filter(pk=pk, state=State.USED).first()
            if request is None:  # another run has it
                return False
            revert = selectors.kind_of(request).revert
            if revert is None:
                raise RuntimeError(f"kind {request.kind} cannot be undone")
            with going_on_with(begun_by(request)):
                done = revert(Act(request, now, ""))
            tell("request_reverted", request, actor=None, now=now, request_id="", outcome=done)
            request.state, request.reverted_at = State.REVERTED, now
            request.save(update_fields=["state", "reverted_at"])
    except Exception:  # what one room's service raises must not keep the others' requests in force
        metrics.REVERSIONS_FAILED.inc()
        log.exception("reversion_failed", request=pk)
        return False
    return True
