"""A filter of lists by time that is drilled into: the last days, then a day's hours; days before and after are one click away."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

DAYS = 7
"""Days that are offered at first; any other is reached from these."""
DAY_VAR = "day"
"""What the query calls it."""
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def day_filter(field: str, title: str = "day (UTC)") -> type[admin.SimpleListFilter]:
    """A filter on a column of moments. `?day=2026-11-30` is a day, `?day=2026-11-30T14` an hour of it, in UTC."""

    class DayFilter(admin.SimpleListFilter):
        """Days, then hours: no query asks the table which there are."""

        parameter_name = DAY_VAR

        def __init__(self, *args: Any) -> None:
            self.title = title
            super().__init__(*args)

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return drill(self.used_parameters.get(self.parameter_name), timezone.now())

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            if self.value() is None:
                return queryset
            begin, length = parse_day(str(self.value()))
            return queryset.filter(**{f"{field}__gte": begin, f"{field}__lt": begin + length})

    return DayFilter


def parse_day(text: str) -> tuple[datetime, timedelta]:
    """When a day or an hour begins, and how long it is. Raises Django's `IncorrectLookupParameters` for anything else."""
    for pattern, length in (("%Y-%m-%d", _DAY), ("%Y-%m-%dT%H", _HOUR)):
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC), length
        except ValueError:
            continue
    raise IncorrectLookupParameters(f"{text} is no day")


def drill(chosen: Any, now: datetime) -> list[tuple[str, str]]:
    """What is offered: the last days; of a chosen day the days beside it and its hours."""
    if isinstance(chosen, list):
        chosen = chosen[-1] if chosen else None
    if chosen is None:
        return [(f"{day}", f"{day:%a %d %b}") for day in _days(now.astimezone(UTC).date())]
    day = parse_day(str(chosen))[0].date()
    beside = [
        (f"{day - _DAY}", f"← {day - _DAY:%a %d %b}"),
        (f"{day}", f"{day:%a %d %b %Y}"),
        (f"{day + _DAY}", f"→ {day + _DAY:%a %d %b}"),
    ]
    return [*beside, *((f"{day}T{hour:02}", f"{hour:02}:00") for hour in range(24))]


def _days(today: date) -> Iterator[date]:
    return (today - back * _DAY for back in range(DAYS))
