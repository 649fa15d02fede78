"""What the risk home shows, in a handful of queries: nearness of accounts to limits, rejects, kills, requests, stale prices."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from marketdata import selectors as market_selectors
from oms_site.infra.approvals import selectors as approvals
from oms_site.infra.approvals.models import ChangeRequest
from risk import selectors
from risk.domain.catalog import CODES
from risk.domain.limits import FIRM, Rule
from risk.domain.rule_use import TOTALS, RuleUse
from risk.models import Kill
from schemas.enums import Reason

HOURS = 12
RULES: tuple[Rule, ...] = (Rule.MAX_POSITION, *TOTALS)
"""The columns of the heat list."""
MARKET = "none: the market's answer"


class HeatRow(NamedTuple):
    """An account and its most pressing use of each rule, in the order of `RULES`; None where nothing is told."""

    account: str
    uses: tuple[RuleUse | None, ...]


class RejectRow(NamedTuple):
    """A code, the rules that refuse with it, and how many there were in each of the last hours, oldest first."""

    code: str
    rules: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)


class StalePrice(NamedTuple):
    """A symbol whose newest good quote is older than risk takes, in seconds; None: there is none at all."""

    symbol: str
    age: int | None


def heat(accounts: list[str], now: datetime) -> list[HeatRow]:
    """A row an account, the most pressing first."""
    utilisation = selectors.Utilisation(now)
    rows = []
    for exposure in selectors.exposures_of(accounts):
        most: dict[Rule, RuleUse] = {}
        for use in utilisation.rules_of(exposure):
            held = most.get(use.rule)
            if held is None or (use.percent or 0) > (held.percent or 0):
                most[use.rule] = use
        rows.append(HeatRow(exposure.account, tuple(most.get(rule) for rule in RULES)))
    return sorted(rows, key=lambda row: (-max((use.percent or 0 for use in row.uses if use), default=0), row.account))


def rejects(now: datetime) -> tuple[list[datetime], list[RejectRow]]:
    """The last hours, and how often each code was refused with in them. Orders are told by a room above: `settings.OMS_REJECTS`."""
    this = now.replace(minute=0, second=0, microsecond=0)
    hours = [this - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]
    tell: Callable[[datetime], Sequence[tuple[datetime, str, int]]] = import_string(settings.OMS_REJECTS)
    counts: dict[str, dict[datetime, int]] = {}
    for hour, code, count in tell(hours[0]):
        counts.setdefault(code, {})[hour] = count
    rows = [RejectRow(code, _rules_of(code), tuple(of.get(hour, 0) for hour in hours)) for code, of in counts.items()]
    return hours, sorted(rows, key=lambda row: (-row.total, row.code))


def _rules_of(code: str) -> str:
    """The rules that refuse with it; codes that no rule has are the market's own answers."""
    lines = CODES.get(Reason(code), ()) if code in tuple(Reason) else ()
    return ", ".join(f"{line.rc} {line.rule}" for line in lines) or MARKET


def drop_copy() -> Any:
    """Where log and tables were last compared, and what differs. Told by a room above: `settings.OMS_DROP_COPY`."""
    return import_string(settings.OMS_DROP_COPY)()


def kills(accounts: list[str]) -> list[tuple[Kill, selectors.StillOpen]]:
    """Kills in force, newest first, with what is still open of each."""
    return [(kill, selectors.still_open(kill)) for kill in selectors.kills_in_force(accounts).order_by("-id")]


def waiting(user: Any, now: datetime) -> list[ChangeRequest]:
    """Requests that wait for this person."""
    return approvals.requests_to_decide(user, now)


def stale_prices(now: datetime) -> list[StalePrice]:
    """Tradable symbols whose price risk would refuse as too old, the oldest first."""
    limit = selectors.limit_values(now).get((FIRM, "", Rule.MAX_QUOTE_AGE.value))
    quotes = market_selectors.latest_good_quotes()
    found = []
    for symbol in market_selectors.tradable_symbols():
        quote = quotes.get(symbol)
        age = None if quote is None else int((now - quote.received_at).total_seconds())
        if age is None or limit is None or age * 10**8 > limit:
            found.append(StalePrice(symbol, age))
    return sorted(found, key=lambda price: (price.age is not None, -(price.age or 0), price.symbol))
