"""Money of several currencies in the account's own: rates have a source and a date, a missing or old one refuses.

Values are integers of 1e-16. What is converted is rounded up, so that nobody gains a limit by a rounding.
"""

from collections.abc import Callable, Iterator

from risk.domain.checks.proposal import Breach, Context
from risk.domain.days import days_between
from risk.domain.holding import Holding
from schemas.enums import Reason
from schemas.units import ONE

FX_OLDEST_DAYS = 7
"""A rate of more days ago refuses: a week bridges every holiday."""


class Unknown(Exception):
    """A value that cannot be told; `breach` says why the order is refused."""

    def __init__(self, breach: Breach) -> None:
        super().__init__(breach.message)
        self.breach = breach


def own_currency(context: Context) -> str:
    """The account's currency; of an account nobody has described, the instrument's."""
    terms = context.set.accounts.get(context.names.account)
    if terms is not None:
        return terms.currency
    return currency_of(context, context.names.symbol)


def currency_of(context: Context, symbol: str) -> str:
    """An instrument's currency, empty where nobody has said it."""
    instrument = context.controls.instruments.get(symbol)
    return "" if instrument is None else instrument.currency


def converted(context: Context, rule: str, value: int, currency: str) -> int:
    """A value of a currency in the account's own. One of an unknown currency counts as the account's. Raises `Unknown`."""
    own = own_currency(context)
    if not value or not currency or not own or currency == own:
        return value
    numerator, denominator = _rate(context, rule, currency, own)
    return -(-value * numerator // denominator)


def over_all(context: Context, rule: str, raw: int, of_symbol: Callable[[Holding], int]) -> int:
    """A sum over all symbols in the account's currency; `raw` is what it is where nothing has to be converted. Raises `Unknown`."""
    if not context.foreign:
        return raw
    total = 0
    for symbol, holding in context.account.holdings.items():
        total += converted(context, rule, of_symbol(holding), currency_of(context, symbol))
    return total


def of_order(context: Context, rule: str, value: int) -> int:
    """A value of the order's own symbol in the account's currency. Raises `Unknown`."""
    if not context.foreign:
        return value
    return converted(context, rule, value, currency_of(context, context.names.symbol))


def _rate(context: Context, rule: str, currency: str, own: str) -> tuple[int, int]:
    for base, quote in ((currency, own), (own, currency)):
        rate = context.set.fx.get((base, quote))
        if rate is None:
            continue
        age = days_between(rate.date, context.day)
        if age > FX_OLDEST_DAYS:
            message = f"the rate {base}/{quote} of {rate.date} ({rate.source}) is {age} days old: operations must set a newer one"
            raise Unknown(Breach(Reason.FX_STALE, rule, str(FX_OLDEST_DAYS), str(age), message))
        return (rate.rate, ONE) if base == currency else (ONE, rate.rate)
    message = f"there is no rate {currency}/{own}: operations must set one"
    raise Unknown(Breach(Reason.FX_MISSING, rule, None, f"{currency}/{own}", message))


def units_up(value: int) -> int:
    """A value of 1e-16 in 1e-8, rounded up."""
    return -(-value // ONE)


def paid_by_currency(context: Context) -> Iterator[tuple[str, int]]:
    """What each symbol has cost on balance and reserves to buy, with its currency."""
    for symbol, holding in context.account.holdings.items():
        yield currency_of(context, symbol), holding.paid + holding.buy_value
