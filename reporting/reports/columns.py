"""Columns and cells that reports of trading share."""

from decimal import Decimal

from reporting.reports.definition import Column, Kind

TERMS = (Column("quantity", Kind.NUMBER), Column("price", Kind.NUMBER))
WHOSE = (Column("account"), Column("symbol"), Column("side"))


def decimal_of(text: str | None) -> Decimal | None:
    """The number in a text that a step's detail holds."""
    return None if text is None else Decimal(text)
