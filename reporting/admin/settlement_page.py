"""What the page of a settlement instruction shows above its fields: what it is, its timeline, its entries, and ways on."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from oms_site.infra.rest import decimal_text
from reporting import selectors
from reporting.domain.objects import wide_text
from reporting.models import SettlementObligation, SettlementStep


def instruction_page(row: SettlementObligation, now: datetime) -> dict[str, Any]:
    """The context of the page, of an instruction this person may see."""
    rules = selectors.settlement_rules()
    cost = selectors.penalty_accrued(row, now.date(), rules)
    days = selectors.days_open(row, now.date())
    return {
        "headline": f"{row.side.capitalize()} {decimal_text(row.quantity)} {row.symbol_id} for {decimal_text(row.amount)} {row.currency}",
        "facts": [(name, value) for name, value in _facts(row, days, wide_text(cost) if cost else "") if value],
        "steps": [(step, _moved(step)) for step in selectors.steps_of(row)],
        "entries": selectors.entries_of_instruction(row).order_by("id"),
        "members": selectors.members_of(row).order_by("id")[:100],
        "ways": _ways(row),
        "now": now,
    }


def _facts(row: SettlementObligation, days: int, cost: str) -> list[tuple[str, str | None]]:
    return [
        ("due", str(row.settlement_date)),
        ("days late", str(days) if days else ""),
        ("settled", f"{decimal_text(row.settled_quantity)} against {decimal_text(row.settled_amount)}" if row.deliveries else ""),
        ("open", decimal_text(selectors.open_quantity(row))),
        ("reason", row.reason.replace("_", " ")),
        ("whose fault", row.fault),
        ("owner", "" if row.owner is None else row.owner.get_username()),
        ("penalties paid", decimal_text(row.penalties) if row.penalties else ""),
        ("penalty so far, if it settled today", cost),
        ("netted into", row.net_id),
    ]


def _moved(step: SettlementStep) -> str:
    """What a step moved and cost, in words."""
    told = {
        "moved": f"{decimal_text(step.quantity)} against {decimal_text(step.amount)}" if step.entry else "",
        "penalty": decimal_text(step.penalty) if step.penalty else "",
        "buy-in cost": decimal_text(step.compensation) if step.compensation else "",
        "reason": step.reason.replace("_", " "),
    }
    return "; ".join(f"{name} {value}" for name, value in told.items() if value)


def _ways(row: SettlementObligation) -> list[tuple[str, str]]:
    """To the fills and entries of its trade, and to what it was netted into."""
    ways = []
    if row.trade_id:
        query = urlencode({"q": row.trade_id})
        ways += [("Find its trade, orders and fills", f"{reverse('admin:find')}?{query}")]
        ways += [("Ledger entries of its trade", f"{reverse('admin:reporting_journalentry_changelist')}?{query}")]
    if row.net_id:
        ways.append(("The net instruction", reverse("admin:reporting_settlementobligation_change", args=[row.net_id])))
    return ways
