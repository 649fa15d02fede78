"""The peers of `requirements-bench.txt`, put into a folder of their own: they are measured, never used, so the product's environment
stays as it is. Needs the network once; without it the benchmark goes on without them and says so.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
REQUIREMENTS = CHECKOUT / "requirements-bench.txt"
FOLDER = CHECKOUT / ".run" / f"bench-peers-{sys.version_info[0]}.{sys.version_info[1]}"
PATIENCE_S = 120


def install(packages: set[str]) -> dict[str, str]:
    """Bring what is missing, one by one, so that one that cannot be had does not cost the others. Package -> why it is not there."""
    refused: dict[str, str] = {}
    pins = _pins()
    for package in sorted(packages):
        stamp = FOLDER / f".{package}"
        pin = pins.get(package)
        if pin is None:
            refused[package] = f"{REQUIREMENTS.name} does not name it"
        elif not stamp.exists() or stamp.read_text() != _digest(pin):
            reason = _fetch(pin)
            if reason:
                refused[package] = reason
            else:
                stamp.write_text(_digest(pin))
    return refused


def _pins() -> dict[str, str]:
    lines = [line.strip() for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines()]
    return {line.split("==")[0]: line for line in lines if line and not line.startswith("#")}


def _digest(pin: str) -> str:
    return hashlib.sha256(f"{pin} {sys.version_info[:2]}".encode()).hexdigest()


def _fetch(pin: str) -> str:
    """Why it could not be installed, empty when it was."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    quiet = ["--disable-pip-version-check", "--no-input", "--quiet", "--no-deps", "--only-binary=:all:", "--upgrade"]
    command = [sys.executable, "-m", "pip", "install", *quiet, "--target", str(FOLDER), pin]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        return f"not installed: no answer within {PATIENCE_S} s"
    if not done.returncode:
        return ""
    said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
    return f"not installed: {said[-1][:200] if said else 'no reason given'}"
