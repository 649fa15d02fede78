"""What of a list a person sees: the accounts that REST shows them too."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from marketdata.selectors.instruments import instrument_exists
from oms_site.infra.keyset import KeysetAdmin
from oms_site.infra.read_only import ReadOnlyAdmin
from risk import selectors as risk_selectors
from risk.domain.roles import SEES_ALL
from risk.models import Account


def account_known(code: str) -> bool:
    """Whether there is such an account."""
    return Account.objects.filter(pk=code).exists()


class OwnAccountsAdmin(ReadOnlyAdmin):
    """A read-only list of rows with an `account`, narrowed to those the person may see."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(account__in=risk_selectors.visible_accounts(request.user))


class OwnAccountsKeysetAdmin(KeysetAdmin):
    """The same, of millions of rows. Who sees every account is not asked which: a thousand of them in each statement cost more than it."""

    known = {"account": account_known, "symbol": instrument_exists}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if risk_selectors.roles(request.user) & SEES_ALL:
            return rows
        return rows.filter(account__in=risk_selectors.visible_accounts(request.user))


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
