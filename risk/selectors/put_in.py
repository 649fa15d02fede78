"""Cash and positions that two people have put in by hand, and FX rates."""

from typing import NamedTuple

from django.db.models import QuerySet

from oms_site.infra.approvals.models import ChangeRequest
from risk.domain.settings import SettingScope
from risk.models import Setting
from schemas.units import ONE, to_units


class Rate(NamedTuple):
    """Units of the second currency for one of the first, as `numerator / denominator`: whose rate it is, and of which date (ISO)."""

    numerator: int
    denominator: int
    source: str
    date: str


def put_in(approval: ChangeRequest | None = None) -> QuerySet[Setting]:
    """Deposits, withdrawals and positions, in the order they were set; only what this request let through where one is given."""
    rows = Setting.objects.filter(scope__in=[SettingScope.CASH.value, SettingScope.POSITION.value]).order_by("pk")
    return rows if approval is None else rows.filter(approval=approval)


def fx_rates() -> dict[tuple[str, str], Rate]:
    """The rates that stand, by pair; each pair the other way round too, unless that has a rate of its own."""
    told: dict[tuple[str, str], Rate] = {}
    inverse: dict[tuple[str, str], Rate] = {}
    for row in Setting.objects.filter(scope=SettingScope.FX.value, current=True, value__isnull=False):
        first, _, second = row.key.partition("/")
        units, source, date = to_units(row.value or 0), row.details.get("source", ""), row.details.get("date", "")
        told[first, second] = Rate(units, ONE, source, date)
        inverse[second, first] = Rate(ONE, units, source, date)
    return inverse | told
