"""How audit entries are linked: each hash covers the entry and the hash before it. Pure."""

import hashlib
from datetime import datetime
from typing import Any, NamedTuple

import orjson

START = "0" * 64
"""What stands before the first entry of a chain."""


class Link(NamedTuple):
    """What of an entry is covered by its hash."""

    chain: str
    seq: int
    actor_id: int | None
    action: str
    object_type: str
    object_id: str
    detail: Any
    request_id: str
    created_at: datetime
    correlation_id: str = ""


def digest(link: Link, previous: str) -> str:
    """SHA-256 (hex) over the hash before and the entry as JSON with sorted keys; without the correlation id where there is none."""
    covered = link if link.correlation_id else link[:-1]
    return hashlib.sha256(previous.encode() + orjson.dumps(list(covered), option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)).hexdigest()
