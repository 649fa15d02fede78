"""Reads of histories: of one row, and of everything that happened under one request or correlation id."""

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model, Q

from oms_site.infra.alerts.models import Alert
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.tracking.models import OutsideEdit
from oms_site.infra.tracking.moments import CHAINS, Moment, subject_of
from oms_site.infra.tracking.rows import RowEvent
from oms_site.infra.tracking.told import entry_moment, event_moment

MOST = 500
"""Of each kind of record, the newest so many."""


def event_models() -> Iterator[Any]:
    """The tables of row events."""
    return (model for model in apps.get_models() if issubclass(model, RowEvent))


def history_of(row: Model, *, control: bool) -> list[Moment]:
    """What happened to a row, oldest first. Without `control`, what anybody may know who may see the row."""
    subject = subject_of(row)
    moments = list(subject.more(row))
    if control or subject.own:
        entries = list(_entries(reduce(or_, (Q(object_type=kind, object_id=name) for kind, name in subject.names(row)))))
        moments += [entry_moment(entry) for entry in entries]
        if control:
            moments += [entry_moment(entry) for entry in _requests(entries)]
    if control:
        moments += _told(event for model in event_models() for event in _events_of(model, row))
    return _in_order(moments)


def chain_of(key: str) -> list[Moment]:
    """Everything that happened under a request id or a correlation id, whatever recorded it, oldest first."""
    moments = [entry_moment(entry) for entry in _entries(Q(request_id=key) | Q(correlation_id=key))]
    said = Q(pgh_context__contains={"request_id": key}) | Q(pgh_context__contains={"correlation_id": key})
    moments += _told(event for model in event_models() for event in model.objects.filter(said).order_by("-pgh_id")[:MOST])
    for more in CHAINS:
        moments += more(key)
    return _in_order(moments)


def _in_order(moments: Iterable[Moment]) -> list[Moment]:
    return sorted(moments, key=lambda moment: moment.at)


def _entries(which: Q) -> Any:
    return AuditEntry.objects.filter(which).select_related("actor").order_by("-id")[:MOST]


def _requests(entries: Iterable[AuditEntry]) -> Iterable[AuditEntry]:
    """Of the requests that two people agreed on: those behind these entries."""
    entries = list(entries)
    seen = {entry.pk for entry in entries}
    numbers = {str(entry.detail["approval"]) for entry in entries if isinstance(entry.detail, dict) and "approval" in entry.detail}
    chains = {entry.correlation_id for entry in entries} - {""}
    if not numbers and not chains:
        return ()
    found = _entries(Q(object_type="change_request") & (Q(object_id__in=numbers) | Q(correlation_id__in=chains)))
    return (entry for entry in found if entry.pk not in seen)


def _events_of(model: Any, row: Model) -> Iterable[Any]:
    """Events of the row itself, or of what is a part of it."""
    concrete = row._meta.concrete_model
    field = None
    if model.pgh_tracked_model._meta.concrete_model is concrete:
        key = "pk" if model.pgh_key == "pgh_obj_id" else model.pgh_key
        return model.objects.filter(**{model.pgh_key: getattr(row, key)}).order_by("-pgh_id")[:MOST]
    field = model.pgh_parents.get(row._meta.concrete_model._meta.label_lower)  # type: ignore[union-attr]
    return model.objects.filter(**{field: row.pk}).order_by("-pgh_id")[:MOST] if field else ()


def _told(events: Iterable[Any]) -> list[Moment]:
    found = list(events)
    people = _names({user for event in found if (user := (event.pgh_context or {}).get("user")) is not None})
    return [event_moment(event, people) for event in found]


def _names(ids: set[int]) -> Mapping[int, str]:
    users = get_user_model()
    return dict(users.objects.filter(pk__in=ids).values_list("pk", users.USERNAME_FIELD)) if ids else {}


def unseen() -> list[OutsideEdit]:
    """Edits outside the product that nobody was told of yet, or whose alert nobody has acknowledged."""
    seen = Alert.objects.filter(kind="outside_edit", acknowledged_at__isnull=False).values("key")
    return list(OutsideEdit.objects.exclude(told_at__isnull=False, alert__in=seen).order_by("id")[:MOST])
