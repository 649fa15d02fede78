"""Digits of columns: units of 1e-8 fit exactly (`schemas.units`)."""

from typing import Any

PRICE: dict[str, Any] = {"max_digits": 20, "decimal_places": 8}
"""Of every price and quantity column."""
