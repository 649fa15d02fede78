"""Reads of the audit log, and the proof that it is whole."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from oms_site.infra.audit.chain import START, Link, digest
from oms_site.infra.audit.heads import secrets
from oms_site.infra.audit.models import AuditEntry, ChainHead
from oms_site.infra.audit.seals import REGISTER, genuine


class BrokenLink(NamedTuple):
    """The first entry of a chain that does not follow from the one before it, and why."""

    chain: str
    seq: int
    why: str


def first_broken_link(chain: str | None = None) -> BrokenLink | None:
    """Walk all chains (or one) in order; None when every hash is right, no number is missing, and each ends where its head says."""
    return next(_broken(chain), None)


def _broken(chain: str | None) -> Iterator[BrokenLink]:
    """The heads are read first: what is written meanwhile lies behind them."""
    heads = {row.chain: row for row in (ChainHead.objects.all() if chain is None else ChainHead.objects.filter(chain=chain))}
    entries = AuditEntry.objects.order_by("chain", "seq")
    if chain is not None:
        entries = entries.filter(chain=chain)
    seen = set()
    for name, group in groupby(entries.iterator(chunk_size=5_000), key=attrgetter("chain")):
        seen.add(name)
        broken = _walked(name, group, heads.get(name))
        if broken is not None:
            yield broken
    for name, head in sorted(heads.items()):
        if name not in seen | {REGISTER} and head.seq:
            yield BrokenLink(name, 1, f"entries 1 to {head.seq} are missing: the whole chain")
    if chain is None:
        yield from _register(heads)


def _walked(chain: str, entries: Iterable[AuditEntry], head: ChainHead | None) -> BrokenLink | None:
    seq, previous = 0, START
    for entry in entries:
        why = _why_not(entry, seq, previous)
        if why is not None:
            return BrokenLink(chain, min(entry.seq, seq + 1), why)
        seq, previous = entry.seq, entry.hash
        if head is not None and seq == head.seq and previous != head.hash:
            return BrokenLink(chain, seq, "is not the entry that was the last one once")
    if head is None or seq > head.seq:  # it may have grown meanwhile
        head = ChainHead.objects.filter(chain=chain).first()
    return _ended(chain, seq, head)


def _why_not(entry: AuditEntry, seq: int, previous: str) -> str | None:
    if entry.seq != seq + 1:
        return f"entry {seq + 1} is missing"
    if entry.previous_hash != previous:
        return "does not link to the entry before it"
    if digest(Link(*(getattr(entry, name) for name in Link._fields)), previous) != entry.hash:
        return "was changed: its hash does not cover what it says"
    return None


def _ended(chain: str, seq: int, head: Any) -> BrokenLink | None:
    if head is None:
        return BrokenLink(chain, seq + 1, "its head is missing: entries may be missing from here on")
    if not genuine(head.told(), head.seal, secrets()):
        return BrokenLink(chain, head.seq + 1, "its head was not written by the product (or under another SECRET_KEY)")
    if head.doubt is not None:
        return BrokenLink(chain, head.doubt + 1, "its head was once replaced by something else than the product")
    if head.seq > seq:
        return BrokenLink(chain, seq + 1, f"entries {seq + 1} to {head.seq} are missing at the end")
    if head.seq < seq:
        return BrokenLink(chain, head.seq + 1, "was not added by the product: its head does not know it")
    return None


def _register(heads: dict[str, ChainHead]) -> Iterator[BrokenLink]:
    """Whether any chain is missing with its head."""
    register = ChainHead.objects.filter(chain=REGISTER).first()
    named = {head.number for name, head in heads.items() if name != REGISTER}
    if register is None:
        if heads:
            yield BrokenLink(REGISTER, 0, "the register of chains is missing")
        return
    if not genuine(register.told(), register.seal, secrets()) or register.doubt is not None:
        yield BrokenLink(REGISTER, register.seq, "the register of chains was replaced by something else than the product")
    known = heads.get(REGISTER)
    for number in range(1, (known.seq if known else 0) + 1):
        if number not in named:
            yield BrokenLink(REGISTER, number, f"chain number {number} is missing with its head")
