"""How often orders were refused: what the risk home needs to know of the room above it."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count
from django.db.models.functions import TruncHour

from orders.models import Execution
from schemas.enums import ExecType

_REFUSED = (ExecType.REJECTED.value, ExecType.REPLACE_REJECTED.value)


def by_hour(since: datetime) -> Sequence[tuple[datetime, str, int]]:
    """(hour, code, count) of rejected orders and replaces since a moment."""
    refused = Execution.objects.filter(time__gte=since, type__in=_REFUSED, reason__isnull=False).order_by()
    return list(refused.annotate(hour=TruncHour("time")).values_list("hour", "reason").annotate(number=Count("pk")))
