"""The books: fills, corrections, deposits and positions put in by hand become entries; fee schedules. ADR 0014."""

from reporting.services.books.cash import CashShort, put_in_post
from reporting.services.books.fills import books_post, fill_of
from reporting.services.books.rebuild import (
    Rebuilt,
    books_compare,
    books_complete,
)
from reporting.services.books.schedules import (
    ScheduleLate,
    Wanted,
    schedule_check,
    schedule_request,
    schedule_set,
)
from reporting.services.books.tiers import ScheduleInvalid

__all__ = [
    "CashShort",
    "Rebuilt",
    "ScheduleInvalid",
    "ScheduleLate",
    "Wanted",
    "books_compare",
    "books_complete",
    "books_post",
    "fill_of",
    "put_in_post",
    "schedule_check",
    "schedule_request",
    "schedule_set",
]
