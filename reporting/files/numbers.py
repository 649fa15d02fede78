"""Numbers for people."""

from decimal import Decimal

from reporting.files.cells import number_text


def grouped(value: Decimal) -> str:
    """A number with its thousands apart: 1,234,567.25."""
    whole, point, fraction = number_text(value).partition(".")
    return f"{int(whole):,}{point}{fraction}" if whole != "-0" else f"-0{point}{fraction}"
