"""Numbers for people."""

from decimal import Decimal

from reporting.files.cells import number_text


def grouped(value: Decimal, decimals: int = 0) -> str:
    """A number with its thousands apart, and at least so many decimals: 1,234,567.25."""
    whole, _, fraction = number_text(value).partition(".")
    fraction = fraction.ljust(decimals, "0")
    written = "-0" if whole == "-0" else f"{int(whole):,}"
    return f"{written}.{fraction}" if fraction else written
