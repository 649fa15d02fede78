"""The one place where decimals become integers and back. ADR 0003.

Prices and quantities travel and are computed as integers in units of 1e-8 (`SCALE` decimal places): a price of 181.25 is
18_125_000_000, a quantity of 100 is 10_000_000_000. A price times a quantity is in units of 1e-16 (`NOTIONAL_SCALE`).
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact

SCALE = 8
ONE = 10**SCALE
NOTIONAL_SCALE = 2 * SCALE
MAX_UNITS = 2**63 - 1
"""Largest value an Avro `long` carries: about 92 billion."""

_EXACT = Context(prec=40, traps=[Inexact])
_WIDE = Context(prec=60)
_UNIT = Decimal(1).scaleb(-SCALE)


class UnitsError(ValueError):
    """A value that cannot be written exactly as an integer of 1e-8, or does not fit 64 bits."""


def to_units(value: Decimal | int) -> int:
    """The integer of 1e-8 that equals `value`.

    Raises `UnitsError` for more than 8 decimals (never rounds), NaN, infinity, a value beyond 64 bits, or a float.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise UnitsError(f"expected Decimal or int, got {type(value).__name__}")
    if isinstance(value, int):
        units = value * ONE
    else:
        if not value.is_finite():
            raise UnitsError("not a finite number")
        if value.adjusted() > 20 or value.as_tuple().exponent < -40:  # type: ignore[operator]
            raise UnitsError("out of range")
        scaled = value.scaleb(SCALE, _EXACT)
        units = int(scaled)
        if units != scaled:
            raise UnitsError(f"more than {SCALE} decimals")
    if not -MAX_UNITS <= units <= MAX_UNITS:
        raise UnitsError("out of range")
    return units


def from_units(units: int, scale: int = SCALE) -> Decimal:
    """The `Decimal` for an integer of 10**-scale, exact."""
    return Decimal(units).scaleb(-scale, _EXACT)


def format_units(units: int) -> str:
    """Shortest plain decimal text: 18_125_000_000 is "181.25". Never an exponent, no trailing zeros."""
    sign = "-" if units < 0 else ""
    whole, fraction = divmod(abs(units), ONE)
    if not fraction:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{fraction:08d}".rstrip("0")


def average_price(cum_notional: int, cum_quantity: int) -> Decimal | None:
    """Average price to 8 decimals, half-even (FIX AvgPx, tag 6); None while nothing is filled.

    `cum_notional` is the sum of price x quantity in 1e-16, `cum_quantity` in 1e-8.
    """
    if cum_quantity == 0:
        return None
    quotient, remainder = divmod(cum_notional, cum_quantity)
    twice = 2 * remainder
    if twice > cum_quantity or (twice == cum_quantity and quotient % 2):
        quotient += 1
    return from_units(quotient).quantize(_UNIT, rounding=ROUND_HALF_EVEN)


def average_of(notional: Decimal, quantity: Decimal) -> Decimal | None:
    """`average_price` of decimals. Sixty digits tell every tie of ours apart: it is rounded once."""
    return _WIDE.divide(notional, quantity).quantize(_UNIT, ROUND_HALF_EVEN, _WIDE) if quantity else None


def grouped(text: str, decimals: int = 0) -> str:
    """A number's text with a comma between thousands, and at least so many decimals."""
    whole, _, rest = text.partition(".")
    sign, rest = "-" if whole.startswith("-") else "", rest.ljust(decimals, "0")
    written = f"{sign}{int(whole.removeprefix('-')):,}"
    return f"{written}.{rest}" if rest else written
