"""Writes of reporting: positions, settlement obligations, their settlement."""

from reporting.services.compensations import obligations_correct
from reporting.services.drop_copy import drop_copy_look
from reporting.services.obligations import Settled, obligations_record, obligations_settle
from reporting.services.positions import StoredFill, positions_project

__all__ = [
    "Settled",
    "StoredFill",
    "drop_copy_look",
    "obligations_correct",
    "obligations_record",
    "obligations_settle",
    "positions_project",
]
