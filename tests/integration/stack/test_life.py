"""The stack's life on real servers: what a kill leaves behind hinders nothing, and nothing outlives a stop.

PostgreSQL and Valkey alone, so that it stays quick; the bring-up of the others is the same code.
"""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from oms_site.stack import Stack, StackError, disk, leftovers
from oms_site.stack.errors import EXIT_BUSY, AlreadyRunning, NotRunning, PortTaken
from oms_site.stack.layout import CHECKOUT
from oms_site.stack.preparation import remove_data
from oms_site.stack.probes import postgres_answers
from tests.eventually import eventually

PORT = 18030
SERVERS = ("postgres", "valkey")
SETTINGS: dict[str, str] = {}

#: A starter of its own, so that it can be killed as a person's `make demo` can.
STARTER = f"""
import signal, sys
from oms_site.stack import Stack
stack = Stack(sys.argv[1], {PORT}, "test", settings={{}})
stack.start_servers(only={SERVERS})
print("up", flush=True)
signal.pause()
"""


def _stack(run_dir: Path) -> Stack:
    return Stack(run_dir, PORT, "test", settings=SETTINGS)


@pytest.fixture
def run_dir(tmp_path: Path) -> Iterator[Path]:
    """A run directory of the test's own; whatever still lives in it afterwards is ended."""
    path = tmp_path / "run"
    yield path
    stack = _stack(path)
    stack.stop()
    assert leftovers.members(path) == []
    remove_data(stack.layout)


@pytest.fixture
def starter(run_dir: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has started the servers and holds the run directory."""
    child = subprocess.Popen([sys.executable, "-c", STARTER, str(run_dir)], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    yield child
    child.kill()
    child.wait()
    child.stdout.close()


def _numbers(stack: Stack) -> list[int]:
    with psycopg.connect(stack.postgres_url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept SELECT count(*) FROM kept")
        return [row[0] for row in connection.execute("SELECT number FROM kept ORDER BY 1").fetchall()]


def test_data_survives_a_stop_and_nothing_else_does(run_dir: Path) -> None:
    for expected in ([0], [0, 1]):
        stack = _stack(run_dir)
        stack.start_servers(only=SERVERS)
        assert _numbers(stack) == expected
        assert leftovers.members(run_dir) != []
        stack.stop()
        assert leftovers.members(run_dir) == []
    stack.start_servers(only=SERVERS, fresh=True)
    assert _numbers(stack) == [0]


@pytest.mark.parametrize("victims", ["manager", "supervisor", "everything"])
def test_a_kill_hinders_nothing(run_dir: Path, starter: "subprocess.Popen[str]", victims: str) -> None:
    _numbers(Stack.attach(run_dir))
    left = leftovers.members(run_dir)
    supervisor = int((run_dir / "supervisord.pid").read_text())
    assert supervisor in left
    for pid in {"manager": [], "supervisor": [supervisor], "everything": left}[victims]:
        os.kill(pid, signal.SIGKILL)
    starter.kill()
    starter.wait()
    stack = _stack(run_dir)
    stack.start_servers(only=SERVERS)
    assert _numbers(stack) == [0, 1]
    assert not set(left) & set(leftovers.members(run_dir))


def test_a_second_start_is_refused_while_the_first_runs(run_dir: Path, starter: "subprocess.Popen[str]") -> None:
    with pytest.raises(AlreadyRunning, match=f"pid {starter.pid}.*make down") as refusal:
        _stack(run_dir).start_servers(only=SERVERS)
    assert refusal.value.exit_code == EXIT_BUSY
    assert Stack.attach(run_dir).pid("valkey")


def test_a_killed_server_is_started_again(run_dir: Path) -> None:
    stack = _stack(run_dir)
    stack.start_servers(only=SERVERS)
    killed = stack.kill("postgres")
    eventually(lambda: stack.supervisor.state("postgres").pid not in {0, killed}, within=20, what="postgres is restarted")
    eventually(lambda: postgres_answers(stack.postgres_url()), within=20, what="postgres answers")


def test_data_whose_secrets_were_removed_is_made_afresh(run_dir: Path) -> None:
    stack = _stack(run_dir)
    stack.start_servers(only=SERVERS)
    _numbers(stack)
    stack.stop()
    (run_dir / "secrets.json").unlink()
    (run_dir / "kafka" / "data").mkdir(parents=True)
    stack.start_servers(only=SERVERS)
    assert _numbers(stack) == [0]
    assert not (run_dir / "kafka").exists()


def test_a_stack_of_another_run_directory_is_left_alone(run_dir: Path, tmp_path: Path) -> None:
    stack = _stack(run_dir)
    stack.start_servers(only=("valkey",))
    assert leftovers.end(tmp_path / "other") == 0
    assert stack.pid("valkey")


def test_a_port_that_is_taken_is_named_with_its_holder(run_dir: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", PORT + 14))
        holder.listen()
        with pytest.raises(PortTaken, match=rf"port {PORT + 14} \(redis\) is taken by pid {os.getpid()}.*TEST_PORT=\d+ make test"):
            _stack(run_dir).start_servers(only=SERVERS)
    assert leftovers.members(run_dir) == []


def test_a_disk_nearly_full_is_refused_before_anything_starts(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "RESTART_BYTES", 1 << 60)
    with pytest.raises(StackError, match="disk nearly full"):
        _stack(run_dir).start_servers(only=SERVERS)
    assert leftovers.members(run_dir) == []


def test_a_server_that_does_not_come_up_is_told_with_its_log(run_dir: Path) -> None:
    stack = _stack(run_dir)
    stack.start_servers(only=SERVERS)
    stack.stop()
    data = (
        next(folder for folder in run_dir.rglob("data") if (folder / "PG_VERSION").exists())
        if _near(stack)
        else stack.layout.staged / "postgres" / "data"
    )
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(StackError, match="postgres does not stay up") as failure:
        stack.start_servers(only=SERVERS)
    assert any("incompatible" in line for line in failure.value.log_tail)
    assert leftovers.members(run_dir) == []


def _near(stack: Stack) -> bool:
    return Path(stack.values()["postgres_data"]).is_relative_to(stack.layout.run_dir)


def test_secrets_are_readable_by_their_owner_only(run_dir: Path) -> None:
    stack = _stack(run_dir)
    stack.start_servers(only=SERVERS)
    stack.write_stack_json(users=[])
    for name in ("secrets.json", "environment.json", "stack.json", "supervisord.conf"):
        assert stat.S_IMODE((run_dir / name).stat().st_mode) == 0o600, name
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stack.postgres_url().replace(":" + stack._secrets()["postgres_password"], ":wrong"))


def test_a_stopped_stack_says_so_in_its_file(run_dir: Path) -> None:
    stack = _stack(run_dir)
    stack.start_servers(only=("valkey",))
    eventually(lambda: stack.supervisor.state("valkey").running, what="valkey counts as running")
    stack.write_stack_json()
    told = json.loads(stack.layout.stack_json.read_text())
    assert {"name": "valkey", "pid": stack.pid("valkey"), "state": "running"} in told["processes"]
    stack.stop()
    assert json.loads(stack.layout.stack_json.read_text())["processes"] == []
    with pytest.raises(NotRunning):
        Stack.attach(run_dir)
