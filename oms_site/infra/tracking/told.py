"""Audit entries and row events as lines of a history."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.admin.utils import quote
from django.urls import reverse

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.tracking.moments import PLACES, Change, Moment

NOBODY = "the clock"
OUTSIDE = "outside the product"
_SIDES = ("before", "after")
_PAIRS = (*_SIDES, "from", "to")
_VERBS = {"insert": "row added", "update": "row changed", "delete": "row removed"}


def entry_moment(entry: AuditEntry) -> Moment:
    """An audit entry: its details by name, those of before and after side by side."""
    return Moment(
        at=entry.created_at,
        source="audit",
        what=entry.action.replace("_", " "),
        who=str(entry.actor) if entry.actor_id else NOBODY,
        about=f"{entry.object_type} {entry.object_id}",
        link=_place(entry),
        request_id=entry.request_id,
        correlation_id=entry.correlation_id,
        changes=tuple(_of_detail(entry.detail)),
    )


def _place(entry: AuditEntry) -> str:
    page = PLACES.get(entry.object_type)
    return reverse(page, args=[quote(entry.object_id)]) if page else ""


def event_moment(event: Any, people: Mapping[int, str]) -> Moment:
    """A row event, field by field. `people` are user names by id."""
    context = event.pgh_context
    said = context or {}
    user = said.get("user")
    who = people.get(user, f"user {user}") if user is not None else said.get("by", OUTSIDE)
    tracked = event.pgh_tracked_model._meta
    return Moment(
        at=event.pgh_created_at,
        source="row",
        what=_VERBS[event.pgh_label],
        who=who,
        about=f"{tracked.verbose_name} {getattr(event, event.pgh_key)}",
        request_id=said.get("request_id", ""),
        correlation_id=said.get("correlation_id", ""),
        changes=tuple(_of_event(event)),
        outside=context is None,
    )


def _of_event(event: Any) -> Iterator[Change]:
    fields = {field.column: field for field in event._meta.fields if not field.name.startswith("pgh_")}
    if event.pgh_label == "update":
        for column, was in sorted((event.pgh_before or {}).items()):
            field = fields[column]
            yield Change(column, _said(field.to_python(was)), _said(getattr(event, field.attname)))
        return
    for column, field in fields.items():
        value = getattr(event, field.attname)
        if value in (None, "", [], {}):
            continue
        yield Change(column, None, _said(value)) if event.pgh_label == "insert" else Change(column, _said(value), None)


def _of_detail(detail: Any) -> Iterator[Change]:
    if not isinstance(detail, dict):
        if detail is not None:
            yield Change("", None, _said(detail))
        return
    if any(name in detail for name in _SIDES):
        yield from _sides(detail.get("before"), detail.get("after"))
    elif "from" in detail or "to" in detail:
        yield from _sides(detail.get("from"), detail.get("to"))
    for name, value in detail.items():
        if name == "changed" and isinstance(value, dict):
            yield from (_pair(field, pair) for field, pair in value.items())
        elif name not in _PAIRS and value not in (None, "", [], {}):
            yield Change(name, None, _said(value))


def _pair(field: str, pair: Any) -> Change:
    two = isinstance(pair, list) and len(pair) == len(_SIDES)
    return Change(field, _said(pair[0]), _said(pair[1])) if two else Change(field, None, _said(pair))


def _sides(before: Any, after: Any) -> Iterable[Change]:
    if isinstance(before, dict) or isinstance(after, dict):
        was, now = (side if isinstance(side, dict) else {} for side in (before, after))
        names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
        return [Change(name, _maybe(was, name), _maybe(now, name)) for name in names]
    return [Change("", None if before is None else _said(before), None if after is None else _said(after))]


def _maybe(side: Mapping[str, Any], name: str) -> str | None:
    return _said(side[name]) if name in side else None


def _said(value: Any) -> str:
    """A value as people read it."""
    if value is None or isinstance(value, bool):
        return {None: "-", True: "yes", False: "no"}[value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(one)}" for name, one in value.items()) or "-"
    if isinstance(value, (list, tuple)):
        return ", ".join(_said(one) for one in value) or "-"
    return str(value)
