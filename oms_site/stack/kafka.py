"""One Kafka node in KRaft mode: its settings and its formatted data folder."""

import shutil
import subprocess
import uuid
from pathlib import Path

from oms_site.stack.errors import StackError
from oms_site.stack.layout import Layout
from oms_site.stack.ports import Ports

LOG_CONFIGURATION = Path(__file__).with_name("log4j2.properties")

#: What one node needs. The values that do not name ports or paths are those of the container image as well.
SETTINGS: dict[str, str] = {
    "node.id": "1",
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    # Topics are made by `manage.py topics create`; a misspelt name is an error, not a new topic.
    "auto.create.topics.enable": "false",
    "num.partitions": "4",
    # One node: nothing can be replicated.
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    # A restarted worker gets its partitions at once.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # Ten minutes: longer than any transaction a worker may hold, short enough that a dead one unblocks readers.
    "transaction.max.timeout.ms": "600000",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    # Logs are kept for ever unless the topic says otherwise; small segments keep an idle disk small.
    "log.retention.ms": "-1",
    "log.segment.bytes": "134217728",
    "log.index.size.max.bytes": "2097152",
    # Consumer offsets outlive a long stop.
    "offsets.retention.minutes": "20160",
    # Two cores: few threads, or they spend their time switching.
    "num.network.threads": "2",
    "num.io.threads": "4",
    "num.recovery.threads.per.data.dir": "2",
    "background.threads": "2",
    "log.cleaner.dedupe.buffer.size": "8388608",
    "log.message.timestamp.type": "CreateTime",
    "message.max.bytes": "2097152",
    # Flushing is left to the operating system, as by default: a killed process loses nothing, a power cut on one
    # node can lose the last seconds. Orders are safe in PostgreSQL either way.
    "delete.topic.enable": "true",
}


def settings(layout: Layout, ports: Ports, data_dir: Path) -> dict[str, str]:
    """All settings of the node: the fixed ones, its listeners (loopback only) and its data folder."""
    return {
        **SETTINGS,
        "listeners": f"PLAINTEXT://127.0.0.1:{ports.kafka},CONTROLLER://127.0.0.1:{ports.kafka_controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{ports.kafka}",
        "controller.quorum.voters": f"1@127.0.0.1:{ports.kafka_controller}",
        "log.dirs": str(data_dir),
    }


def prepare(layout: Layout, ports: Ports, *, java: Path, jars: Path) -> Path:
    """Write the settings and format the data folder if there is none; returns the settings file.

    Formatting works under a temporary name that is renamed at the end, so a kill leaves no half-made log.
    """
    home = layout.run_dir / "kafka"
    data = home / "data"
    home.mkdir(parents=True, exist_ok=True)
    if not (data / "meta.properties").exists():
        part = home / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)
        _format(_written(home / "format.properties", settings(layout, ports, part)), java=java, jars=jars)
        part.rename(data)
    return _written(home / "server.properties", settings(layout, ports, data))


def _format(configuration: Path, *, java: Path, jars: Path) -> None:
    command = [
        *(str(java), "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"),
        *(f"-Dlog4j2.configurationFile={LOG_CONFIGURATION}", "-cp", f"{jars}/*", "kafka.tools.StorageTool"),
        *("format", "-t", str(uuid.uuid4()), "-c", str(configuration)),
    ]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode:
        raise StackError(
            "Kafka's data folder could not be formatted",
            remedy="read the lines above; 'make clean' starts afresh",
            log_tail=tuple((outcome.stdout + outcome.stderr).splitlines()[-15:]),
        )


def _written(path: Path, values: dict[str, str]) -> Path:
    """Write a .properties file."""
    path.write_text("".join(f"{key}={_escaped(value)}\n" for key, value in values.items()), encoding="ascii")
    return path


def _escaped(value: str) -> str:
    """A value as the format wants it: backslashes doubled, everything beyond ASCII as UTF-16 escapes."""
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    codes = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    return "".join(chr(code) if code < 128 else f"\\u{code:04x}" for code in codes)
