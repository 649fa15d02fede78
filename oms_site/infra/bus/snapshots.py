"""Snapshots of folds in PostgreSQL: compressed, checksummed, of one format version, a few kept.

Workers may come back on another machine, so no file would do.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import structlog

from oms_site.infra.bus.models import WorkerSnapshot

KEPT = 3
_LEVEL = 1  # the state is written between batches: speed counts more than size

log = structlog.get_logger(__name__)


class Snapshot(NamedTuple):
    """A fold's dumped state, the next offset to read of each topic, and the state's hash."""

    offsets: dict[str, int]
    state: Any
    state_hash: str


def serialise(state: Any) -> bytes:
    """The dumped state as JSON bytes, in the order the fold gave it. Numbers may be of any size (sums of 1e-16)."""
    try:
        return orjson.dumps(state)
    except orjson.JSONEncodeError:
        return json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()


def state_hash(state: Any) -> str:
    """SHA-256 (hex) of a dumped state: equal states have equal hashes."""
    return hashlib.sha256(serialise(state)).hexdigest()


def save(*, worker: str, partition: int, format_version: int, offsets: dict[str, int], state: Any, now: datetime) -> WorkerSnapshot:
    """Write a snapshot and forget all but the newest few."""
    plain = serialise(state)
    payload = zlib.compress(plain, _LEVEL)
    row = WorkerSnapshot.objects.create(
        worker=worker,
        partition=partition,
        format_version=format_version,
        offsets=offsets,
        state_hash=hashlib.sha256(plain).hexdigest(),
        checksum=hashlib.sha256(payload).hexdigest(),
        payload=payload,
        created_at=now,
    )
    mine = WorkerSnapshot.objects.filter(worker=worker, partition=partition)
    kept = mine.order_by("-id").values_list("id", flat=True)[:KEPT]
    mine.exclude(id__in=list(kept)).delete()
    return row


def usable(*, worker: str, partition: int, format_version: int) -> Iterator[Snapshot]:
    """Snapshots newest first. A damaged one, or one of another format version, is refused, said, and the one before it offered."""
    for row in WorkerSnapshot.objects.filter(worker=worker, partition=partition).order_by("-id").iterator():
        payload = bytes(row.payload)
        if row.format_version != format_version:
            refuse(worker, partition, f"format {row.format_version}, this program reads {format_version}", snapshot=row.id)
            continue
        if hashlib.sha256(payload).hexdigest() != row.checksum:
            refuse(worker, partition, "damaged", snapshot=row.id)
            continue
        # the standard library's reader: a faster one would turn numbers beyond 64 bits into floats
        yield Snapshot(dict(row.offsets), json.loads(zlib.decompress(payload)), row.state_hash)


def refuse(worker: str, partition: int, why: str, *, snapshot: int | None = None) -> None:
    """Say that a snapshot was passed over."""
    log.warning("snapshot_refused", worker=worker, partition=partition, snapshot=snapshot, why=why)
