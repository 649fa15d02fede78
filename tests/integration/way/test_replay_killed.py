"""A replay that is killed for good, twice, and run again: on the topic lies each row of the file once, in order."""

import subprocess
import sys
from pathlib import Path

from marketdata.replay.origin import origin_of
from schemas.topics import QUOTES
from tests.eventually import eventually
from tests.live import Live
from tests.logs import read_records

FILE = Path(__file__).resolve().parents[4] / "shared" / "data" / "us_equities_nbbo_20131007_open.csv"


def sent(replay: int) -> dict[str, list[int]]:
    """The lines a replay has on the topic, by symbol, in the topic's order."""
    found: dict[str, list[int]] = {}
    for record, quote in read_records(QUOTES):
        origin = origin_of(record)
        if origin is not None and origin.replay == replay:
            found.setdefault(quote.symbol, []).append(origin.line)
    return found


def killed_while_sending(live: Live, *more: str) -> int:
    """Start the command, kill it once rows of this run are on the topic; the replay's number."""
    words = [sys.executable, "manage.py", "replay_quotes", str(FILE), *more]
    checkout, environment = live.stack.layout.checkout, live.stack.child_environment()
    with subprocess.Popen(words, cwd=checkout, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        told = next(line for line in process.stderr if line.startswith("replay "))
        replay = int(told.split()[1])
        before = sum(map(len, sent(replay).values()))
        eventually(lambda: process.poll() is not None or sum(map(len, sent(replay).values())) > before, within=60, every=0.01)
        assert process.poll() is None, "it must still be sending"
        process.kill()
    return replay


def test_killed_twice_and_run_again_each_row_of_the_file_is_there_once(live_stack: Live) -> None:
    lines = FILE.read_text().splitlines()
    first = killed_while_sending(live_stack, "--again", "--speed", "20")
    assert killed_while_sending(live_stack, "--speed", "20") == first, "it goes on with the same one"
    found = sent(first)
    assert 0 < sum(map(len, found.values())) < len(lines) - 1
    done = live_stack.manage("replay_quotes", str(FILE), "--speed", "max")
    assert "goes on behind line" in done.stderr
    for symbol, sent_lines in sent(first).items():
        assert sent_lines == [number for number, line in enumerate(lines, 1) if f",{symbol}," in line]
    again = live_stack.manage("replay_quotes", str(FILE), "--speed", "max")
    assert "nothing was sent" in again.stdout
