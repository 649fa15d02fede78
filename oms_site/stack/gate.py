"""The static gate (`make check`): every tool must be there and agree."""

import subprocess
import sys
import time
from collections.abc import Mapping

from oms_site.stack.layout import Layout

#: The rooms and the Python client; tests and benchmarks are linted but not type-checked.
ROOMS = ("oms_site", "schemas", "marketdata", "risk", "matching", "orders", "reporting", "clients/python/oms_client")

#: Check -> its command; `{bin}` is the virtual environment's folder of programs.
CHECKS: dict[str, str] = {
    "ruff": "{bin}/python -m ruff check .",
    "format": "{bin}/python -m ruff format --check .",
    "types": "{bin}/python -m mypy " + " ".join(ROOMS),
    "imports": "{bin}/lint-imports",
    "migrations": "{bin}/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run",
    "templates": "{bin}/python manage.py validate_templates",
    "tidy": "{bin}/python -m pytest -q tests/tidy",
    "sizes": "{bin}/python tests/tidy/sizes.py",
}


def run(layout: Layout, environment: Mapping[str, str], *, names: tuple[str, ...] = tuple(CHECKS)) -> bool:
    """Run checks in order, all of them even when one fails; True when all passed."""
    failed = []
    for name in names:
        began = time.monotonic()
        command = CHECKS[name].format(bin=layout.python.parent).split(" ")
        try:
            done = subprocess.run(command, cwd=layout.checkout, env=dict(environment), capture_output=True, text=True, check=False)
        except FileNotFoundError:
            print(f"  {name:<12} MISSING: {command[0]} -> run 'make setup-dev'", flush=True)
            failed.append(name)
            continue
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"  {name:<12} {verdict:<7} {time.monotonic() - began:6.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
        elif names == (name,):
            print(done.stdout, flush=True)
    if failed:
        print(f"error: failed checks: {', '.join(failed)}", file=sys.stderr)
    return not failed
