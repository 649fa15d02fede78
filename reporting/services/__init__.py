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
from reporting.services.obligations import obligations_record
from reporting.services.positions import StoredFill, positions_project
from reporting.services.settlement import (
    Moved,
    advices_apply,
    currency_calendar_set,
    cycle_set,
    fail_buy_in,
    fail_own,
    fail_retry,
    rules_save,
    settlement_move,
)

__all__ = [
    "CashShort",
    "Moved",
    "Rebuilt",
    "ScheduleInvalid",
    "ScheduleLate",
    "StoredFill",
    "Wanted",
    "advices_apply",
    "books_compare",
    "books_complete",
    "books_post",
    "cost_method_set",
    "currency_calendar_set",
    "cycle_set",
    "drop_copy_look",
    "export_ask",
    "export_cancel",
    "export_make_next",
    "export_open",
    "exports_forget",
    "fail_buy_in",
    "fail_own",
    "fail_retry",
    "fill_of",
    "obligations_correct",
    "obligations_record",
    "positions_project",
    "put_in_post",
    "rules_save",
    "schedule_check",
    "schedule_request",
    "schedule_set",
    "settlement_move",
]
