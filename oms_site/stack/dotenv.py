"""Reads the optional `.env` file at the checkout's root: KEY=VALUE lines, nothing else."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from oms_site.stack.errors import EXIT_USAGE, StackError

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


def parse(text: str, *, source: str = ".env") -> dict[str, str]:
    """Parse KEY=VALUE lines; blank lines and `#` lines are skipped, quotes around a value are taken off.

    Raises `StackError` (exit 2) naming the line that is neither.
    """
    values: dict[str, str] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise StackError(
                f"{source} line {number} is not KEY=VALUE: {line!r}",
                remedy="mend that line; .env.example lists the keys",
                exit_code=EXIT_USAGE,
            )
        values[match[1]] = _unquoted(match[2])
    return values


def load(checkout: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings in force: the environment wins over `.env`."""
    path = checkout / ".env"
    from_file = parse(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {**from_file, **environ}


def _unquoted(value: str) -> str:
    """Take off one pair of matching quotes; without quotes cut a trailing ` # comment`."""
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value.split(" #", 1)[0].strip()
