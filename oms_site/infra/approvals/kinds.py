"""What can be asked for: one `Kind` each, registered by the room it belongs to when its app is ready. See docs/governance.md."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from oms_site.infra.approvals.models import ChangeRequest

Payload = Mapping[str, Any]
"""JSON: texts, whole numbers, booleans, null, lists and objects of them. Never a float: decimals are text or integers of 1e-8."""


class Change(NamedTuple):
    """One line of what will change, in words a second person can judge."""

    what: str
    was: str
    becomes: str


class Told(NamedTuple):
    """A payload in words: what is to be done, to what (name: value), and how that differs from what is."""

    title: str
    scope: Mapping[str, str]
    changes: tuple[Change, ...]


class Act(NamedTuple):
    """What a kind's function is handed: the request whose turn has come, the moment, and the id that the audit entries carry.

    The person a change is recorded under is the one who asked; the one who agreed stands in the request.
    """

    request: ChangeRequest
    now: datetime
    request_id: str

    @property
    def payload(self) -> dict[str, Any]:
        """What is to be done."""
        payload: dict[str, Any] = self.request.payload
        return payload

    @property
    def asker(self) -> Any:
        """Who asked for it."""
        return self.request.requested_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of request.

    `describe(payload)` says it in words, from what is now; it raises an `OmsError` for a payload that cannot be done.
    `owners(payload)` are the ids of users who have a part in it (whose order it is): they neither ask nor decide.
    `carry_out(act)` calls the service that does it, which must call `approvals.require`; it gives a sentence of what was done.
    `revert(act)` undoes it when `revert_at` has come: to what stood before, and never to something looser than what stands then.
    `waits` is the longest a request may be open, `lasts` the longest it may be in force (only with `revert`; then an end must be named).
    `deferred`: approval alone does nothing; a person carries it out before it expires.
    """

    name: str
    words: str
    may_request: frozenset[str]
    may_approve: frozenset[str]
    describe: Callable[[Payload], Told]
    carry_out: Callable[[Act], str]
    owners: Callable[[Payload], frozenset[int]] = lambda _: frozenset()
    revert: Callable[[Act], str] | None = None
    waits: timedelta = timedelta(hours=24)
    lasts: timedelta | None = None
    deferred: bool = False

    def __post_init__(self) -> None:
        if (self.revert is None) != (self.lasts is None):
            raise ValueError(f"{self.name}: what reverts by itself says how long it may last, and the other way round")


KINDS: dict[str, Kind] = {}
"""By name; filled while Django starts."""


def register(kind: Kind) -> None:
    """Make a kind known. Called from an app's `ready`; the same name twice is a mistake in the code."""
    if KINDS.get(kind.name, kind) != kind:
        raise ValueError(f"there are two kinds named {kind.name}")
    KINDS[kind.name] = kind


def canonical(payload: Payload) -> str:
    """The one text of a payload: equal payloads have equal texts. Raises `TypeError` for what is no JSON or has a float in it."""
    _require_exact(dict(payload))
    return json.dumps(dict(payload), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _require_exact(value: Any) -> None:
    match value:
        case bool() | str() | int() | None:
            return
        case dict():
            if not all(isinstance(key, str) for key in value):
                raise TypeError("a payload's names are texts")
            for inner in value.values():
                _require_exact(inner)
        case list() | tuple():
            for inner in value:
                _require_exact(inner)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a payload: give text or whole numbers")
