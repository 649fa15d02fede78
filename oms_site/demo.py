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
    Rule.MAX_QUOTE_AGE: Decimal(60),
    Rule.STATIC_BAND: Decimal(500),
    Rule.PRICE_BAND: Decimal(20),
    Rule.FAT_FINGER: Decimal(20),
    Rule.MESSAGE_RATE: Decimal(10_000),
    Rule.MAX_OPEN_ORDERS: Decimal(200_000),
    Rule.MAX_OPEN_NOTIONAL: Decimal(50_000_000_000),
    Rule.MAX_POSITION: Decimal(10_000_000),
    Rule.MAX_DAILY_LOSS: Decimal(10_000_000_000),
    Rule.MAX_DAILY_NOTIONAL: Decimal(90_000_000_000),
    Rule.AUCTION_COLLAR: Decimal(500),
    Rule.STOP_DISTANCE: Decimal(500),
}
"""What no account of the firm may go beyond: the house deals in all symbols, so these are wide. Accounts have tighter ones of their own."""
ACCOUNT_LIMITS: dict[str, dict[Rule, Decimal]] = {
    "ACME-1": {Rule.MAX_POSITION: Decimal(2_000_000), Rule.CREDIT_LINE: Decimal(50_000_000_000)},
    "ZEN-1": {Rule.MAX_POSITION: Decimal(2_000_000), Rule.CREDIT_LINE: Decimal(50_000_000_000)},
    HOUSE: {
        Rule.MAX_POSITION: Decimal(8_000_000),
        Rule.MAX_OPEN_ORDERS: Decimal(1_000),
        Rule.MAX_OPEN_NOTIONAL: Decimal(2_000_000_000),
        Rule.MESSAGE_RATE: Decimal(1_000),
    },
}
CASH = {"ACME-1/USD": Decimal(10_000_000_000), "ZEN-1/USD": Decimal(10_000_000_000)}
LOCATES = {"*/*": Decimal(10_000_000)}
"""What every account may sell short of every symbol: an easy market to borrow in."""
FX_RATES = {"EUR/USD": Decimal("1.08450"), "GBP/USD": Decimal("1.26310"), "USD/JPY": Decimal("151.240")}
FX_SOURCE = "demo"
DAILY_VOLUME = Decimal(5_000_000)
"""Of every demo instrument, on an average day."""

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
