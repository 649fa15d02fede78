"""Strict reading of what is asked for: order entry, replace, mass cancel. Raises `InvalidInput` with the field and the remedy. Pure."""

from orders.domain.entry.bulk import MAX_BULK, digest, idempotency_key, parse_bulk, parse_items, symbols_named
from orders.domain.entry.changes import (
    BUST,
    REPLACE_FIELDS,
    SCOPE_FIELDS,
    Correction,
    Replacement,
    Scope,
    parse_correction,
    parse_reason,
    parse_replace,
    parse_scope,
    parse_split,
)
from orders.domain.entry.fields import REASON_LENGTH, TEXT_LENGTH, Terms
from orders.domain.entry.order import REQUIRED, TAKEN, NewOrder, parse_order
from orders.domain.entry.types import NEEDS, RESTING, TIMES

__all__ = [
    "BUST",
    "MAX_BULK",
    "NEEDS",
    "REASON_LENGTH",
    "REPLACE_FIELDS",
    "REQUIRED",
    "RESTING",
    "SCOPE_FIELDS",
    "TAKEN",
    "TEXT_LENGTH",
    "TIMES",
    "Correction",
    "NewOrder",
    "Replacement",
    "Scope",
    "Terms",
    "digest",
    "idempotency_key",
    "parse_bulk",
    "parse_correction",
    "parse_items",
    "parse_order",
    "parse_reason",
    "parse_replace",
    "parse_scope",
    "parse_split",
    "symbols_named",
]
