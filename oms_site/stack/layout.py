"""Where everything of a stack lies: one run directory per stack, one download cache per checkout."""

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

#: Linux allows 107 bytes in a unix socket's path; supervisor appends its pid while it binds.
SOCKET_PATH_LIMIT = 95


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of one stack. `run_dir` is absolute; `checkout` is the folder that holds `manage.py`."""

    run_dir: Path
    checkout: Path = CHECKOUT

    @classmethod
    def of(cls, run_dir: Path | str, checkout: Path = CHECKOUT) -> "Layout":
        """Make a layout from any spelling of the run directory (relative ones start at the checkout)."""
        return cls(run_dir=Path(os.path.abspath(checkout / run_dir)), checkout=checkout)

    @property
    def python(self) -> Path:
        """The interpreter every child runs: the checkout's own, or the one running now."""
        own = self.checkout / ".venv" / "bin" / "python"
        return own if own.exists() else Path(sys.executable)

    @property
    def cache(self) -> Path:
        """Downloads, shared by all stacks of the checkout."""
        return self.checkout / ".run" / "cache"

    @property
    def logs(self) -> Path:
        """One log a process, rotated by supervisor."""
        return self.run_dir / "logs"

    @property
    def lock(self) -> Path:
        """Held (flock) by the manager for as long as the stack runs; holds its pid."""
        return self.run_dir / "stack.lock"

    @property
    def stack_json(self) -> Path:
        """Where programs look up addresses and demo users."""
        return self.run_dir / "stack.json"

    @property
    def users_json(self) -> Path:
        """Demo log-ins, written by `manage.py seed_demo`, readable by the owner only."""
        return self.run_dir / "users.json"

    @property
    def environment_json(self) -> Path:
        """The children's environment, for commands run by hand; readable by the owner only."""
        return self.run_dir / "environment.json"

    @property
    def secrets_json(self) -> Path:
        """Generated passwords and keys, readable by the owner only."""
        return self.run_dir / "secrets.json"

    @property
    def metrics(self) -> Path:
        """Prometheus' multiprocess files, wiped at every start."""
        return self.run_dir / "metrics"

    @property
    def staged(self) -> Path:
        """The of the staging folder that belongs to this run directory."""
        return self.staging / _digest(self.run_dir)

    @property
    def server_folders(self) -> tuple[Path, ...]:
        """Folders the servers of this run directory work in."""
        return (self.run_dir / "postgres", self.run_dir / "valkey", self.staged)

    @property
    def supervisor_conf(self) -> Path:
        """The generated configuration of supervisord."""
        return self.run_dir / "supervisord.conf"

    @property
    def supervisor_socket(self) -> Path:
        """The supervisor's XML-RPC socket; in the staging folder when the path would be too long for a socket."""
        near = self.run_dir / "supervisor.sock"
        if len(os.fsencode(near)) <= SOCKET_PATH_LIMIT:
            return near
        return self.staging / f"supervisor-{_digest(self.run_dir)}.sock"

    @property
    def staging(self) -> Path:
        """A folder of the system's temporary space that belongs to this checkout and user.

        It is made only when needed: PostgreSQL's binaries and data when its unprivileged user cannot
        reach the checkout, and sockets whose path would be too long.
        """
        root = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())
        return root / f"oms-{os.getuid()}-{_digest(self.checkout)}"


def make_private_folder(path: Path, mode: int = 0o711) -> Path:
    """Make a folder in shared temporary space and insist that it is ours.

    Raises `PermissionError` when the name exists but is a link or belongs to somebody else: another user of
    the machine could have put it there first.
    """
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    status = path.lstat()
    if path.is_symlink() or status.st_uid != os.getuid():
        raise PermissionError(f"{path} belongs to another user")
    path.chmod(mode)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read, whole or not at all (temporary name, then rename)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def _digest(path: Path) -> str:
    """A short name for a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
