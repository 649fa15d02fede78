"""Replays in the admin: where each stands, its controls, and the start of another one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join

from marketdata import services
from marketdata.admin.through_services import request_id
from marketdata.domain.steering import OFFERED, Control
from marketdata.models import QuoteReplay
from marketdata.replay.files import QuoteFile, data_folders
from marketdata.replay.holder import lives
from marketdata.replay.offered import offered_files
from marketdata.selectors import from_microseconds, instruments_by_symbol
from marketdata.selectors.replays import seconds_left, shown_state
from oms_site.infra.asking import REASON, Input, Question, ask
from oms_site.infra.errors import InvalidInput
from oms_site.infra.read_only import ReadOnlyAdmin

_ASKED: dict[Control, tuple[str, Input | None]] = {
    Control.PAUSE: ("It stands still at its place until it is resumed; its symbols stay claimed.", None),
    Control.RESUME: ("It goes on from its place. One that no process works at is sent on by the replay worker.", None),
    Control.SPEED: (
        "From its place on it goes at this speed.",
        Input("value", "Speed", required=True, help="a multiple of the file's own pace (1 is real time), or max"),
    ),
    Control.SEEK: (
        "It goes on with the first row of this time. Rows sent before are sent again when the time lies back; rows between are left out "
        "when it lies ahead.",
        Input("value", "Time", required=True, help="of the file, in UTC, like 2013-10-07T13:30:00.019Z"),
    ),
    Control.STOP: ("It ends at its place and its symbols are free. It can be resumed later.", None),
}
_NO_YES = ("no", "yes")


@admin.register(QuoteReplay)
class QuoteReplayAdmin(ReadOnlyAdmin):
    """The latest first; nothing is edited: what is asked goes through a service and is heard within a second."""

    list_display = (
        *("id", "file", "which", "state_now", "buttons", "progress", "sent", "rate", "left", "position", "speed", "started_by"),
        *("created_at", "message"),
    )
    list_filter = ("state", "by_worker")
    list_select_related = ("started_by",)
    search_fields = ("path", "digest")
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return services.allowed(request.user, services.DESK)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        may = services.allowed(request.user, services.DESK)
        return [name for name in super().get_list_display(request) if may or name != "buttons"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.control_view)
        return [path("<int:replay>/control/<str:word>/", view, name="marketdata_quotereplay_control"), *super().get_urls()]

    @admin.display(description="file", ordering="path")
    def file(self, row: QuoteReplay) -> str:
        return Path(row.path).name

    @admin.display(description="symbols")
    def which(self, row: QuoteReplay) -> str:
        return ", ".join(row.symbols) or "all"

    @admin.display(description="state", ordering="state")
    def state_now(self, row: QuoteReplay) -> str:
        return shown_state(row, timezone.now(), lives).value

    @admin.display(description="rows")
    def progress(self, row: QuoteReplay) -> str:
        return f"{row.rows:,} of {row.total:,}" + (f" ({row.rows * 100 // row.total} %)" if row.total else "")

    @admin.display(description="time left")
    def left(self, row: QuoteReplay) -> str:
        seconds = seconds_left(row)
        return "" if seconds is None else f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"

    @admin.display(description="position", ordering="time")
    def position(self, row: QuoteReplay) -> str:
        return f"{from_microseconds(row.time):%Y-%m-%d %H:%M:%S.%f}"[:-3] if row.time else ""

    @admin.display(description="by hand")
    def buttons(self, row: QuoteReplay) -> str:
        offered = OFFERED[shown_state(row, timezone.now(), lives)]
        links = [(_address(row, word), word.value.capitalize()) for word in Control if word in offered]
        return format_html_join(" ", '<a class="button" href="{}">{}</a>', links)

    def control_view(self, request: HttpRequest, replay: int, word: str) -> HttpResponse:
        """Ask, then tell the replay."""
        if not self.has_view_permission(request) or not services.allowed(request.user, services.DESK):
            raise PermissionDenied
        row = get_object_or_404(QuoteReplay, pk=replay)
        if word not in tuple(Control):
            raise Http404
        control = Control(word)
        effect, value = _ASKED[control]

        def act(given: Mapping[str, str]) -> str:
            services.replay_control(
                actor=request.user,
                replay=replay,
                control=control,
                value=given.get("value", ""),
                reason=given["reason"],
                now=timezone.now(),
                lives=lives,
                request_id=request_id(request),
            )
            return f"Replay {replay}: {word} was asked for."

        facts = {
            "File": row.path,
            "State": self.state_now(row),
            "Rows": self.progress(row),
            "Position": self.position(row) or "the beginning",
        }
        title = f"{word.capitalize()} replay {replay}"
        inputs = (value, REASON) if value else (REASON,)
        return ask(request, QuoteReplay, Question(title=title, question=effect, button=title, facts=facts, inputs=inputs), act)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask which file and how; the replay worker begins within seconds."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        question = Question(
            title="Start a replay",
            question="The whole file is checked first; with a bad row nothing is sent. Meanwhile no other feed has its symbols.",
            button="Start the replay",
            facts={},
            inputs=_start_inputs(),
        )
        return ask(request, QuoteReplay, question, lambda given: _started(request, given))


def _address(row: QuoteReplay, control: Control) -> str:
    return reverse("admin:marketdata_quotereplay_control", args=[row.pk, control.value])


def _start_inputs() -> tuple[Input, ...]:
    folders = data_folders()
    files = tuple(offered_files(folders))
    return (
        Input("file", "File", choices=("", *files), help="CSV plain, gz or xz, or Parquet"),
        Input("other", "Or another file", help=f"any path below {', '.join(map(str, folders))}"),
        Input("symbols", "Symbols", help="separated by commas; none: all of the file"),
        Input("speed", "Speed", value="1", required=True, help="a multiple of the file's own pace, or max"),
        Input("loop", "Begin again at the end", value="no", choices=_NO_YES),
        Input("skip_bad", "Leave bad rows out", value="no", choices=_NO_YES, help="they are listed in .run/rejects"),
        Input("again", "Send a file once more", value="no", choices=_NO_YES, help="though it was replayed or begun before"),
        REASON,
    )


def _started(request: HttpRequest, given: Mapping[str, str]) -> str:
    symbols = frozenset(filter(None, (symbol.strip() for symbol in given["symbols"].split(","))))
    unknown = sorted(symbols - set(instruments_by_symbol()))
    if unknown:
        raise InvalidInput(f"symbols: no instrument {', '.join(map(ascii, unknown))}", field="symbols")
    chosen = given["other"] or given["file"]
    if not chosen:
        raise InvalidInput("file: choose one, or name another", field="file")
    file = QuoteFile(chosen, data_folders())
    file.close()
    row = services.replay_ask(
        actor=request.user,
        path=file.path,
        symbols=symbols,
        speed=given["speed"],
        reason=given["reason"],
        now=timezone.now(),
        request_id=request_id(request),
        **{name: given[name] == "yes" for name in ("loop", "skip_bad", "again")},
    )
    return f"Replay {row.pk} was asked for: the replay worker begins within seconds."
