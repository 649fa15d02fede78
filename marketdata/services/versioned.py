"""Rows that the desk changes field by field: checked, stored as a new version, with an audit entry; or nothing, and no trace."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from oms_site.infra.audit import services as audit
from oms_site.infra.errors import InvalidInput


def change(
    row: Any,
    values: Mapping[str, Any],
    *,
    chain: str,
    named: str,
    refusal: type[InvalidInput],
    actor: Any,
    reason: str,
    now: datetime,
    request_id: str,
    check: Callable[[Any], None] = lambda row: None,
    told: Callable[[Any], Mapping[str, Any]] = lambda row: {},
) -> bool:
    """Give a row with a `version`, locked or new, these values; whether anything was stored.

    Raises `refusal` for what its fields do not allow, and what `check` raises. `told` is what the audit entry says besides.
    """
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise refusal(f"{field}: {messages[0]}", field=field) from None
    check(row)
    changed = {name: [plain(before[name]), plain(getattr(row, name))] for name in values if before[name] != getattr(row, name)}
    if not changed and not row._state.adding:
        return False
    row.version += 1
    row.save()
    audit.record(
        chain=chain,
        actor=actor,
        action=f"{named}_changed",
        object_type=named,
        object_id=str(row.pk),
        detail={"version": row.version, "changed": changed, **told(row), "reason": reason},
        request_id=request_id,
        now=now,
    )
    return True


def plain(value: Any) -> Any:
    """A value as JSON tells it: decimals as the shortest text."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if isinstance(value, bool | int | None) else str(value)
