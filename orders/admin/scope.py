"""What of a list a person sees: the accounts that REST shows them too."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from marketdata.selectors.instruments import instrument_exists
from oms_site.infra.keyset import KeysetAdmin
from oms_site.infra.read_only import ReadOnlyAdmin
from risk import selectors as risk_selectors
from risk.domain.roles import SEES_ALL


class OwnAccountsAdmin(ReadOnlyAdmin):
    """A read-only list of rows with an `account`, narrowed to those the person may see."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(account__in=risk_selectors.visible_accounts(request.user))


class OwnAccountsKeysetAdmin(KeysetAdmin):
    """The same, of millions of rows. Who sees every account is not asked which: a thousand of them in each statement cost more than it."""

    known = {"account": risk_selectors.account_exists, "symbol": instrument_exists}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if risk_selectors.roles(request.user) & SEES_ALL:
            return rows
        return rows.filter(account__in=risk_selectors.visible_accounts(request.user))
