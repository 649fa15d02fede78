"""Reads of money: what an account has, owes, is owed, and has free."""

from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from orders import selectors as order_selectors
from reporting.domain.ledger import AssetType, Kind
from reporting.domain.objects import wide_units
from reporting.models import LedgerAccount
from risk import selectors as risk_selectors


def cash_free(account: str, currency: str) -> int:
    """What may be taken out, in 1e-16: available, less what unsettled purchases will cost. What is to come in does not count."""
    kinds = (Kind.AVAILABLE.value, Kind.PAYABLE.value)
    rows = LedgerAccount.objects.filter(owner=account, asset_type=AssetType.CURRENCY.value, asset=currency, kind__in=kinds)
    return sum(wide_units(balance) for balance in rows.values_list("balance", flat=True))


class Cash(NamedTuple):
    """Money of an account in one currency: what is there, what open purchases hold of it, what is to come and to go, what is free."""

    account: str
    currency: str
    available: Decimal
    reserved: Decimal
    receivable: Decimal
    payable: Decimal

    @property
    def free(self) -> Decimal:
        """Available, less what is to be paid and what is reserved."""
        return self.available + self.payable - self.reserved


def cash_told(actor: Any, *, account: str | None = None) -> list[Cash]:
    """Cash of the accounts the actor may see, by account and currency. Of a currency nothing was ever booked in, there is no row."""
    visible = set(risk_selectors.visible_accounts(actor))
    accounts = visible if account is None else visible & {account}
    rows = LedgerAccount.objects.filter(owner__in=accounts, asset_type=AssetType.CURRENCY.value)
    held: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for row in rows:
        held[row.owner, row.asset][row.kind] = row.balance
    reserved = order_selectors.open_reserved(accounts)
    zero = Decimal(0)
    return [
        Cash(
            *key,
            kinds.get(Kind.AVAILABLE.value, zero),
            reserved.get(key, zero),
            kinds.get(Kind.RECEIVABLE.value, zero),
            kinds.get(Kind.PAYABLE.value, zero),
        )
        for key, kinds in sorted(held.items())
    ]
