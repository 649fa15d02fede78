"""Kills that are known before it is their turn in the log: whatever still waits in front of them adds no risk any more."""

from collections.abc import Mapping
from typing import NamedTuple

Scope = tuple[str, str]
"""What is killed: kind (firm, desk, account, trader, instrument) and its key, empty for the firm."""


class AheadKill(NamedTuple):
    """The command that will set it once it is its turn, and why."""

    command_id: int
    reason: str


Ahead = Mapping[Scope, str]
"""Scopes killed ahead of their turn, and why."""

NOTHING: Ahead = {}
