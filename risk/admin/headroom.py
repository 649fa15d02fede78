"""Beside each limit, who uses most of it: worked out once a page."""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from risk import selectors
from risk.domain.rule_use import RuleUse
from risk.models import Limit
from schemas.units import format_units, grouped

MARKS = {"calm": "", "warn": "▲ 70 %", "alarm": "▲▲ 90 %", "full": "■ full"}
"""Levels in a sign and words, so that none is told by its color alone."""


class LimitList(ChangeList):
    """The list of limits, each row knowing its most pressing use."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        mark_uses(self.result_list)


def mark_uses(limits: Any) -> None:
    """Give each limit `most_used`: (account, use) of the account nearest to it among those it binds, None where it binds nobody."""
    most = selectors.most_used(timezone.now())
    for limit in limits:
        limit.most_used = most.get((limit.scope, limit.key, limit.rule))


def headroom(limit: Limit) -> str:
    """The use in words: who, how much, what is left, how near."""
    if not hasattr(limit, "most_used"):
        mark_uses([limit])
    most: tuple[str, RuleUse] | None = limit.most_used  # type: ignore[attr-defined] # given by mark_uses
    return "-" if most is None else told(*most)


def told(account: str, use: RuleUse) -> str:
    """One use as a cell."""
    return format_html(
        '<span class="use use-{}">{} {} <b>{} %</b>, {} left {}</span>',
        use.level.value,
        account,
        use.symbol,
        use.percent if use.percent is not None else "-",
        "-" if use.headroom is None else grouped(format_units(use.headroom)),
        MARKS[use.level.value],
    )
