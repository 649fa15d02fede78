"""Heads of chains in the database: locked while a chain grows, so that one writer at a time links to it."""

from django.conf import settings
from django.db import connection
from django.db.models import Max

from oms_site.infra.audit.chain import START
from oms_site.infra.audit.models import AuditEntry, ChainHead
from oms_site.infra.audit.seals import REGISTER, Head, genuine, seal

_LOCK = "SELECT chain, number, seq, hash, doubt, seal FROM audit_chainhead WHERE chain = %s FOR UPDATE"
_ADD = "INSERT INTO audit_chainhead (chain, number, seq, hash, doubt, seal) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
_MOVE = "UPDATE audit_chainhead SET seq = %s, hash = %s, doubt = %s, seal = %s WHERE chain = %s"


def secrets() -> tuple[str, ...]:
    """What seals: the present secret, and those that did before."""
    return (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))


def locked(chain: str) -> Head:
    """A chain's head, locked until commit; begun where there is none. What was not the product's is marked, for good."""
    return _held(chain) or _begun(chain)


def move(head: Head, *, seq: int, hashed: str) -> None:
    """The chain has grown to `seq`."""
    _write(head._replace(seq=seq, hash=hashed))


def _held(chain: str) -> Head | None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [chain])
        found = cursor.fetchone()
    if found is None:
        return None
    *values, sealed = found
    head = Head(*values)
    if head.doubt is None and not genuine(head, sealed, secrets()):
        return head._replace(doubt=head.seq)
    return head


def _begun(chain: str) -> Head:
    """A new chain gets the next number of the register, which is locked: two writers do not begin the same chain twice."""
    if _held(REGISTER) is None:
        count = ChainHead.objects.aggregate(most=Max("number"))["most"] or 0
        _add(Head(REGISTER, 0, count, START, count or None))
    register = _held(REGISTER)
    assert register is not None, "added above"
    held = _held(chain)
    if held is not None:
        return held
    last = AuditEntry.objects.filter(chain=chain).order_by("-seq").values_list("seq", "hash").first()
    seq, hashed = last or (0, START)
    head = Head(chain, register.seq + 1, seq, hashed, None if last is None else seq)
    _add(head)
    _write(register._replace(seq=head.number))
    return head


def _add(head: Head) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [*head, seal(head, settings.SECRET_KEY)])


def _write(head: Head) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [head.seq, head.hash, head.doubt, seal(head, settings.SECRET_KEY), head.chain])
