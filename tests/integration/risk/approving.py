"""Two people's way to what one may not do alone: ask, and let another agree."""

from typing import Any

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from tests.integration.risk.conftest import LATER


def agree(actor: Any, request: ChangeRequest, now: Any = LATER) -> ChangeRequest:
    """Agree to it; it is carried out."""
    return approvals.request_approve(actor=actor, pk=request.pk, reason="looked at it", now=now)
