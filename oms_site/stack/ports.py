"""The ports of a stack, and who holds one that is taken."""

import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from oms_site.stack.errors import EXIT_USAGE, PortTaken, StackError

LOOPBACK = "127.0.0.1"
DEMO_PORT = 8000
TEST_PORT = 18000

#: Field of `Ports` -> (the variable that overrides it, its distance from the web port).
OFFSETS: dict[str, tuple[str, int]] = {
    "web": ("WEB_PORT", 0),
    "flower": ("FLOWER_PORT", 1),
    "kafka": ("KAFKA_PORT", 10),
    "kafka_controller": ("KAFKA_CONTROLLER_PORT", 11),
    "registry": ("REGISTRY_PORT", 12),
    "postgres": ("POSTGRES_PORT", 13),
    "redis": ("REDIS_PORT", 14),
    "registry_management": ("REGISTRY_MANAGEMENT_PORT", 15),
}


@dataclass(frozen=True, slots=True)
class Ports:
    """One TCP port a server; every listener is on loopback."""

    web: int
    flower: int
    kafka: int
    kafka_controller: int
    registry: int
    postgres: int
    redis: int
    registry_management: int

    @classmethod
    def derive(cls, base: int, overrides: Mapping[str, str] | None = None) -> "Ports":
        """All ports from the web port, each replaceable by its own variable (see `OFFSETS`).

        Raises `StackError` (exit 2) on a number that is no port or on a port given twice.
        """
        given = overrides or {}
        values = {
            field: _port(given[variable], variable) if given.get(variable) else base + offset
            for field, (variable, offset) in OFFSETS.items()
        }
        for field, port in values.items():
            _checked(port, OFFSETS[field][0])
        doubled = {port for port in values.values() if list(values.values()).count(port) > 1}
        if doubled:
            names = ", ".join(OFFSETS[field][0] for field, port in values.items() if port in doubled)
            raise StackError(f"{names} are the same port", remedy="give each its own number in .env", exit_code=EXIT_USAGE)
        return cls(**values)

    def as_dict(self) -> dict[str, int]:
        """Field name to port number."""
        return asdict(self)


def base_port(settings: Mapping[str, str], *, env: str) -> int:
    """The web port asked for: `PORT` (demo, default 8000) or `TEST_PORT` (test, default 18000)."""
    variable, default = ("TEST_PORT", TEST_PORT) if env == "test" else ("PORT", DEMO_PORT)
    return _port(settings.get(variable) or str(default), variable)


def require_free(ports: Mapping[str, int], *, variable: str = "PORT") -> None:
    """Raise `PortTaken` for the first port somebody listens on, naming the holder when it can be seen."""
    for name, port in ports.items():
        if _is_free(port):
            continue
        holder = holder_of(port)
        raise PortTaken(
            f"port {port} ({name}) is taken" + (f" by {holder}" if holder else ""),
            remedy=f"stop it, or choose other ports: {variable}={_elsewhere(variable)} make "
            + ("test" if variable == "TEST_PORT" else "demo"),
        )


def holder_of(port: int) -> str:
    """`pid 123 (command)` of the process that listens on a port, or an empty text when it cannot be seen."""
    inodes = _listening_inodes(port)
    for process in Path("/proc").iterdir() if inodes else ():
        if process.name.isdigit() and _holds(process, inodes):
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            return f"pid {process.name} ({command.strip()[:60] or '?'})"
    return ""


def _port(text: str, variable: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise StackError(f"{variable}={text!r} is not a port", remedy="give a number from 1024 to 65535", exit_code=EXIT_USAGE)
    return _checked(int(text), variable)


def _checked(port: int, variable: str) -> int:
    if not 1024 <= port <= 65535:
        raise StackError(f"{variable}: {port} is not a usable port", remedy="give a number from 1024 to 65500", exit_code=EXIT_USAGE)
    return port


def _elsewhere(variable: str) -> int:
    return 19000 if variable == "TEST_PORT" else 9000


def _is_free(port: int) -> bool:
    """Free means: bindable with SO_REUSEADDR, so that connections in TIME_WAIT do not count as taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _listening_inodes(port: int) -> set[str]:
    """Socket inodes in state LISTEN (0A) on a port, from the kernel's tables."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(fields[9])
    return inodes


def _holds(process: Path, inodes: set[str]) -> bool:
    try:
        return any(os.readlink(entry) in {f"socket:[{inode}]" for inode in inodes} for entry in (process / "fd").iterdir())
    except OSError:  # ended meanwhile, or another user's
        return False
