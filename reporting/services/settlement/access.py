"""Who may act on settlement: operations and administrators."""

from marketdata.services.access import DESK, require, said

SETTLEMENT_DESK = DESK
"""Roles that act on fails and change how settlement works."""

__all__ = ["SETTLEMENT_DESK", "require", "said"]
