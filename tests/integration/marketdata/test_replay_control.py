"""A replay is steered while it runs, from the command line and from the admin; what people ask for in the admin the worker sends."""

import json
import time
from datetime import timedelta
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from marketdata.domain.steering import Control
from marketdata.models import FeedClaim, QuoteReplay
from marketdata.replay import worker
from marketdata.replay.clock import FeedClock
from marketdata.services import replay_control
from oms_site import env
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus import processor
from oms_site.people import roles_sync
from tests.integration.marketdata.conftest import person
from tests.integration.marketdata.test_replay import HEADER, replay
from tests.integration.marketdata.test_replay_goes_on import ROWS, SYMBOLS, WHOLE, sent_lines, tape, told_to_stop_midway

pytestmark = [pytest.mark.usefixtures("instruments"), pytest.mark.servers]
__all__ = ["tape"]


def command(*arguments):
    out = StringIO()
    call_command("replay_quotes", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def script():
    """Runs steps while a replay waits for its next row: each is (when, what to do); the clock of the feed is the real one."""
    steps = []
    wait = FeedClock.wait

    def waiting(clock, microseconds):
        wait(clock, min(microseconds, 20_000))
        row = QuoteReplay.objects.order_by("-pk").first()
        if steps and row is not None and row.heard == row.asked and steps[0][0](row):
            steps.pop(0)[1](row)

    with patch.object(FeedClock, "wait", waiting):
        yield steps
    assert not steps, "every step came to its turn"


def asked(word, *values):
    """A step: ask for it and note when it was heard."""

    def ask(row):
        replay_control(actor=None, replay=row.pk, control=Control(word), value="".join(values), now=timezone.now())

    return ask


def test_speed_seek_pause_resume_are_heard_while_it_runs(log, tape, script):
    stood = []
    script += [
        (lambda row: row.rows >= 6, asked("seek", "2013-10-07T13:30:15Z")),
        (lambda row: row.part == 2 and row.rows > 450, asked("pause")),
        (lambda row: row.state == "paused", lambda row: stood.append((time.monotonic(), row.rows, sent_lines(log)))),
        (lambda row: time.monotonic() - stood[0][0] > 1, lambda row: stood.append((time.monotonic(), row.rows, sent_lines(log)))),
        (lambda row: True, asked("speed", "max")),
        (lambda row: True, asked("resume")),
    ]
    out = command(str(tape))
    assert stood[0][1:] == stood[1][1:], "nothing is sent while it stands still"
    row = QuoteReplay.objects.get()
    assert (row.state, row.speed, row.rows, row.part) == ("finished", "max", ROWS, 2)
    for at, symbol in enumerate(SYMBOLS):
        lines = sent_lines(log)[symbol]
        jump = lines.index(452 + at)
        assert lines[jump:] == list(range(452 + at, 2 + ROWS, 3)), "from the first row of that time to the end"
        assert lines[:jump] == list(range(2 + at, lines[jump - 1] + 1, 3))
    assert f"replayed {sum(map(len, sent_lines(log).values()))} rows" in out


def test_a_seek_back_sends_rows_again_and_a_stop_leaves_the_rest(log, tape, script):
    script += [
        (lambda row: row.rows >= 6, asked("seek", "2013-10-07T13:30:00Z")),
        (lambda row: row.part == 2 and row.rows >= 3, asked("stop")),
    ]
    assert "stopped after" in command(str(tape))
    row = QuoteReplay.objects.get()
    assert (row.state, row.part) == ("stopped", 2)
    lines = sent_lines(log)["IBM"]
    again = lines.index(2, 1)
    assert lines == WHOLE["IBM"][:again] + WHOLE["IBM"][: len(lines) - again]
    command(str(tape), "--speed=max")
    assert sent_lines(log)["IBM"] == lines[:again] + WHOLE["IBM"]


def test_what_is_asked_is_heard_within_a_second(log, tape, script):
    times = []

    def note(row):
        times.append(time.monotonic())

    script += [(lambda row: row.rows >= 3, lambda row: (note(row), asked("stop")(row)))]
    command(str(tape))
    assert time.monotonic() - times[0] < 1 + 2, "a second to hear it; the rest is this process closing its clients"
    row = QuoteReplay.objects.get()
    assert row.beat_at - AuditEntry.objects.get(action="replay_stop").created_at < timedelta(seconds=1)


def test_the_command_line_steers_lists_and_refuses(log, tape):
    with patch.object(FeedClock, "stopping", lambda clock: bool(QuoteReplay.objects.filter(sent__gt=0))):
        command(str(tape))
    row = QuoteReplay.objects.get()
    number = str(row.pk)
    assert f"replay {number}: stopped" in command("--list")
    assert json.loads(command("--list", "--json"))["state"] == "stopped"
    assert "speed max" in command("--control", number, "speed", "max")
    for words, code in (
        (("7777777", "stop"), 2),
        ((number, "dance"), 2),
        ((number, "speed", "-1"), 2),
        ((number, "speed"), 2),
        ((number, "seek", "yesterday"), 2),
        ((number, "stop", "now"), 2),
        ((number, "pause"), 1),
        (("x", "stop"), 2),
    ):
        with pytest.raises(CommandError) as failure:
            command("--control", *words)
        assert failure.value.returncode == code, words
    assert "waiting" in command("--control", number, "resume")
    row.refresh_from_db()
    assert (row.state, row.by_worker, row.speed) == ("waiting", True, "max")
    with pytest.raises(CommandError):
        command(str(tape), "--list")
    with pytest.raises(CommandError):
        command()


def test_progress_and_result_are_lines_of_json_when_asked(log, tape):
    told = [json.loads(line) for line in command(str(tape), "--speed=max", "--json").splitlines()]
    assert told[-1]["rows"] == ROWS
    assert told[-1]["replayed"] is True
    assert {"rows", "total", "rows_per_second", "seconds_left", "position"} <= told[0].keys()
    assert json.loads(command(str(tape), "--json").splitlines()[-1])["replayed"] is False


class Turns(processor.Control):
    """A worker that is told to end once nothing waits any more."""

    def __init__(self):
        super().__init__(stop_reason=self._reason, paused=lambda: False, report=lambda state, progress: None)

    def _reason(self):
        busy = QuoteReplay.objects.filter(by_worker=True, state__in=("waiting", "checking", "running", "paused"))
        return None if busy.exists() else "nothing waits"


@pytest.fixture
def desk(db):
    roles_sync()
    browser = Client()
    browser.force_login(person("desk-person", "operations", is_staff=True))
    return browser


def start(browser, path, **more):
    given = {"file": "", "other": str(path), "symbols": "", "speed": "max", "reason": "a test"}
    given |= dict.fromkeys(("loop", "skip_bad", "again"), "no")
    return browser.post("/admin/marketdata/quotereplay/add/", given | more, follow=True)


def test_a_replay_asked_for_in_the_admin_is_sent_by_the_worker(log, tape, desk, monkeypatch, tmp_path):
    monkeypatch.setattr(env, "DATA_DIRS", [str(tmp_path)])
    assert str(tape) in desk.get("/admin/marketdata/quotereplay/add/").content.decode(), "it is among the files to choose from"
    answer = start(desk, "", file=str(tape))
    assert "was asked for" in answer.content.decode()
    counts = worker.run(Turns())
    assert (counts["replays"], counts["rows"]) == (1, ROWS)
    row = QuoteReplay.objects.get()
    assert (row.state, row.started_by.username) == ("finished", "desk-person")
    assert sent_lines(log) == WHOLE
    assert "600 of 600 (100 %)" in desk.get("/admin/marketdata/quotereplay/").content.decode()
    assert AuditEntry.objects.get(action="replay_asked").detail["reason"] == "a test"
    start(desk, tape)
    worker.run(Turns())
    row = QuoteReplay.objects.order_by("-pk").first()
    assert row.state == "failed"
    assert "the same file was replayed before" in row.message
    start(desk, tape, again="yes", symbols="IBM")
    worker.run(Turns())
    assert sent_lines(log)["IBM"] == WHOLE["IBM"] * 2


def test_what_the_worker_cannot_send_is_said_on_the_page(log, desk, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(HEADER + "x\n")
    start(desk, bad)
    worker.run(Turns())
    row = QuoteReplay.objects.get()
    assert row.state == "failed"
    assert "line 2: has 1 fields" in row.message
    assert log.records("quotes") == []
    assert not FeedClaim.objects.exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"other": "/etc/passwd"}, "must lie under one of"),
        ({"other": ""}, "choose one"),
        ({"symbols": "NOPE"}, "no instrument"),
        ({"speed": "fast"}, "speed: a number"),
        ({"reason": " "}, "reason: say why"),
    ],
)
def test_a_start_that_makes_no_sense_is_refused_without_a_trace(desk, tmp_path, more, says):
    (tmp_path / "a.csv").write_text(HEADER)
    answer = start(desk, tmp_path / "a.csv", **more)
    assert says in answer.content.decode().lower()
    assert not QuoteReplay.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_button_asks_for_a_reason_and_leaves_one_audit_entry(log, tape, desk):
    with told_to_stop_midway():
        replay(tape)
    row = QuoteReplay.objects.get()
    page = f"/admin/marketdata/quotereplay/{row.pk}/control/seek/"
    assert f'href="{page}"' in desk.get("/admin/marketdata/quotereplay/").content.decode()
    before = AuditEntry.objects.count()
    assert "say why" in desk.post(page, {"value": "2013-10-07T13:30:15Z", "reason": ""}, follow=True).content.decode()
    assert AuditEntry.objects.count() == before
    desk.post(page, {"value": "2013-10-07T13:30:15Z", "reason": "only the end"})
    desk.post(page.replace("seek", "resume"), {"reason": "go on"})
    assert AuditEntry.objects.count() == before + 2
    worker.run(Turns())
    row.refresh_from_db()
    assert (row.state, row.part, row.rows) == ("finished", 2, ROWS)
    assert sent_lines(log)["IBM"][-50:] == WHOLE["IBM"][-50:]


def test_a_replay_whose_process_is_gone_is_interrupted_and_can_be_resumed(desk):
    now = timezone.now()
    row = QuoteReplay.objects.create(
        path="a", state="running", holder="gone process 1 started 1", created_at=now, safe_at=now, beat_at=now - timedelta(minutes=1)
    )
    text = desk.get("/admin/marketdata/quotereplay/").content.decode()
    assert "interrupted" in text
    assert f"/{row.pk}/control/resume/" in text
    assert f"/{row.pk}/control/pause/" not in text
    desk.post(f"/admin/marketdata/quotereplay/{row.pk}/control/stop/", {"reason": "not any more"})
    row.refresh_from_db()
    assert row.state == "stopped"
