"""Steering and listing replays from the command line, for `replay_quotes`."""

import json
import time
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from marketdata import services
from marketdata.domain.steering import LIVE, Control
from marketdata.models import QuoteReplay
from marketdata.replay.holder import lives
from marketdata.selectors import from_microseconds
from marketdata.selectors.replays import replay_object, replays_recent, shown_state
from oms_site.infra.errors import InvalidInput, NotFound

ANSWER_SECONDS = 5.0
"""How long a running replay may take to hear; it listens several times a second."""
_VALUED = {Control.SPEED: "a speed", Control.SEEK: "a time"}


def controlled(replay: str = "", word: str = "", *values: str) -> str:
    """Ask it and wait until it was heard; what is then. Raises `CommandError`: 2 for what makes no sense, 1 for what cannot be done now."""
    if not replay.isascii() or not replay.isdigit() or word not in tuple(Control):
        raise CommandError(f"--control: ID {'|'.join(Control)} [SPEED|TIME], see --list for the ids", returncode=2)
    control = Control(word)
    if len(values) != (control in _VALUED):
        raise CommandError(f"--control ID {word}: takes {_VALUED.get(control, 'nothing more')}", returncode=2)
    try:
        asked = services.replay_control(
            actor=None, replay=int(replay[:18]), control=control, value="".join(values), now=timezone.now(), lives=lives
        )
    except (InvalidInput, NotFound) as error:
        raise CommandError(error.message, returncode=2) from None
    except services.ReplayNotSo as error:
        raise CommandError(error.message, returncode=1) from None
    return standing(_heard(asked))


def _heard(asked: QuoteReplay) -> QuoteReplay:
    deadline = time.monotonic() + ANSWER_SECONDS
    row = asked
    while row.state in LIVE and row.holder and row.heard < asked.asked:
        if time.monotonic() > deadline:
            raise CommandError(f"replay {row.pk} has not answered: it will hear as soon as it can", returncode=1)
        time.sleep(0.05)
        row.refresh_from_db()
    return row


def standing(row: QuoteReplay) -> str:
    """Where a replay stands, in a line."""
    at = f", at {from_microseconds(row.time):%Y-%m-%d %H:%M:%S.%f} of the file" if row.time else ""
    rate = f", {row.rate} rows/s" if row.rate else ""
    state = shown_state(row, timezone.now(), lives)
    what = f"replay {row.pk}: {state}, row {row.rows} of {row.total}{at}, speed {row.speed}{rate}"
    return f"{what}: {row.message}" if row.message else what


def listed(*, as_json: bool) -> str:
    """The latest replays, a line each."""
    rows = replays_recent()
    if as_json:
        now = timezone.now()
        told: list[dict[str, Any]] = [replay_object(row, now, lives) for row in rows]
        return "\n".join(map(json.dumps, told))
    return "\n".join(f"{standing(row)}; {row.path}" for row in rows) or "there was no replay yet"
