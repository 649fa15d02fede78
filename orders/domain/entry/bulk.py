"""Many orders in one request, and what makes two requests the same: idempotency keys and digests."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from oms_site.infra.errors import InvalidInput, OmsError
from orders.domain.entry import fields
from orders.domain.entry.fields import Terms
from orders.domain.entry.order import NewOrder, parse_order

MAX_BULK = 500

_KEY = re.compile(r"[\x20-\x7e]{1,64}", re.ASCII)


def parse_bulk(body: Any) -> list[Any]:
    """The items of a bulk body, unread: one bad item does not spoil the others."""
    given = fields.as_object(body, "the body must be a JSON object")
    fields.only(given, frozenset({"orders"}))
    items = given.get("orders")
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_BULK:
        raise InvalidInput(f"orders: must be a list of 1 to {MAX_BULK} orders", field="orders")
    return items


def parse_items(items: Sequence[Any], instruments: Mapping[str, Terms]) -> list[NewOrder | OmsError]:
    """Each item read, or why it could not be."""
    read: list[NewOrder | OmsError] = []
    for item in items:
        try:
            read.append(parse_order(item, instruments))
        except InvalidInput as refusal:
            read.append(refusal)
    return read


def symbols_named(items: Sequence[Any]) -> set[str]:
    """Symbols that items name, as far as they can be one."""
    named = (item.get("symbol") for item in items if isinstance(item, dict))
    return {str(symbol) for symbol in named if fields.is_code(symbol)}


def idempotency_key(value: str | None) -> str | None:
    """The header's value, checked; None when there was none."""
    if value is None:
        return None
    if not _KEY.fullmatch(value):
        raise InvalidInput("Idempotency-Key: must have 1 to 64 printable ASCII characters", field="Idempotency-Key")
    return value


def digest(kind: str, items: Sequence[Any], read: Sequence[NewOrder | OmsError]) -> str:
    """SHA-256 of a request as parsed values: what was read of each item, or the item itself where it could not be read."""
    values = [_values(parsed) if isinstance(parsed, NewOrder) else item for item, parsed in zip(items, read, strict=True)]
    return hashlib.sha256(json.dumps([kind, values], sort_keys=True).encode()).hexdigest()


def _values(order: NewOrder) -> list[Any]:
    """The order's values, conditions only as far as it has some: a digest stays what it is when orders can ask for more."""
    *plain, conditions = order
    return plain if conditions is None else [*plain, {name: value for name, value in asdict(conditions).items() if value}]
