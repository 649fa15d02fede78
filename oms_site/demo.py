"""The demo's accounts, limits and people as data; `seed_demo` puts them in place through the services anyone uses."""

from decimal import Decimal
from typing import NamedTuple

from marketdata.domain.dealing import HOUSE
from oms_site.people import Person
from risk.domain.limits import Rule
from risk.domain.roles import Role


class DemoAccount(NamedTuple):
    """The values of one `Account` row."""

    code: str
    name: str
    desk: str
    kind: str = "customer"


DESKS = {"AGENCY": "Agency desk", "HOUSE": "House desk"}
ACCOUNTS = (
    DemoAccount("ACME-1", "Acme Asset Management", "AGENCY"),
    DemoAccount("ZEN-1", "Zenith Capital", "AGENCY"),
    DemoAccount(HOUSE, "House liquidity provider", "HOUSE", "house"),
)

FIRM_LIMITS: dict[Rule, Decimal] = {
    Rule.MAX_QUANTITY: Decimal(1_000_000),
    Rule.MAX_NOTIONAL: Decimal(200_000_000),
    Rule.PRICE_BAND: Decimal(20),
    Rule.MAX_QUOTE_AGE: Decimal(60),
    Rule.MAX_POSITION: Decimal(10_000_000),
}
ACCOUNT_LIMITS: dict[str, dict[Rule, Decimal]] = {
    "ACME-1": {Rule.MAX_POSITION: Decimal(2_000_000)},
    "ZEN-1": {Rule.MAX_POSITION: Decimal(2_000_000)},
}

PEOPLE = (
    Person("trader1", Role.TRADER, ("ACME-1",), desk="AGENCY"),
    Person("trader2", Role.TRADER, ("ZEN-1",), desk="AGENCY"),
    Person("sales", Role.SALES, desk="AGENCY"),
    Person("risk1", Role.RISK),
    Person("risk2", Role.RISK),
    Person("ops1", Role.OPERATIONS),
    Person("ops2", Role.OPERATIONS),
    Person("compliance", Role.COMPLIANCE),
    Person("viewer", Role.VIEWER),
    Person("admin", Role.ADMIN),
)
