"""Reads of the audit log, and the proof that it is whole."""

from typing import NamedTuple

from oms_site.infra.audit.chain import START, Link, digest
from oms_site.infra.audit.models import AuditEntry


class BrokenLink(NamedTuple):
    """The first entry of a chain that does not follow from the one before it, and why."""

    chain: str
    seq: int
    why: str


def first_broken_link(chain: str | None = None) -> BrokenLink | None:
    """Walk all chains (or one) in order; None when every hash is right and no number is missing."""
    entries = AuditEntry.objects.order_by("chain", "seq")
    if chain is not None:
        entries = entries.filter(chain=chain)
    at, seq, previous = "", 0, START
    for entry in entries.iterator(chunk_size=5_000):
        if entry.chain != at:
            at, seq, previous = entry.chain, 0, START
        if entry.seq != seq + 1:
            return BrokenLink(at, seq + 1, f"entry {seq + 1} is missing")
        if entry.previous_hash != previous:
            return BrokenLink(at, entry.seq, "does not link to the entry before it")
        link = Link(
            at,
            entry.seq,
            entry.actor_id,
            entry.action,
            entry.object_type,
            entry.object_id,
            entry.detail,
            entry.request_id,
            entry.created_at,
            entry.correlation_id,
        )
        if digest(link, previous) != entry.hash:
            return BrokenLink(at, entry.seq, "was changed: its hash does not cover what it says")
        seq, previous = entry.seq, entry.hash
    return None
