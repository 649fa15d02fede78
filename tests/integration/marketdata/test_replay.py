"""`replay_quotes` into the real topic: content, repeat, refusals without effect, claims, a stop in the middle."""

import csv
import itertools
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketdata.models import FeedClaim
from marketdata.services import claims_take
from oms_site import env
from schemas.topics import QUOTES
from tests.eventually import eventually

pytestmark = [pytest.mark.usefixtures("instruments"), pytest.mark.servers]

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
EQUITIES = DATA / "us_equities_nbbo_20131007_open.csv"
EURUSD = DATA / "eurusd_fxcm_20140508_ecb.csv"
HEADER = "timestamp,symbol,bid,ask,bid_size,ask_size,last,last_size,event\n"
ROWS = "".join(f"2013-10-07T13:30:0{n}.000Z,IBM,181.6{n},181.90,200,700,,,Q\n" for n in range(5))


def replay(path, *arguments):
    """(standard output, standard error) of a replay at full speed."""
    out, err = StringIO(), StringIO()
    call_command("replay_quotes", str(path), "--speed=max", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(path, *arguments):
    """(exit code, what was said) of a replay that fails."""
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("replay_quotes", str(path), "--speed=max", *arguments, stdout=out, stderr=err)
    return failure.value.returncode, err.getvalue() + str(failure.value)


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.csv"
    path.write_text(HEADER + ROWS)
    return path


def decimal(units):
    return "" if units is None else Decimal(units).scaleb(-8)


@pytest.mark.parametrize("path", [EQUITIES, EURUSD], ids=["equities", "eurusd"])
def test_every_row_of_the_real_files_reaches_the_topic_in_order_and_a_repeat_gives_the_same(log, path):
    used = time.process_time()
    replay(path)
    used = time.process_time() - used
    first = log.records("quotes")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(first) == len(rows)
    assert len(rows) / used >= 5_000, "in seconds of this process: others may have the machine"
    for symbol in {row["symbol"] for row in rows}:
        wanted = [row for row in rows if row["symbol"] == symbol]
        found = [log.wire.message(QUOTES, record.value) for record in first if record.key == symbol]
        for row, quote in zip(wanted, found, strict=True):
            assert quote.event == row["event"]
            assert quote.source == "replay"
            for name in ("bid", "ask", "bid_size", "ask_size", "last", "last_size"):
                assert decimal(getattr(quote, name)) == (Decimal(row[name]) if row[name] else "")
    replay(path, "--again")
    both = log.records("quotes")
    for partition in {record.partition for record in both}:
        values = [(record.key, record.value) for record in both if record.partition == partition]
        assert values[: len(values) // 2] == values[len(values) // 2 :]


def test_chosen_symbols_alone_are_sent(log):
    out, _ = replay(EQUITIES, "--symbols=IBM")
    assert {record.key for record in log.records("quotes")} == {"IBM"}
    assert "7102 rows" in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (HEADER + ROWS + "x\n", ":7: has 1 fields"),
        (HEADER + ROWS.replace("IBM", "NOPE"), ":2: symbol: 'NOPE'"),
        (HEADER.replace("bid,", "", 1) + ROWS, ":1: missing column: 'bid'"),
        ("", ":1: the file is empty"),
        (HEADER, "there is no row to send"),
    ],
)
def test_a_file_with_an_error_has_no_effect(log, tmp_path, content, says):
    path = tmp_path / "bad.csv"
    path.write_text(content)
    code, said = refused(path)
    assert code == 1
    assert says in said
    assert log.records("quotes") == []
    assert not FeedClaim.objects.exists()


def test_bad_rows_are_left_out_and_kept_when_asked(log, tmp_path, monkeypatch):
    monkeypatch.setattr(env, "RUN_DIR", tmp_path / "run")
    path = tmp_path / "some.csv"
    path.write_text(HEADER + ROWS + "=cmd(),IBM\n" + ROWS)
    _, said = replay(path, "--skip-bad")
    assert len(log.records("quotes")) == 6
    kept = (tmp_path / "run" / "rejects" / "some.rejects.csv").read_text().splitlines()
    assert kept[0] == "line,reason,row"
    assert kept[1].startswith("7,has 2 fields instead of 9,\"'=cmd()")
    assert len(kept) == 2 + 4
    assert "5 bad rows left out" in said


def test_a_check_says_what_there_is_and_sends_nothing(log, small):
    out, _ = replay(small, "--check")
    assert "5 rows of IBM, 0 min 4 s, 0 bad rows; nothing was sent" in out
    assert log.records("quotes") == []
    assert not FeedClaim.objects.exists()


@pytest.mark.parametrize("path", ["/etc/hostname", "missing.csv", "tests", "/dev/stdin"])
def test_files_that_may_not_be_read_are_wrong_usage(log, path):
    assert refused(path)[0] == 2


def test_a_symbol_there_is_not_is_wrong_usage(log, small):
    code, said = refused(small, "--symbols=IBM,NOPE")
    assert code == 2
    assert "no instrument 'NOPE'" in said


@pytest.mark.parametrize("argument", ["--symbols=IBM,", "--speed=0", "--speed=-1", "--speed=1e3", "--speed=fast", "--colour"])
def test_arguments_that_make_no_sense_are_wrong_usage(small, argument):
    words = [sys.executable, "manage.py", "replay_quotes", str(small), argument]
    assert subprocess.run(words, cwd=env.BASE_DIR, capture_output=True).returncode == 2


def test_a_symbol_of_a_living_replay_is_exit_3_and_free_again_after_its_end(log, small):
    claims_take(holder="elsewhere process 1 started 1", symbols=["IBM"], now=timezone.now(), lives=lambda holder: True)
    code, said = refused(small)
    assert code == 3
    assert "IBM: fed by elsewhere" in said
    assert log.records("quotes") == []
    FeedClaim.objects.update(until=timezone.now())
    replay(small)
    replay(small, "--again")
    assert len(log.records("quotes")) == 10
    assert FeedClaim.objects.get().finished


def test_a_loop_is_stopped_by_a_signal_between_two_rows(log, small):
    import threading

    def stop():
        eventually(lambda: len(log.records("quotes")) > 15, within=20)
        os.kill(os.getpid(), signal.SIGTERM)

    waiter = threading.Thread(target=stop)
    waiter.start()
    out, _ = replay(small, "--loop")
    waiter.join()
    assert "stopped after" in out
    values = [record.value for record in log.records("quotes")]
    assert values == (values[:5] * (len(values) // 5 + 1))[: len(values)]


def test_memory_stays_bounded_for_a_large_file(tmp_path):
    """A check of 60 MB takes no more memory than one of a small file, so the size does not matter."""
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write(HEADER)
        for n in range(1_000_000):
            file.write(f"2013-10-07T13:30:00.072Z,IBM,181.{n % 100:02},182.90,{n % 977},700,,,Q\n")
    code = (
        "import re, sys\n"
        "sys.path.insert(0, '.')\n"
        "from marketdata.domain.tape import read_tape\n"
        "from marketdata.replay.files import QuoteFile\n"
        "from marketdata.replay.validation import validate\n"
        "from pathlib import Path\n"
        f"file = QuoteFile({str(path)!r}, [Path({str(tmp_path)!r})])\n"
        "found = validate(read_tape(file.chunks(), known=frozenset({'IBM'})))\n"
        # ru_maxrss would be the parent's where that is larger: it outlives the exec
        "print(found.rows, re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=env.BASE_DIR, capture_output=True, text=True, check=True)
    rows, kibibytes = map(int, done.stdout.split())
    assert rows == 1_000_000
    assert kibibytes < 256 * 1024


def test_the_synthetic_command_sends_what_was_asked_and_the_same_for_the_same_seed(log):
    for _ in range(2):
        call_command("synthetic_quotes", "--seed=3", "--seconds=1", "--rate=4", "--regime=volatile", stdout=StringIO(), stderr=StringIO())
    for symbol in ("IBM", "EURUSD"):
        found = [log.wire.message(QUOTES, record.value) for record in log.records("quotes") if record.key == symbol]
        values = [(q.bid, q.ask, q.bid_size, q.ask_size, q.last, q.last_size, q.event, q.source) for q in found]
        assert len(values) == 8
        assert values[:4] == values[4:]
        assert [b.time - a.time for a, b in itertools.pairwise(found[:4])] == [250_000] * 3


@pytest.mark.parametrize("argument", ["--regime=sleepy", "--rate=0", "--seed=x", "--seconds=-1"])
def test_the_synthetic_command_refuses_what_makes_no_sense(argument):
    words = [sys.executable, "manage.py", "synthetic_quotes", argument]
    assert subprocess.run(words, cwd=env.BASE_DIR, capture_output=True).returncode == 2
