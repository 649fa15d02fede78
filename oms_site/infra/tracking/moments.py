"""What a history is made of, and what each room knows of its own: registered when the room's app is ready. Pure but for the registry."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple


class Change(NamedTuple):
    """One field, what it was and what it is; None on a side where there is nothing to tell."""

    field: str
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of a history. `source` is what recorded it; `about` names the object where a page shows several, `link` is its page."""

    at: datetime
    source: str
    what: str
    who: str
    about: str = ""
    link: str = ""
    request_id: str = ""
    correlation_id: str = ""
    changes: tuple[Change, ...] = ()
    outside: bool = False


def _nothing(row: Any) -> Iterable[Moment]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """How the log speaks of a model's rows.

    `names(row)` are the (object type, object id) under which audit entries tell of it; `more(row)` what a room knows besides.
    `own`: whoever may see the row may read its entries too; of others they are for the control room.
    """

    names: Callable[[Any], Iterable[tuple[str, str]]]
    more: Callable[[Any], Iterable[Moment]] = _nothing
    own: bool = False


SUBJECTS: dict[Any, Subject] = {}
"""By model. A model that is not here goes by its model name and primary key."""
CHAINS: list[Callable[[str], Iterable[Moment]]] = []
"""What rooms know of everything under a request id or a correlation id."""
PLACES: dict[str, str] = {}
"""By object type of audit entries whose object id is a primary key: the name of the admin page of the object."""


def register(model: Any, subject: Subject, *, object_type: str = "") -> None:
    """Make known how the log speaks of a model's rows; `object_type` where the object id is the primary key, so that it can be linked."""
    SUBJECTS[model] = subject
    if object_type:
        PLACES[object_type] = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"


def subject_of(row: Any) -> Subject:
    """How the log speaks of a row."""
    model = type(row)
    found = SUBJECTS.get(model) or SUBJECTS.get(model._meta.concrete_model)
    return found or Subject(names=lambda row: [(model._meta.model_name or "", str(row.pk))])
