"""supervisord: its generated configuration, its start, and its XML-RPC interface over a unix socket."""

import os
import re
import shlex
import subprocess
import time
import xmlrpc.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from supervisor.xmlrpc import SupervisorTransport

from oms_site.stack.errors import NotRunning, StackError
from oms_site.stack.layout import Layout, make_private_folder, write_private
from oms_site.stack.programs import Process

_LOG_BYTES = "10MB"
_LOG_BACKUPS = 2

#: supervisor's words for a process that is not going to run by itself.
FATAL = "FATAL"
RUNNING = "RUNNING"
#: A frame of a Java or Python stack trace: where, not what.
_FRAME = re.compile(r"\s+at |\s+\.\.\. \d+ more")

_ALREADY_STARTED = 60
_NOT_RUNNING = 70
_BAD_NAME = 10


@dataclass(frozen=True, slots=True)
class State:
    """What supervisor knows of one process: `pid` is 0 when it does not run, `seconds` is its age."""

    name: str
    state: str
    pid: int
    seconds: int
    description: str

    @property
    def running(self) -> bool:
        """True once the process has stayed up for supervisor's `startsecs`."""
        return self.state == RUNNING


def render(
    layout: Layout,
    processes: Iterable[Process],
    values: Mapping[str, str],
    *,
    account: str | None,
    extra: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """The configuration file for a set of processes.

    Nothing starts by itself (`autostart=false`): the stack starts processes in the order their readiness allows;
    from then on supervisor starts each again whenever it ends. `extra` adds variables per process.
    """
    lines = [
        "[unix_http_server]",
        f"file={_plain(layout.supervisor_socket)}",
        "chmod=0700",
        "[supervisord]",
        "nodaemon=true",
        f"logfile={_plain(layout.logs / 'supervisord.log')}",
        f"logfile_maxbytes={_LOG_BYTES}",
        f"logfile_backups={_LOG_BACKUPS}",
        f"pidfile={_plain(layout.run_dir / 'supervisord.pid')}",
        "silent=true",
        "strip_ansi=true",
        "minfds=1024",
        f"childlogdir={_plain(layout.logs)}",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
    ]
    for process in processes:
        lines += _section(layout, process, values, account, (extra or {}).get(process.name, {}))
    return "\n".join(lines) + "\n"


def command_of(process: Process, values: Mapping[str, str]) -> list[str]:
    """The process's words with every `{name}` filled in."""
    return [word.format_map(values) for word in shlex.split(process.command)]


class Supervisor:
    """A running supervisord, reached through its socket."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def start(self, configuration: str, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        """Start supervisord in a session of its own (Ctrl-C in the terminal is ours alone) and wait for its socket."""
        layout = self.layout
        layout.logs.mkdir(parents=True, exist_ok=True)
        if layout.supervisor_socket.parent == layout.staging:
            make_private_folder(layout.staging)
        for stale in (layout.supervisor_socket, layout.run_dir / "supervisord.pid"):
            stale.unlink(missing_ok=True)
        write_private(layout.supervisor_conf, configuration)
        with (layout.logs / "supervisord.err").open("wb") as errors:
            child = subprocess.Popen(
                [str(layout.python), "-m", "supervisor.supervisord", "-n", "-c", str(layout.supervisor_conf)],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                env=dict(environment),
                cwd=layout.checkout,
                start_new_session=True,
            )
        deadline = time.monotonic() + 20
        while not self.answers():
            if child.poll() is not None or time.monotonic() > deadline:
                child.kill()
                child.wait()
                tail = (layout.logs / "supervisord.err").read_text(errors="replace").splitlines()[-15:]
                raise StackError("supervisord did not start", remedy="read the lines above", log_tail=tuple(tail))
            time.sleep(0.03)
        return child

    def answers(self) -> bool:
        """True while supervisord answers on its socket."""
        try:
            self._proxy().supervisor.getState()
        except (OSError, xmlrpc.client.Error, StackError):
            return False
        return True

    def states(self) -> list[State]:
        """All processes, in the order they were configured. Raises `NotRunning`."""
        return [_state(info) for info in self._call("getAllProcessInfo")]

    def state(self, name: str) -> State:
        """One process. Raises `NotRunning`, or `StackError` for an unknown name."""
        return _state(self._call("getProcessInfo", name))

    def start_process(self, name: str) -> None:
        """Start a process without waiting for it; harmless when it runs."""
        self._call("startProcess", name, False, harmless=_ALREADY_STARTED)

    def stop_process(self, name: str, *, wait: bool = True) -> None:
        """Stop a process; harmless when it does not run."""
        self._call("stopProcess", name, wait, harmless=_NOT_RUNNING)

    def reload(self, names: Iterable[str]) -> None:
        """Take processes (stopped ones) from the configuration file anew."""
        self._call("reloadConfig")
        for name in names:
            self._call("removeProcessGroup", name, harmless=_BAD_NAME)
            self._call("addProcessGroup", name)

    def shutdown(self) -> None:
        """Ask supervisord to end; it stops what still runs."""
        self._call("shutdown")

    def _proxy(self) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self.layout.supervisor_socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)

    def _call(self, method: str, *arguments: object, harmless: int | None = None) -> Any:
        try:
            return getattr(self._proxy().supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == harmless:
                return None
            raise StackError(f"supervisor refused {method}{arguments}: {fault.faultString}") from fault
        except (OSError, xmlrpc.client.ProtocolError) as error:
            raise NotRunning("the stack is not running", remedy="start it with 'make up' or 'make demo'") from error


def _section(
    layout: Layout,
    process: Process,
    values: Mapping[str, str],
    account: str | None,
    extra: Mapping[str, str],
) -> list[str]:
    environment = {key: value.format_map(values) for key, value in process.environment.items()} | dict(extra)
    lines = [
        f"[program:{process.name}]",
        f"command={_plain(shlex.join(command_of(process, values)))}",
        f"directory={_plain(process.directory.format_map(values))}",
        f"priority={process.priority}",
        "autostart=false",
        "autorestart=true",
        "startsecs=1",
        "startretries=10",
        f"stopsignal={process.stop_signal}",
        f"stopwaitsecs={process.stop_wait}",
        f"stopasgroup={str(process.signal_group).lower()}",
        "killasgroup=true",
        "redirect_stderr=true",
        f"stdout_logfile={_plain(layout.logs / process.name)}.log",
        f"stdout_logfile_maxbytes={_LOG_BYTES}",
        f"stdout_logfile_backups={_LOG_BACKUPS}",
    ]
    if process.unprivileged and account:
        lines.append(f"user={account}")
    if environment:
        pairs = ",".join(f'{key}="{_quoted(value)}"' for key, value in environment.items())
        lines.append(f"environment={pairs}")
    return lines


def _plain(value: str | os.PathLike[str]) -> str:
    """A value with supervisor's expansion sign taken literally."""
    return os.fspath(value).replace("%", "%%")


def _quoted(value: str) -> str:
    """A value inside the double quotes of an `environment=` line."""
    return _plain(value).replace("\\", "\\\\").replace('"', '\\"')


def _state(info: Any) -> State:
    fields = cast("dict[str, Any]", info)
    seconds = fields["now"] - fields["start"] if fields["pid"] else 0
    return State(fields["name"], fields["statename"], fields["pid"], seconds, fields["description"])


def log_tail(layout: Layout, name: str, lines: int = 15) -> tuple[str, ...]:
    """The last lines of a process's log, oldest first, without a stack trace's frames; empty when there is none."""
    path: Path = layout.logs / f"{name}.log"
    if not path.is_file():
        return ()
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64_000))
        text = file.read().decode(errors="replace")
    told = [line for line in text.splitlines() if line.strip() and not _FRAME.match(line)]
    return tuple(told[-lines:])
