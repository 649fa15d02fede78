"""What a person may trade: grants of account x side x order type x instrument group, and their text in the log. Pure."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from schemas.enums import OrderType, Side

SIDES = frozenset(side.value for side in Side)
TYPES = frozenset(kind.value for kind in OrderType)


class GrantsInvalid(ValueError):
    """The text of grants says nothing that can be applied: no list of them, an unknown side or order type, no account."""


class Grant(NamedTuple):
    """One grant: an order of `account` on one of `sides`, of one of `types`, in an instrument of `group`. What is empty limits nothing."""

    account: str
    sides: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    group: str = ""

    def covers(self, account: str, side: str, order_type: str, group: str) -> bool:
        """Whether an order may be entered by this grant; `group` is its instrument's."""
        return (
            self.account == account
            and (not self.sides or side in self.sides)
            and (not self.types or order_type in self.types)
            and self.group in ("", group)
        )


def gap(grants: Iterable[Grant], account: str, side: str, order_type: str, group: str) -> str | None:
    """What of an order no grant covers: account, side, type or symbol, the first in this order; None when one grant covers all of it.

    Grants that cover the order's account, but each one only a part of the rest, do not add up.
    """
    of_account = [grant for grant in grants if grant.account == account]
    if not of_account:
        return "account"
    if any(grant.covers(account, side, order_type, group) for grant in of_account):
        return None
    if all(grant.sides and side not in grant.sides for grant in of_account):
        return "side"
    if all((grant.sides and side not in grant.sides) or (grant.types and order_type not in grant.types) for grant in of_account):
        return "type"
    return "symbol"


def widens(before: Iterable[Grant], after: Iterable[Grant]) -> bool:
    """Whether something may be traded by `after` that could not be by `before`."""
    held = list(before)
    return any(
        not any(old.covers(grant.account, side, kind, grant.group) for old in held)
        for grant in after
        for side in grant.sides or SIDES
        for kind in grant.types or TYPES
    )


def grants_text(grants: Iterable[Grant]) -> str:
    """Grants as a `setting` of scope `entitlement` carries them in `details["grants"]`: the same grants always give the same text."""
    rows = [
        {"account": grant.account, "sides": sorted(grant.sides), "types": sorted(grant.types), "group": grant.group}
        for grant in set(grants)
    ]
    return json.dumps(sorted(rows, key=json.dumps), separators=(",", ":"))


def grants_read(text: str) -> tuple[Grant, ...]:
    """The grants `grants_text` wrote. Raises `GrantsInvalid`."""
    try:
        rows = json.loads(text)
        if not isinstance(rows, list):
            raise TypeError("no list")
        grants = tuple(Grant(row["account"], frozenset(row["sides"]), frozenset(row["types"]), row["group"]) for row in rows)
    except (ValueError, TypeError, KeyError) as error:
        raise GrantsInvalid(f"grants: not a list of account, sides, types and group ({error})") from None
    for grant in grants:
        if not isinstance(grant.account, str) or not grant.account or not isinstance(grant.group, str):
            raise GrantsInvalid("grants: account and group must be text, and the account not empty")
        if not grant.sides <= SIDES or not grant.types <= TYPES:
            raise GrantsInvalid(f"grants: unknown side or order type of account {grant.account}")
    return grants
