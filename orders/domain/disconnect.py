"""When a trader who lost the connection loses the orders of the day with it (FIX CancelOnDisconnect): the rule alone. Pure.

A socket may ask for it, with a grace period of its own: then the last socket that asked counts. A limit (`disconnect_grace` of the firm,
the desk, the account, the trader) wants it of everybody it is about: then the trader's last socket counts.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from risk.domain.limits import DISCONNECT_GRACE_MOST

DEFAULT_GRACE = 10
"""Seconds a socket that asks without a number gets."""
LONGEST_GRACE = DISCONNECT_GRACE_MOST
NEVER = 0
"""A socket that says it does not want it: nobody comes to harm when it goes, and whoever was missed is back."""


class Due(NamedTuple):
    """What becomes due `grace` seconds after the loss, unless the trader is back: orders of one account, or ("") of all.

    `asked`: a socket had asked for it, so that only one that asks again, or says no, is a return.
    """

    account: str
    asked: bool
    grace: int


def losses(lost: Sequence[int | None], left: Sequence[int | None], own: int | None, of_accounts: Mapping[str, int]) -> list[Due]:
    """What the loss of sockets of one trader begins.

    `lost` and `left` are what the sockets that are gone, and those that stay, had asked for: seconds, `NEVER`, or None (nothing was said).
    `own` is the limit of firm or trader, `of_accounts` that of each account with its desk, firm and trader included; seconds.
    """
    found: list[Due] = []
    asked = [grace for grace in lost if grace]
    if asked and not any(left):
        found.append(Due("", True, min(asked)))
    if lost and not left:
        if own is not None:
            found.append(Due("", False, own))
        found += [Due(account, False, grace) for account, grace in sorted(of_accounts.items()) if own is None or grace < own]
    return found


def is_back(asked: bool, says: int | None) -> bool:
    """Whether a socket that says this ends the wait for one that had asked (or had not)."""
    return says is not None or not asked
