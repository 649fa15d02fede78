"""Row events: what a trigger writes down of each change of a row, whatever made it. See ADR 0013.

`tracked` writes every change of a table, with who and which request where the product made it. `watched` is for tables that are written
several times an order and are folds of the log: it writes only what was changed outside the product.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from pghistory import trigger
from pghistory.models import Event as LibraryEvent

from oms_site.infra.postgresql.triggers import Guard, InForce, kept_whole

Model = TypeVar("Model", bound=type[models.Model])

OUTSIDE = "coalesce(current_setting('pghistory.context_id', true), '') = ''"
"""SQL: whether the statement that runs says nothing of who acts (`tracking.context`): it was not made by the product."""


class Exact(json.JSONDecoder):
    """JSON whose numbers stay what they are: never a float."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal})


class RowEvent(LibraryEvent):
    """One change of one row: the row after it (before it, when it was deleted), and the old values of what changed.

    `pgh_context` says who acted (`tracking.context`); null for a change made outside the product.
    """

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_before = models.JSONField(null=True, decoder=Exact, help_text="of an update: column and old value of what changed")

    class Meta:
        """A table for each model."""

        abstract = True


class RowTrigger(InForce, trigger.Event):
    """The library's trigger, which nothing in a program turns off, and which also keeps the old values."""

    def get_func(self, model: Any) -> pgtrigger.Func:
        """Insert the event; columns as the library names them."""
        events: Any = self.event_model
        names = [field.column for field in events._meta.fields if not field.name.startswith("pgh_")]
        values = {f'"{name}"': f'{self.row}."{name}"' for name in names} | {
            "pgh_created_at": "clock_timestamp()",
            "pgh_label": f"'{self.label}'",
            "pgh_context": "nullif(current_setting('pghistory.context_metadata', true), '')::jsonb",
            "pgh_context_id": "nullif(current_setting('pghistory.context_id', true), '')::uuid",
        }
        if hasattr(events, "pgh_obj"):
            values["pgh_obj_id"] = f'{self.row}."{model._meta.pk.column}"'
        if self.operation is pgtrigger.Update:
            words = ", ".join(f"'{name}'" for name in names)
            values["pgh_before"] = (
                "(SELECT jsonb_object_agg(was.key, was.value) FROM jsonb_each(to_jsonb(OLD)) AS was "  # noqa: S608 - names from the code
                f"WHERE was.key IN ({words}) AND was.value IS DISTINCT FROM to_jsonb(NEW) -> was.key)"
            )
        columns, told = ", ".join(values), ", ".join(values.values())
        insert = f'INSERT INTO "{events._meta.db_table}" ({columns}) VALUES ({told})'  # noqa: S608 - names from the code
        return pgtrigger.Func(f"{insert}; RETURN NULL;")


class _Tracker(pghistory.RowEvent):
    """A tracker that registers our trigger. `outside` leaves out what the product does."""

    def __init__(self, operation: Any, *, outside: bool) -> None:
        updates, word = operation is pgtrigger.Update, str(operation).lower()
        super().__init__(
            word,
            operation=operation,
            row="OLD" if operation is pgtrigger.Delete else "NEW",
            trigger_name=f"row_{word}",
            condition=pgtrigger.AnyChange() if updates else None,
        )
        if outside:
            self.condition = pgtrigger.Condition(f"{OUTSIDE} AND OLD.* IS DISTINCT FROM NEW.*" if updates else OUTSIDE)

    def add_event_trigger(self, event_model: Any) -> None:
        """As the library does it, with our trigger."""
        made = RowTrigger(
            event_model=event_model,
            label=self.label,
            name=self.trigger_name,
            row=self.row,
            operation=self.operation,
            condition=self.condition,
            level=pgtrigger.Row,
        )
        made.register(event_model.pgh_tracked_model)


def _noted(table: str, key: str) -> Guard:
    """The trigger on an event table that puts a change made outside the product on the list of them."""
    return Guard(
        name="outside",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Condition("NEW.pgh_context IS NULL"),
        func=(
            "INSERT INTO tracking_outsideedit "  # noqa: S608 - names from the code
            "(row_table, row_key, operation, event, transaction, database_user, address, program, made_at, alert) "
            f"VALUES ('{table}', NEW.\"{key}\"::text, NEW.pgh_label, NEW.pgh_id, pg_current_xact_id()::text::bigint, session_user, "
            "inet_client_addr()::text, left(current_setting('application_name'), 64), NEW.pgh_created_at, ''); RETURN NULL;"
        ),
    )


_STAYS = Guard(
    name="stays",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func="RAISE EXCEPTION 'what happened to a row stays as it was written' USING ERRCODE = 'integrity_constraint_violation';",
)


def _keep(
    outside: bool,
    exclude: Sequence[str],
    key: str | None,
    parents: Mapping[str, str],
    app_label: str | None,
) -> Callable[[Model], Model]:
    def decorate(model: Model) -> Model:
        named = f"{model.__name__}Event"
        pghistory.track(
            *(_Tracker(operation, outside=outside) for operation in (pgtrigger.Insert, pgtrigger.Update, pgtrigger.Delete)),
            exclude=list(exclude),
            base_model=RowEvent,
            model_name=named,
            app_label=app_label,
            obj_field=None if key else pghistory.ObjForeignKey(related_name="+"),
            context_field=pghistory.ContextJSONField(),
            context_id_field=pghistory.ContextUUIDField(),
            append_only=False,
            attrs={"pgh_key": key or "pgh_obj_id", "pgh_parents": dict(parents)},
            meta={
                "verbose_name": f"change of {model._meta.verbose_name}",
                "verbose_name_plural": f"changes of {model._meta.verbose_name_plural}",
                "indexes": [GinIndex(fields=["pgh_context"], opclasses=["jsonb_path_ops"], name=f"{named.lower()}_context"[:30])],
                "triggers": (_noted(model._meta.db_table, key or "pgh_obj_id"), _STAYS, *kept_whole("what happened to a row stays")),
            },
        )(model)
        return model

    return decorate


def tracked(
    *, exclude: Sequence[str] = (), key: str | None = None, parents: Mapping[str, str] | None = None, app_label: str | None = None
) -> Callable[[Model], Model]:
    """Decorates a model: every change of its rows is written to a table of events.

    `exclude` are fields never copied (secrets). `key` is the column that tells rows apart where the primary key is excluded. `parents`
    (label of a model: field) names rows whose history shows these events too. `app_label` is needed for a model of a library.
    """
    return _keep(False, exclude, key, parents or {}, app_label)


def watched(*, exclude: Sequence[str] = ()) -> Callable[[Model], Model]:
    """Decorates a model: changes of its rows made outside the product are written to a table of events."""
    return _keep(True, exclude, None, {}, None)
