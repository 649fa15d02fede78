"""The tiers of a fee schedule, read strictly."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from oms_site.infra.errors import InvalidInput

TIER = ("from", "maker", "taker", "other")
MOST_BPS = 10_000
_MOST_TIERS = 10


class ScheduleInvalid(InvalidInput):
    """A schedule by which nothing could be reckoned; `field` says which part."""


def tiers_checked(tiers: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Tiers as they are kept, in plain decimal text."""
    require(0 < len(tiers) <= _MOST_TIERS, "tiers", f"there are 1 to {_MOST_TIERS} tiers")
    told = [{name: f"{_number(tier, name):f}" for name in TIER} for tier in tiers]
    starts = [Decimal(tier["from"]) for tier in told]
    require(starts[0] == 0, "tiers", "the first tier begins at 0")
    require(all(low < high for low, high in pairwise(starts)), "tiers", "each tier begins above the one before")
    return told


def _number(tier: Mapping[str, str], name: str) -> Decimal:
    try:
        value = Decimal(tier[name])
    except (KeyError, InvalidOperation, TypeError):
        raise ScheduleInvalid(f"tiers: {name} must be a decimal number", field="tiers") from None
    exact, bound = (8, 10**20) if name == "from" else (4, MOST_BPS)
    require(value.is_finite() and abs(value) <= bound, "tiers", f"{name} is out of range")
    require(value == round(value, exact), "tiers", f"{name} has at most {exact} decimals")
    require(name != "from" or value >= 0, "tiers", "a volume is not below zero")
    return value.normalize()


def require(holds: bool, field: str, message: str) -> None:
    """Raise `ScheduleInvalid` on a field unless it holds."""
    if not holds:
        raise ScheduleInvalid(f"{field}: {message}", field=field)
