"""Trading calendars: when the markets that follow one are in which phase."""

from django.db import models

from marketdata.models.phases import AUCTIONS, PHASES
from oms_site.infra.tracking.rows import tracked


@tracked()
class TradingCalendar(models.Model):
    """When the markets that follow it are in which phase. Lines and days are its parts: one change of any of them raises `version`."""

    code = models.CharField(max_length=32, primary_key=True, help_text="a MIC, or any short name")
    name = models.CharField(max_length=80)
    zone = models.CharField(
        "time zone", max_length=64, default="UTC", help_text="IANA name, as America/New_York; all times are its wall clock's"
    )
    always_open = models.BooleanField(
        default=False, help_text="every day from midnight to midnight; then it has no lines and no days of its own"
    )
    version = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64, blank=True, editable=False, help_text="SHA-256 of all it says: readers keep it by this")

    class Meta:
        verbose_name = "trading calendar"

    def __str__(self) -> str:
        return self.code


class SessionDay(models.IntegerChoices):
    """Which days a line is for: a weekday, or every half day."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"
    HALF_DAY = 7, "half day"


class DayOffset(models.IntegerChoices):
    """When a line is, seen from the business date."""

    EVENING_BEFORE = -1, "the day before"
    SAME_DAY = 0, "on the day"
    MIDNIGHT = 1, "24:00"


@tracked(parents={"marketdata.tradingcalendar": "calendar"})
class SessionLine(models.Model):
    """One step of a weekday's session: from this time on this phase. The last line of a day closes it."""

    calendar = models.ForeignKey(TradingCalendar, on_delete=models.CASCADE, related_name="lines")
    day = models.PositiveSmallIntegerField(choices=SessionDay, help_text="the business date's weekday")
    offset = models.SmallIntegerField("when", choices=DayOffset, default=DayOffset.SAME_DAY)
    at = models.TimeField("time")
    phase = models.CharField(max_length=10, choices=PHASES)
    auction = models.CharField(max_length=10, choices=AUCTIONS, blank=True, help_text="of an auction: which one")

    class Meta:
        verbose_name = "session line"
        constraints = [models.UniqueConstraint(fields=["calendar", "day", "offset", "at"], name="session_line_once")]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.get_day_display()} {self.at:%H:%M} {self.phase}"


class CalendarDayKind(models.TextChoices):
    """What is unlike on a day."""

    HOLIDAY = "holiday", "holiday"
    HALF_DAY = "half_day", "half day"


@tracked(parents={"marketdata.tradingcalendar": "calendar"})
class CalendarDay(models.Model):
    """A date that is not as its weekday: without a session, or with the half day's."""

    calendar = models.ForeignKey(TradingCalendar, on_delete=models.CASCADE, related_name="days")
    date = models.DateField()
    kind = models.CharField(max_length=8, choices=CalendarDayKind, default=CalendarDayKind.HOLIDAY)
    name = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = "calendar day"
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.date} {self.kind}"
