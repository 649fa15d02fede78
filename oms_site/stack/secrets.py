"""Passwords and keys of one stack: made once, kept in its run directory, readable by the owner only."""

import json
import secrets
from pathlib import Path

from oms_site.stack.layout import write_private

_NAMES = ("secret_key", "postgres_password", "flower_password")


def load_or_make(path: Path) -> dict[str, str]:
    """The stack's secrets; missing ones are generated and saved (mode 0600)."""
    known: dict[str, str] = {}
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8"))
    missing = [name for name in _NAMES if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(32) for name in missing}
        write_private(path, json.dumps(known, indent=1))
    return known
