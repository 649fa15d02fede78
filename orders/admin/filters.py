"""The filter of lists by account, which does not ask the whole list which there are."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from risk import selectors as risk_selectors

OFFERED = 30
"""Accounts a filter offers; any other is found by its code in the search field."""


class AccountFilter(admin.SimpleListFilter):
    """Accounts the person may see, as a filter: the first of them, and the one that is chosen."""

    title = "account"
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        visible = risk_selectors.accounts_visible(request.user)
        offered = list(visible.order_by("pk").values_list("pk", flat=True)[: OFFERED + 1])
        chosen = self.used_parameters.get(self.parameter_name)
        word = chosen[-1] if isinstance(chosen, list) and chosen else chosen
        others = [word] if isinstance(word, str) and word not in offered[:OFFERED] and visible.filter(pk=word).exists() else []
        if len(offered) > OFFERED:
            self.title = f"account (the first {OFFERED}: search for others)"
        return [(code, code) for code in [*others, *offered[:OFFERED]]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(account=self.value())
