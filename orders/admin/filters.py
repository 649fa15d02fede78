"""Filters of lists that ask no table which values there are."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from risk import selectors as risk_selectors

OFFERED = 30
"""Accounts a filter offers; any other is found by its code in the search field."""


def word_filter(field: str, words: Iterable[str]) -> type[admin.SimpleListFilter]:
    """A filter on a column that holds one of a closed set of words: unlike Django's own it does not ask the whole table which occur."""
    choices = [(word, word.replace("_", " ")) for word in words]

    class WordFilter(admin.SimpleListFilter):
        """One of the words."""

        title = field
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return choices

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset if self.value() is None else queryset.filter(**{field: self.value()})

    return WordFilter


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
