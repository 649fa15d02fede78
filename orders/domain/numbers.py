"""Numbers in requests: decimal text in ASCII digits or a JSON integer, exact, as integers of 1e-8. Anything else is refused."""

import re
from typing import Any

from oms_site.infra.errors import InvalidInput
from schemas.units import ONE, SCALE, format_units

_PATTERN = re.compile(r"(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,8}))?", re.ASCII)
_LARGEST_INTEGER = 10**12 - 1


def units(value: Any, field: str, *, step: int, decimals: int, step_name: str) -> int:
    """`value` in 1e-8: above zero, with at most `decimals` decimals, a multiple of `step`. Raises `InvalidInput` naming `field`."""
    if type(value) is int:
        whole, fraction = value, ""
        if not 0 <= whole <= _LARGEST_INTEGER:
            raise _refused(field)
    else:
        match = _PATTERN.fullmatch(value) if type(value) is str else None
        if match is None:
            raise _refused(field)
        whole, fraction = int(match[1]), match[2] or ""
    if len(fraction) > decimals:
        raise InvalidInput(f"{field}: at most {decimals} decimals, a multiple of the {step_name} {format_units(step)}", field=field)
    number = whole * ONE + (int(fraction.ljust(SCALE, "0")) if fraction else 0)
    if number <= 0:
        raise InvalidInput(f"{field}: must be above zero", field=field)
    if number % step:
        raise InvalidInput(f"{field}: must be a multiple of the {step_name} {format_units(step)}", field=field)
    return number


def _refused(field: str) -> InvalidInput:
    return InvalidInput(
        f'{field}: must be a decimal string such as "181.25" (up to 12 digits before the point, 8 after) or an integer', field=field
    )
