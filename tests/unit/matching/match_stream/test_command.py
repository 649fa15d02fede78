"""`manage.py match_stream` as a stranger runs it: a process of its own, no server in reach."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from matching.match_stream.reading import BLOCK
from tests.tidy.tree import ROOT

NOWHERE = {
    "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:1/nowhere",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "KAFKA_BOOTSTRAP": "127.0.0.1:1",
    "SCHEMA_REGISTRY_URL": "http://127.0.0.1:1/",
    "PATH": os.environ.get("PATH", ""),
}
"""The whole environment: addresses at which nothing listens."""
COMMAND = [sys.executable, str(ROOT / "manage.py"), "match_stream"]
NEW = '{"op": "new", "id": "%s", "side": "%s", "type": "limit", "tif": "day", "quantity": 1, "price": 10}\n'
GOOD = NEW % ("a", "buy") + NEW % ("b", "sell")
ANSWER = (
    '{"n":1,"type":"new","id":"a"}\n'
    '{"n":2,"type":"new","id":"b"}\n'
    '{"n":2,"type":"trade","trade_id":"T1","symbol":"X","price":"10","quantity":"1","maker":"a","taker":"b"}\n'
)


def started(*arguments: str | Path, text: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """The command run to its end, with nothing but `NOWHERE` around it."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], input=text, cwd=ROOT, env=NOWHERE | variables, capture_output=True, text=True, timeout=60
    )


def called(*arguments: str | Path) -> str:
    """The same in this process."""
    output = StringIO()
    call_command("match_stream", *map(str, arguments), stdout=output)
    return output.getvalue()


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A file of good lines."""
    path = tmp_path / "commands.jsonl"
    path.write_text(GOOD)
    return path


def test_it_runs_where_no_server_is_and_reads_standard_input() -> None:
    done = started(text=GOOD)
    assert (done.returncode, done.stdout, done.stderr) == (0, ANSWER, "")


def test_it_reads_a_file_and_writes_a_file(commands: Path, tmp_path: Path) -> None:
    output = tmp_path / "answers.jsonl"
    done = started(commands, "--output", output)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert output.read_text() == ANSWER


def test_a_malformed_line_ends_it_with_its_number_and_what_came_before_is_kept() -> None:
    done = started(text=GOOD + "\n" + '{"op": "cancel"}\n' + NEW % ("c", "buy"))
    assert (done.returncode, done.stdout) == (1, ANSWER)
    assert done.stderr == "CommandError: line 4: cancel without id\n"


def test_the_output_file_keeps_what_came_before_a_malformed_line_too(commands: Path, tmp_path: Path) -> None:
    commands.write_text(GOOD + "{}\n" + GOOD)
    with pytest.raises(CommandError, match=r"^line 3: no op$") as refused:
        called(commands, "--hash", "--output", tmp_path / "answers.jsonl")
    assert refused.value.returncode == 1
    assert (tmp_path / "answers.jsonl").read_text() == ANSWER


def test_the_same_input_gives_the_same_bytes_and_the_same_hash_whatever_the_seed_of_hashes() -> None:
    text = "".join(NEW % (f"o{i}", ("buy", "sell")[i % 3 == 0]) for i in range(300)) + '{"op": "mass_cancel"}\n{"op": "book"}\n'
    first, second = (started("--hash", text=text, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert first.stdout == second.stdout
    last = json.loads(first.stdout.splitlines()[-1])
    assert list(last) == ["type", "value"]
    assert last["type"] == "hash"
    assert len(last["value"]) == 64


def test_an_answer_comes_before_the_next_line_is_sent() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=NOWHERE, text=True, bufsize=1) as child:
        assert child.stdin
        assert child.stdout
        for line, told in zip(GOOD.splitlines(), ANSWER.splitlines()[:2], strict=True):
            print(line, file=child.stdin, flush=True)
            assert child.stdout.readline().rstrip() == told
        child.stdin.close()
        assert child.stdout.read().rstrip() == ANSWER.splitlines()[2]
    assert child.returncode == 0


def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    many = "".join(NEW % (f"o{i}", "buy") for i in range(20_000))
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=NOWHERE) as child:
        assert child.stdin
        assert child.stdout
        assert child.stderr
        child.stdout.close()
        try:
            child.stdin.write(many.encode())
            child.stdin.close()
        except BrokenPipeError:
            pass  # it has gone already
        assert child.stderr.read() == b""
        assert child.wait(60) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_that_cannot_be_written_is_said() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(COMMAND, input=GOOD, stdout=full, stderr=subprocess.PIPE, cwd=ROOT, env=NOWHERE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "CommandError: No space left on device\n")


def test_wrong_usage_is_2() -> None:
    assert started("--nothing").returncode == 2


def test_an_output_that_is_the_input_is_wrong_usage_and_harms_nothing(commands: Path) -> None:
    with pytest.raises(CommandError) as refused:
        called(commands, "--output", commands)
    assert refused.value.returncode == 2
    assert commands.read_text() == GOOD


@pytest.mark.parametrize("names", [("nowhere.jsonl",), (".",), ("commands.jsonl", "--output", "nowhere/answers.jsonl")])
def test_a_file_that_cannot_be_read_or_written_is_said(commands: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]) -> None:
    monkeypatch.chdir(commands.parent)
    with pytest.raises(CommandError) as refused:
        called(*names)
    assert refused.value.returncode == 1
    assert ascii(names[-1]) in str(refused.value)


def test_nothing_in_nothing_out(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    assert called(empty) == ""
    assert called(empty, "--hash").startswith('{"type":"hash","value":"')


def test_lines_are_found_wherever_a_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    names = ["x" * (BLOCK - 100), *(f"o{i}" for i in range(4000)), "y" * (3 * BLOCK)]
    path.write_text("".join(NEW % (name, "buy") for name in names).rstrip("\n"))
    told = [json.loads(line) for line in called(path).splitlines()]
    assert [(line["n"], line["id"]) for line in told] == list(enumerate(names, 1))


def test_standard_input_may_be_a_text_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(GOOD))
    assert called("-") == ANSWER
