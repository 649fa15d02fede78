"""Trading calendars in the admin: one page with the week's lines and the year's days, saved as a whole through the service."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from marketdata import services
from marketdata.admin.through_services import ServiceAdmin, request_id
from marketdata.domain.calendar_parts import Day, Line, Parts
from marketdata.models import CalendarDay, SessionLine, TradingCalendar


def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(available_timezones()) if name == "UTC" or "/" in name]


class CalendarForm(forms.ModelForm):
    """Carries the version the person saw, and why it changes."""

    zone = forms.ChoiceField(label="Time zone", choices=_zones, initial="UTC", help_text="all times are the wall clock's of this zone")
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    reason = forms.CharField(
        max_length=200, strip=True, widget=forms.TextInput(attrs={"size": 60}), help_text="why; goes into the audit trail"
    )

    class Meta:
        model = TradingCalendar
        fields = ("code", "name", "zone", "always_open")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version if self.instance.digest else 0


class PartForm(forms.ModelForm):
    """One line or day. All of them replace what is stored, so none is compared with a stored one."""

    def validate_unique(self) -> None:
        """Doubles among those given are told by the whole calendar's check."""

    def validate_constraints(self) -> None:
        """As `validate_unique`."""


class PartsFormSet(BaseInlineFormSet):
    """All lines, or all days, of the calendar."""

    def given(self, kind: type[Any]) -> tuple[Any, ...]:
        """Those that were filled in and not taken out."""
        filled = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        return tuple(kind(**{name: row[name] for name in kind._fields}) for row in filled)

    def check(self, lines: tuple[Line, ...], days: tuple[Day, ...]) -> None:
        """Show what is wrong, in words, above the form set."""
        parts = Parts(self.instance.zone, self.instance.always_open, lines, days)
        try:
            services.calendar_check(parts)
        except services.CalendarInvalid as error:
            raise ValidationError([detail["message"] for detail in error.details] or [error.message]) from None


class LinesFormSet(PartsFormSet):
    """The week's lines, checked together."""

    def clean(self) -> None:
        if not any(self.errors):
            self.instance.lines_given = self.given(Line)
            self.check(self.instance.lines_given, ())


class DaysFormSet(PartsFormSet):
    """The days, checked with the lines when those are sound; a day given twice is said here."""

    def clean(self) -> None:
        lines = getattr(self.instance, "lines_given", None)
        if any(self.errors) or lines is None:
            return
        days = self.given(Day)
        doubled = sorted({day.date for day in days if sum(other.date == day.date for other in days) > 1})
        if doubled:
            raise ValidationError(f"{doubled[0]} is listed twice")
        try:
            self.check(lines, ())
        except ValidationError:
            return  # said above the lines
        self.check(lines, days)


class PartInline(admin.TabularInline):
    """Edited with its calendar, by who may edit that."""

    form = PartForm
    extra = 0
    formfield_overrides = {
        models.TimeField: {"widget": forms.TimeInput(format="%H:%M:%S", attrs={"size": 8})},
        models.DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"size": 10})},
    }

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("marketdata.view_tradingcalendar") or self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("marketdata.add_tradingcalendar") or self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("marketdata.change_tradingcalendar")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


class SessionLineInline(PartInline):
    """The lines, in the order of the week."""

    model = SessionLine
    formset = LinesFormSet
    ordering = ("day", "offset", "at")


class CalendarDayInline(PartInline):
    """Holidays and half days."""

    model = CalendarDay
    formset = DaysFormSet
    ordering = ("date",)


@admin.register(TradingCalendar)
class TradingCalendarAdmin(ServiceAdmin):
    """The page saves through `services.calendar_save`, once for all its parts."""

    form = CalendarForm
    inlines = (SessionLineInline, CalendarDayInline)
    list_display = ("code", "name", "zone", "always_open", "followers", "version")
    list_filter = ("always_open", "zone")
    search_fields = ("code", "name")
    ordering = ("code",)
    fields = (("code", "name"), ("zone", "always_open"), "reason", "seen_version")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TradingCalendar]:
        return super().get_queryset(request).annotate(followed_by=Count("instruments"))

    @admin.display(description="instruments", ordering="followed_by")
    def followers(self, row: Any) -> int:
        """How many follow it."""
        return row.followed_by

    def get_readonly_fields(self, request: HttpRequest, obj: TradingCalendar | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> HttpResponse:
        """A page somebody else's change has overtaken no longer has the lines and days it speaks of: that is told first."""
        saving = request.method == "POST" and self.has_change_permission(request)
        stored = TradingCalendar.objects.filter(pk=object_id).values_list("version", flat=True).first() if saving else None
        if stored is not None and request.POST.get("seen_version") != str(stored):
            self.message_user(request, "somebody else changed this calendar meanwhile: look again, then save", level=messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return super().changeform_view(request, object_id, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: TradingCalendar, form: Any, change: bool) -> None:
        """Nothing yet: the calendar is saved with its parts."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        lines, days = formsets
        obj = form.instance
        services.calendar_save(
            actor=request.user,
            code=obj.code,
            name=obj.name,
            parts=Parts(obj.zone, obj.always_open, lines.given(Line), days.given(Day)),
            reason=form.cleaned_data["reason"],
            expected_version=form.cleaned_data["seen_version"] or 0,
            request_id=request_id(request),
            now=timezone.now(),
        )

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return form.cleaned_data["reason"]
