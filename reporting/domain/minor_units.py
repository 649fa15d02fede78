"""What currencies are paid in. Pure."""

from functools import cache

from schemas.units import ONE

_DIGITS = {"BHD": 3, "CLP": 0, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3, "TND": 3, "VND": 0}
"""ISO 4217 minor units that are not 2."""


@cache
def smallest(currency: str) -> int:
    """The smallest amount a currency is paid in, in 1e-16."""
    return int(10 ** (16 - _DIGITS.get(currency, 2)))


def rounded(raw: int, currency: str) -> int:
    """An amount of 1e-24 to what the currency is paid in, half to even."""
    unit = smallest(currency) * ONE
    whole, rest = divmod(raw, unit)
    return (whole + (2 * rest > unit or (2 * rest == unit and whole % 2 == 1))) * (unit // ONE)
