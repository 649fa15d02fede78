"""Writes of reporting: positions, settlement obligations, their settlement."""

from reporting.services.compensations import obligations_correct
from reporting.services.drop_copy import drop_copy_look
from reporting.services.exports import export_ask, export_cancel, export_make_next, export_open, exports_forget
from reporting.services.obligations import Settled, obligations_record, obligations_settle
from reporting.services.positions import StoredFill, positions_project

__all__ = [
    "Settled",
    "StoredFill",
    "drop_copy_look",
    "export_ask",
    "export_cancel",
    "export_make_next",
    "export_open",
    "exports_forget",
    "obligations_correct",
    "obligations_record",
    "obligations_settle",
    "positions_project",
]
