"""`Stack`: one run directory's servers and programs, started, watched and ended.

The object that starts a stack owns it: it holds the run directory's lock until `stop`. `Stack.attach` gives any
other process the same view of a stack that is running.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Literal

from oms_site.stack import dotenv, environment, leftovers, postgres, secrets
from oms_site.stack.bringup import BringUp
from oms_site.stack.errors import EXIT_BUSY, AlreadyRunning, NotRunning, StackError
from oms_site.stack.layout import Layout, write_private
from oms_site.stack.locks import FileLock
from oms_site.stack.ports import LOOPBACK, Ports, base_port
from oms_site.stack.preparation import Preparation, template_values
from oms_site.stack.programs import BY_NAME, PROGRAMS, SERVER_NAMES, SERVERS, Process
from oms_site.stack.progress import Reporter, Silent
from oms_site.stack.supervisor import State, Supervisor, render

Env = Literal["demo", "test"]

RUN_DIRS: dict[Env, str] = {"demo": ".run", "test": ".run/test"}
TEST_DESK_RUN_DIR = ".run/test-desk"
"""Of the second test stack, beside the first (see `testing`)."""


class Stack:
    """Servers and programs of one run directory.

    `port` is the web port the others derive from (default: `PORT` or `TEST_PORT`); variables that override single
    ports count for the demo alone, so that a test stack never meets it. `database` is the one the programs use.
    `settings` replaces the process's environment and `.env` as the source of all of these.
    """

    def __init__(
        self,
        run_dir: Path | str | None = None,
        port: int | None = None,
        env: Env = "demo",
        *,
        database: str = "oms",
        reporter: Reporter | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.env: Env = env
        self.layout = Layout.of(run_dir or RUN_DIRS[env])
        self.settings = dict(settings) if settings is not None else dotenv.load(self.layout.checkout)
        overrides = self.settings if env == "demo" else {}
        self.ports = Ports.derive(port or base_port(self.settings, env=env), overrides)
        self.database = database
        self.reporter: Reporter = reporter or Silent()
        self.supervisor = Supervisor(self.layout)
        self._lock = FileLock(self.layout.lock)
        self._supervisord: subprocess.Popen[bytes] | None = None
        self._ready: set[str] = set()
        self._extra: dict[str, dict[str, str]] = {}

    # -- life ---------------------------------------------------------------------------------------------------

    @classmethod
    def attach(cls, run_dir: Path | str | None = None, env: Env = "demo") -> "Stack":
        """A stack that another process owns. Raises `NotRunning` when there is none."""
        layout = Layout.of(run_dir or RUN_DIRS[env])
        try:
            saved = json.loads(layout.environment_json.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NotRunning("the stack is not running", remedy="start it with 'make up' or 'make demo'") from None
        stack = cls(layout.run_dir, port=saved["ports"]["web"], env=saved["env"], database=saved["database"])
        stack.ports = Ports(**{**stack.ports.as_dict(), **saved["ports"]})
        if not stack.supervisor.answers():
            raise NotRunning("the stack is not running", remedy="start it with 'make up' or 'make demo'")
        stack._ready = {state.name for state in stack.states() if state.pid}
        return stack

    def acquire(self) -> None:
        """Take the run directory. Raises `AlreadyRunning` (exit 3) when its stack runs."""
        if not self._lock.acquire():
            raise AlreadyRunning(
                f"a {self.env} stack already runs here (pid {self._lock.owner()})",
                remedy="look with 'make status', stop it with 'make down'",
                exit_code=EXIT_BUSY,
            )

    def start_servers(self, *, fresh: bool = False, only: Iterable[str] | None = None) -> None:
        """Start PostgreSQL, Valkey, Kafka and the registry (or `only` some of them) and wait until they serve.

        What an earlier run left behind is ended first; `fresh` also removes its data. On failure everything that
        was started is stopped and the `StackError` goes on.
        """
        wanted = SERVERS if only is None else tuple(BY_NAME[name] for name in only)
        self.acquire()
        try:
            self.prepare(fresh=fresh, servers={process.name for process in wanted})
            self.start_supervisor()
            self.bring_up(wanted)
        except BaseException:
            self.stop()
            raise

    def prepare(self, *, fresh: bool = False, servers: Collection[str] = SERVER_NAMES) -> None:
        """Everything before the first process (see `Preparation`)."""
        Preparation(
            layout=self.layout,
            ports=self.ports,
            password=self._secrets()["postgres_password"],
            reporter=self.reporter,
            port_variable="TEST_PORT" if self.env == "test" else "PORT",
            environment=self.child_environment(),
        ).run(servers, fresh=fresh)

    def start_supervisor(self) -> None:
        """Start supervisord; no process of the table runs yet."""
        self._supervisord = self.supervisor.start(self._configuration(), self.child_environment())
        self._ready.clear()
        self._save_environment()

    def bring_up(self, processes: Iterable[Process], *, also_ready: Iterable[str] = ()) -> None:
        """Start processes and wait until each is ready."""
        self._ready.update(also_ready)
        BringUp(
            self.supervisor,
            layout=self.layout,
            ports=self.ports,
            reporter=self.reporter,
            postgres_url=self.postgres_url("postgres"),
            on_ready={"postgres": lambda: postgres.ensure_databases(self.postgres_url("postgres"))},
        ).run(processes, ready=self._ready)

    def start_programs(self, names: Iterable[str] | Literal["all"] = "all", *, environment: Mapping[str, str] | None = None) -> None:
        """Start programs of the table (the servers must run) and wait until they are ready.

        `environment` adds or replaces variables of these programs, until they are started again without.
        """
        wanted = [process.name for process in PROGRAMS] if names == "all" else list(names)
        changed = [name for name in wanted if self._extra.get(name, {}) != dict(environment or {})]
        if changed:
            self._extra |= {name: dict(environment or {}) for name in changed}
            write_private(self.layout.supervisor_conf, self._configuration())
            for name in changed:
                self.supervisor.stop_process(name)
            self.supervisor.reload(changed)
        self.bring_up([BY_NAME[name] for name in wanted])

    def start(self, name: str) -> None:
        """Start one process that was stopped and wait until it is ready."""
        self.bring_up([BY_NAME[name]])

    def stop_process(self, name: str) -> None:
        """Stop one process and keep it stopped."""
        self.supervisor.stop_process(name)
        self._ready.discard(name)

    def stop(self) -> None:
        """Stop programs, then the servers, then supervisord; end whatever is left; give the lock back.

        Safe to call at any point of a start, and twice.
        """
        try:
            if self.supervisor.answers():
                self._stop_in_waves()
                self.supervisor.shutdown()
            if self._supervisord is not None:
                self._await_supervisord(self._supervisord)
        finally:
            self._supervisord = None
            leftovers.end(self.layout.run_dir)
            self._ready.clear()
            self.layout.environment_json.unlink(missing_ok=True)
            self._mark_stopped()
            self._lock.release()

    # -- view ---------------------------------------------------------------------------------------------------

    def states(self) -> list[State]:
        """What supervisor says of every process of the table."""
        return self.supervisor.states()

    def supervisor_alive(self) -> bool:
        """False once the supervisord this object started has ended."""
        return self._supervisord is not None and self._supervisord.poll() is None

    def pid(self, name: str) -> int:
        """Pid of a running process. Raises `StackError` when it does not run."""
        pid = self.supervisor.state(name).pid
        if not pid:
            raise StackError(f"{name} does not run")
        return pid

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL, *, group: bool = False) -> int:
        """Send a signal to a process (or its whole group) and return its pid; supervisor starts it again."""
        pid = self.pid(name)
        (os.killpg if group else os.kill)(pid, number)
        return pid

    def environment(self) -> dict[str, str]:
        """The variables that tell a child where everything is (see `environment.build`)."""
        return environment.build(
            self.layout,
            self.ports,
            env=self.env,
            secrets=self._secrets(),
            settings=self.settings,
            database=self.database,
        )

    def child_environment(self) -> dict[str, str]:
        """The whole environment of a child: the present one and `environment()` over it."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("SUPERVISOR_", "MAKE"))}
        return inherited | self.environment()

    def postgres_url(self, database: str | None = None) -> str:
        """URL of a database of this stack, with its password."""
        return environment.postgres_url(self.ports, self._secrets(), database or self.database)

    def addresses(self) -> dict[str, str]:
        """Where things are, as in stack.json."""
        values = self.environment()
        return {
            "web": values["WEB_URL"],
            "ws": f"ws://{LOOPBACK}:{self.ports.web}/ws/stream",
            "flower": values["FLOWER_URL"],
            "kafka": values["KAFKA_BOOTSTRAP"],
            "registry": values["SCHEMA_REGISTRY_URL"],
            "postgres": values["DATABASE_URL"],
            "redis": values["REDIS_URL"],
        }

    def write_stack_json(self, users: list[dict[str, object]] | None = None) -> None:
        """Write `.run/stack.json` (whole or not at all); without `users` those of users.json are told."""
        processes = [{"name": s.name, "pid": s.pid, "state": s.state.lower()} for s in self.states()]
        content = {**self.addresses(), "processes": processes, "users": self.users() if users is None else users}
        write_private(self.layout.stack_json, json.dumps(content, indent=1) + "\n")

    def users(self) -> list[dict[str, object]]:
        """Demo log-ins as `seed_demo` wrote them; empty before it ran."""
        try:
            users: list[dict[str, object]] = json.loads(self.layout.users_json.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        return users

    def values(self) -> dict[str, str]:
        """What the command templates of `programs.py` are filled with.

        A test stack waits for no disk: its data outlives every killed process, not a machine without power.
        """
        fsync = {"fsync": "off" if self.env == "test" else "on"}
        return template_values(self.layout, self.ports, password=self._secrets()["postgres_password"]) | fsync

    # -- inside -------------------------------------------------------------------------------------------------

    def _secrets(self) -> dict[str, str]:
        return secrets.load_or_make(self.layout.secrets_json)

    def _configuration(self) -> str:
        return render(
            self.layout,
            BY_NAME.values(),
            self.values(),
            account=postgres.placement(self.layout).user,
            extra=self._extra,
        )

    def _save_environment(self) -> None:
        content = {
            "env": self.env,
            "database": self.database,
            "ports": self.ports.as_dict(),
            "environment": self.environment(),
        }
        write_private(self.layout.environment_json, json.dumps(content, indent=1) + "\n")

    def _stop_in_waves(self) -> None:
        """Stop by falling priority; processes of one priority together."""
        priorities = sorted({process.priority for process in BY_NAME.values()}, reverse=True)
        for priority in priorities:
            wave = [process for process in BY_NAME.values() if process.priority == priority]
            for process in wave:
                self.supervisor.stop_process(process.name, wait=False)
            deadline = time.monotonic() + max(process.stop_wait for process in wave) + 10
            while any(state.pid for state in self.states() if state.name in {process.name for process in wave}):
                if time.monotonic() > deadline:
                    break
                time.sleep(0.05)

    def _await_supervisord(self, child: "subprocess.Popen[bytes]") -> None:
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _mark_stopped(self) -> None:
        """Leave a stack.json that says nothing runs, if one was written."""
        if self.layout.stack_json.exists():
            content = json.loads(self.layout.stack_json.read_text(encoding="utf-8"))
            content["processes"] = []
            write_private(self.layout.stack_json, json.dumps(content, indent=1) + "\n")
