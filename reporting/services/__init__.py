"""Writes of reporting: positions, the books, settlement obligations, their settlement."""

from reporting.services.books import (
    CashShort,
    Rebuilt,
    ScheduleInvalid,
    ScheduleLate,
    Wanted,
    books_compare,
    books_complete,
    books_post,
    fill_of,
    put_in_post,
    schedule_check,
    schedule_request,
    schedule_set,
)
from reporting.services.compensations import obligations_correct
from reporting.services.cost_method import cost_method_set
from reporting.services.drop_copy import drop_copy_look
from reporting.services.exports import export_ask, export_cancel, export_make_next, export_open, exports_forget
from reporting.services.obligations import Settled, obligations_record, obligations_settle
from reporting.services.positions import StoredFill, positions_project

__all__ = [
    "CashShort",
    "Rebuilt",
    "ScheduleInvalid",
    "ScheduleLate",
    "Settled",
    "StoredFill",
    "Wanted",
    "books_compare",
    "books_complete",
    "books_post",
    "cost_method_set",
    "drop_copy_look",
    "export_ask",
    "export_cancel",
    "export_make_next",
    "export_open",
    "exports_forget",
    "fill_of",
    "obligations_correct",
    "obligations_record",
    "obligations_settle",
    "positions_project",
    "put_in_post",
    "schedule_check",
    "schedule_request",
    "schedule_set",
]
