"""What people do with replays: ask for one, and steer one that runs or rests. Each leaves an audit entry."""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db import transaction

from marketdata.domain.rows import RowError, microseconds
from marketdata.domain.steering import OFFERED, Control, ReplayState, Wanted
from marketdata.models import QuoteReplay
from marketdata.selectors.replays import shown_state
from marketdata.services.access import DESK, require, said
from marketdata.services.replay_runs import CHAIN
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict, InvalidInput, NotFound

_SPEED = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?", re.ASCII)


class ReplayNotSo(Conflict):
    """The state a replay is in does not allow what was asked of it."""

    default_code = "replay_not_so"


def speed_checked(text: str) -> str:
    """A speed as it is stored. Raises `InvalidInput`."""
    if text == "max" or (_SPEED.fullmatch(text) and Fraction(text)):
        return text
    raise InvalidInput("speed: a number above 0 (1 is the file's own pace), with at most 6 decimals, or max", field="speed")


def moment_checked(text: str) -> int:
    """A time of a file in microseconds. Raises `InvalidInput`."""
    try:
        return microseconds(text)
    except RowError:
        raise InvalidInput("time: in UTC as the file has it, like 2013-10-07T13:30:00.019Z", field="value") from None


def replay_ask(
    *,
    actor: Any,
    path: str,
    symbols: Collection[str],
    speed: str,
    loop: bool,
    skip_bad: bool,
    again: bool,
    reason: str,
    now: datetime,
    request_id: str = "",
) -> QuoteReplay:
    """A replay that the replay worker is to send: it checks the file first. Raises `Forbidden`, `InvalidInput`.

    The caller has made sure that `path` may be read.
    """
    require(actor, DESK, "start a replay")
    with transaction.atomic():
        row = QuoteReplay.objects.create(
            path=path,
            symbols=sorted(symbols),
            speed=speed_checked(speed),
            loop=loop,
            skip_bad=skip_bad,
            again=again,
            state=ReplayState.WAITING,
            by_worker=True,
            started_by=actor,
            created_at=now,
            beat_at=now,
            safe_at=now,
        )
        detail = {"file": path, "symbols": row.symbols, "speed": speed, "loop": loop, "skip_bad": skip_bad, "again": again}
        _told(row, "replay_asked", detail, actor=actor, reason=said(reason), request_id=request_id, now=now)
    return row


def replay_control(
    *,
    actor: Any,
    replay: int,
    control: Control,
    now: datetime,
    value: str = "",
    reason: str = "",
    lives: Callable[[str], bool] = bool,
    request_id: str = "",
) -> QuoteReplay:
    """Pause, resume, stop, another speed, another place: what runs hears it within a second; `resume` of what rests is the worker's.

    `actor` None is somebody at the machine's command line; anyone else needs the desk's role and a reason. `value` is the speed, or the
    time to go on from. Raises `Forbidden`, `NotFound`, `ReplayNotSo`, `InvalidInput`.
    """
    if actor is not None:
        require(actor, DESK, "steer a replay")
        reason = said(reason)
    with transaction.atomic():
        row = QuoteReplay.objects.select_for_update().filter(pk=replay).first()
        if row is None:
            raise NotFound(f"there is no replay {replay}")
        state = shown_state(row, now, lives)
        if control not in OFFERED[state]:
            offered = ", ".join(sorted(OFFERED[state])) or "start it once more with --again"
            raise ReplayNotSo(f"replay {replay} is {state}: {control} cannot be asked of it now, but {offered}")
        before = {"state": state.value, "speed": row.speed, "behind_line": row.line}
        _asked(row, state, control, value, now)
        row.asked += 1
        row.save()
        _told(row, f"replay_{control}", {"value": value, **before}, actor=actor, reason=reason, request_id=request_id, now=now)
    return row


def _asked(row: QuoteReplay, state: ReplayState, control: Control, value: str, now: datetime) -> None:
    if control is Control.SPEED:
        row.speed = speed_checked(value)
    elif control is Control.SEEK:
        row.seek_to = moment_checked(value)
    elif control is Control.PAUSE:
        row.wanted = Wanted.PAUSE
    elif control is Control.STOP:
        row.wanted = Wanted.STOP
        if state in (ReplayState.WAITING, ReplayState.INTERRUPTED):
            row.state, row.holder, row.ended_at = ReplayState.STOPPED, "", now
    else:
        row.wanted = Wanted.RUN
        if state is not ReplayState.PAUSED:
            row.state, row.by_worker, row.holder, row.ended_at, row.message = ReplayState.WAITING, True, "", None, ""


def _told(row: QuoteReplay, action: str, detail: dict[str, Any], *, actor: Any, reason: str, request_id: str, now: datetime) -> None:
    audit.record(
        chain=CHAIN,
        actor=actor,
        action=action,
        object_type="replay",
        object_id=str(row.pk),
        detail={**detail, "reason": reason},
        request_id=request_id,
        now=now,
    )
