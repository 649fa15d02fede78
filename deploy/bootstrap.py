"""Brings what the project needs on a machine that has Python and make: the virtual environment and the front-end files.

    python3.11 deploy/bootstrap.py          what `make demo` needs
    python3.11 deploy/bootstrap.py --dev    what `make test` and `make check` need as well

The standard library alone. Stamps (hashes of the files that say what is wanted) make a second run do nothing and need
no network. Foreseeable failures are one line with the remedy.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED_BYTES = 3 * 1024**3

RUNTIME = ("requirements.txt", "requirements-stack.txt")
DEVELOPMENT = ("requirements-dev.txt",)
CONSTRAINTS = "constraints.txt"

VENDOR = CHECKOUT / "oms_site" / "static" / "vendor"
#: Where a file lies in its npm package -> its name among the static files.
VENDOR_FILES = {
    "tabulator-tables/dist/js/tabulator.min.js": "tabulator.min.js",
    "tabulator-tables/dist/css/tabulator.min.css": "tabulator.min.css",
    "tabulator-tables/LICENSE": "tabulator.LICENSE",
    "lightweight-charts/dist/lightweight-charts.standalone.production.js": "lightweight-charts.standalone.production.js",
    "lightweight-charts/LICENSE": "lightweight-charts.LICENSE",
    "uplot/dist/uPlot.iife.min.js": "uPlot.iife.min.js",
    "uplot/dist/uPlot.min.css": "uPlot.min.css",
    "uplot/LICENSE": "uPlot.LICENSE",
}


class BootstrapError(Exception):
    """A foreseeable failure: what happened and what to do, in one line."""


def main(arguments: list[str]) -> int:
    """Bring everything that is missing; 0 when all is there."""
    try:
        require_python()
        wanted = RUNTIME + (DEVELOPMENT if "--dev" in arguments else ())
        install_packages(wanted)
        bring_front_end()
    except BootstrapError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; run the same command again", file=sys.stderr)
        return 130
    return 0


def require_python() -> None:
    """Refuse a Python the pinned packages do not support."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        found = ".".join(map(str, sys.version_info[:3]))
        raise BootstrapError(
            f"Python {found} at {sys.executable} does not fit, 3.11 to 3.13 do -> "
            "install one of them (Debian: apt-get install python3.11 python3.11-venv) or name it: PYTHON=/path/to/python3.11 make demo"
        )


def install_packages(wanted: tuple[str, ...]) -> None:
    """Make the virtual environment and install what the requirement files name, if they changed."""
    python = VENV / "bin" / "python"
    missing = [name for name in wanted if _read(_stamp(name)) != _digest(name)]
    if not missing and python.exists():
        return
    _require_space()
    installing = VENV / ".installing"
    if installing.exists() or (VENV.exists() and not _runs(python)):
        print("an earlier installation was interrupted: starting afresh", flush=True)
        shutil.rmtree(VENV)
    if not python.exists():
        _make_venv()
    installing.touch()
    files = [part for name in wanted for part in ("-r", name)]
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--progress-bar=off"]
    constraints = ["-c", CONSTRAINTS] if (CHECKOUT / CONSTRAINTS).exists() else []
    _run(
        [*pip, *constraints, *files],
        label="Python packages",
        counts=("Collecting ", "Requirement already"),
        environment={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        network="PyPI packages",
    )
    for name in wanted:
        _stamp(name).write_text(_digest(name))
    installing.unlink()


def bring_front_end() -> None:
    """Install the npm packages of the lock file and copy the few files the pages need."""
    names = ",".join(f"{source}={target}" for source, target in VENDOR_FILES.items())
    digest = hashlib.sha256((CHECKOUT / "package-lock.json").read_bytes() + names.encode()).hexdigest()
    stamp = VENDOR / ".stamp"
    if _read(stamp) == digest:
        return
    _run(
        [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        label="front-end packages",
        environment={**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"},
        network="npm packages",
    )
    part = VENDOR.with_name("vendor.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for source, target in VENDOR_FILES.items():
        shutil.copyfile(CHECKOUT / "node_modules" / source, part / target)
    (part / ".stamp").write_text(digest)
    shutil.rmtree(VENDOR, ignore_errors=True)
    part.rename(VENDOR)
    shutil.rmtree(CHECKOUT / "node_modules", ignore_errors=True)


def _npm() -> list[str]:
    """The machine's npm when it and its Node are recent enough, else the one in the virtual environment."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        major = version.strip().lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= 18:
            return [npm]
    return [str(VENV / "bin" / "npm")]


def _make_venv() -> None:
    """Make the virtual environment with the Python that runs this file."""
    try:
        importlib.import_module("ensurepip")  # Debian ships both in a package of their own
        importlib.import_module("venv")
    except ImportError:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise BootstrapError(f"this Python has no venv module -> install it (Debian: apt-get install python{version}-venv)") from None
    _run([sys.executable, "-m", "venv", str(VENV)], label="virtual environment")


def _run(
    command: list[str],
    *,
    label: str,
    counts: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
    network: str = "",
) -> None:
    """Run a command and show that it goes on: the elapsed seconds and how many lines start with one of `counts`."""
    began = shown = time.monotonic()
    every = 0.5 if sys.stdout.isatty() else 10.0
    output: list[str] = []
    counted = 0
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, cwd=CHECKOUT, env=environment
    )
    assert child.stdout is not None
    try:
        for line in child.stdout:
            output.append(line.rstrip())
            counted += line.startswith(counts) if counts else 0
            if time.monotonic() - shown >= every:
                shown = time.monotonic()
                _show(f"  {label}: {shown - began:.0f} s" + (f", {counted} found" if counted else ""), passing=True)
        child.wait()
    except BaseException:
        child.terminate()
        child.wait()
        raise
    if child.returncode:
        for line in output[-15:]:
            print(f"  | {line}", file=sys.stderr)
        raise BootstrapError(_explain(label, " ".join(output[-30:]).lower(), network))
    _show(f"  {label:<28} {time.monotonic() - began:6.1f} s", passing=False)


def _explain(label: str, text: str, network: str) -> str:
    """The likely reason of a failed command, with its remedy."""
    if "no space left" in text:
        return f"{label}: the disk is full -> free 3 GiB and run the same command again"
    signs = ("connection", "resolve", "network", "timed out", "no matching distribution", "enotfound", "eai_again", "etimedout")
    if network and any(sign in text for sign in signs):
        return f"{label} could not be fetched -> the first run needs the network ({network}); connect and run the same command again"
    return f"{label} failed, see the lines above -> mend what they name and run the same command again"


def _show(text: str, *, passing: bool) -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="" if passing else "\n", flush=True)
    else:
        print(text, flush=True)


def _require_space() -> None:
    free = shutil.disk_usage(CHECKOUT).free
    if free < NEEDED_BYTES:
        raise BootstrapError(
            f"disk nearly full: {free / 1024**3:.1f} GiB free, {NEEDED_BYTES / 1024**3:.0f} GiB needed for a first run -> free some space"
        )


def _runs(python: Path) -> bool:
    """True when the environment's interpreter starts and is of this version (the machine's may have been replaced)."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.split() == [str(number) for number in sys.version_info[:2]]


def _stamp(name: str) -> Path:
    return VENV / f".stamp-{name}"


def _digest(name: str) -> str:
    """What a requirement file, the constraints and the Python version say is wanted."""
    constraints = CHECKOUT / CONSTRAINTS
    pins = constraints.read_bytes() if constraints.exists() else b""
    return hashlib.sha256((CHECKOUT / name).read_bytes() + pins + repr(sys.version_info[:2]).encode()).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
