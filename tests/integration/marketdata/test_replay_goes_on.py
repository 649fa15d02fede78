"""A replay that ends early, however, goes on when it is run again: on the topic lies the file, each row once."""

import gzip
import itertools
import lzma
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db.models import F

from marketdata.models import QuoteReplay
from marketdata.publishing import TopicWriter
from marketdata.replay import feed
from marketdata.replay.clock import FeedClock
from marketdata.replay.origin import origin_of
from tests.integration.marketdata.test_replay import HEADER, replay

pytestmark = [pytest.mark.usefixtures("instruments"), pytest.mark.servers]

SYMBOLS = ("IBM", "BAC", "AIG")
ROWS = 600
WHOLE = {symbol: list(range(2 + at, 2 + ROWS, 3)) for at, symbol in enumerate(SYMBOLS)}
"""What is on the topic when each line was sent once, in order: by symbol, because each has a partition of its own."""


class Killed(BaseException):
    """Stands in for SIGKILL: nothing of the product catches it."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(feed, "BATCH", 100)


@pytest.fixture
def tape(tmp_path):
    """A row of each of three symbols every tenth of a second, for 20 seconds of the file's time."""
    path = tmp_path / "tape.csv"
    rows = (
        f"2013-10-07T13:30:{n // 10:02}.{n % 10}00Z,{symbol},181.{n:03},182.90,{n + 1},700,,,Q\n"
        for n, symbol in itertools.product(range(ROWS // 3), SYMBOLS)
    )
    path.write_text(HEADER + "".join(rows))
    return path


@contextmanager
def dying(batch, written=()):
    """The process dies in its `batch`th batch (from 0), when of that batch only these symbols have reached the topic."""
    write, batches = TopicWriter.post, itertools.count()

    def post(self, messages, headers):
        if next(batches) < batch:
            return write(self, messages, headers)
        part = [(message, header) for message, header in zip(messages, headers, strict=True) if message.symbol in written]
        if part:
            write(self, *map(list, zip(*part, strict=True)))
            self.settle()
        raise Killed

    with patch.object(TopicWriter, "post", post), pytest.raises(Killed):
        yield


@contextmanager
def told_to_stop_midway():
    """A signal while the rows are sent: after so many looks for one, not after a time, however quick the machine."""
    calls = itertools.count()
    with patch.object(FeedClock, "stopping", lambda clock: next(calls) > ROWS + 400):
        yield


def sent_lines(log):
    """The lines of the file on the topic, by symbol, in the topic's order."""
    found: dict[str, list[int]] = {}
    for record in log.records("quotes"):
        found.setdefault(record.key, []).append(origin_of(record).line)
    return found


@pytest.mark.parametrize(
    ("batch", "written"), [(0, ()), (0, ("BAC",)), (3, SYMBOLS), (5, ("IBM", "AIG"))], ids=["nothing", "a symbol", "a batch", "the end"]
)
def test_killed_while_sending_and_run_again_each_row_is_there_once(log, tape, batch, written):
    with dying(batch, written):
        replay(tape)
    before = sum(map(len, sent_lines(log).values()))
    out, _ = replay(tape)
    assert sent_lines(log) == WHOLE
    assert f"replayed {ROWS - before} rows" in out
    row = QuoteReplay.objects.get()
    assert (row.state, row.rows, row.total) == ("finished", ROWS, ROWS)


def test_killed_twice_before_it_could_tell_what_the_first_run_had_sent(log, tape):
    with dying(0, ("BAC",)):
        replay(tape)
    QuoteReplay.objects.update(safe_at=F("safe_at") - timedelta(hours=1))
    with dying(0, ("AIG",)):
        replay(tape)
    replay(tape)
    assert sent_lines(log) == WHOLE


def test_a_stop_is_no_end_either_and_with_again_the_file_begins_anew(log, tape):
    with told_to_stop_midway():
        out, _ = replay(tape)
    assert "stopped after" in out
    assert QuoteReplay.objects.get().state == "stopped"
    _, err = replay(tape)
    assert "goes on behind line" in err
    assert sent_lines(log) == WHOLE
    replay(tape, "--again")
    assert sent_lines(log) == {symbol: lines * 2 for symbol, lines in WHOLE.items()}


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress], ids=["gz", "xz"])
def test_the_same_file_is_known_again_whatever_it_is_packed_in_and_called(log, tape, pack):
    replay(tape)
    packed = tape.with_name("another.name")
    packed.write_bytes(pack(tape.read_bytes()))
    out, _ = replay(packed)
    assert "the same file was replayed before, as replay" in out
    assert "nothing was sent" in out
    assert sent_lines(log) == WHOLE
    replay(packed, "--symbols=IBM")
    assert sent_lines(log) == WHOLE | {"IBM": WHOLE["IBM"] * 2}, "a part of it was never sent by itself"


def test_killed_in_its_second_lap_it_goes_on_there(log, tape):
    with dying(7, ("IBM",)):
        replay(tape, "--loop")
    with dying(5):
        replay(tape, "--loop")
    for symbol, lines in sent_lines(log).items():
        expected = WHOLE[symbol] * 3
        assert lines == expected[: len(lines)], symbol
    assert QuoteReplay.objects.get().part == 3
