"""Bulk actions of admin lists: a page that says beforehand what will be done to which rows, then one service call a row.

The rows are fixed when the page is shown: what the filter finds meanwhile is not touched. Each row is done or refused on its own, as its
button would have done it, and the page says how many of both.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from oms_site.infra.asking import Input
from oms_site.infra.errors import OmsError

MOST = 1_000
"""Rows that one action takes: each is a transaction of its own, and a person waits for it."""
SHOWN = 50
FIELD = "ids"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """What a bulk action does. `act(request, row, given)` is the service call of one row; it raises an `OmsError` to refuse.

    `facts(rows)` say what is about to happen to all of them, `columns` are the attributes of a row that the page lists. `fits(rows)`
    leaves out the rows that nothing can be done to.
    """

    title: str
    question: str
    button: str
    done: str
    act: Callable[[HttpRequest, Any, Mapping[str, str]], Any]
    facts: Callable[[Sequence[Any]], Mapping[str, Any]]
    columns: tuple[str, ...]
    fits: Callable[[QuerySet[Any]], QuerySet[Any]]
    inputs: tuple[Input, ...] = ()


def bulk(page: "admin.ModelAdmin[Any]", request: HttpRequest, rows: QuerySet[Any], what: Bulk) -> HttpResponse | None:
    """The page that asks, and on its button the doing; None leads back to the list, with a message that says what came of it."""
    ids = request.POST.get(FIELD)
    if ids is None:
        return _ask(page, request, rows, what, what.inputs)
    given = {one.name: request.POST.get(one.name, "").strip() for one in what.inputs}
    chosen = page.get_queryset(request).filter(pk__in=ids.split(",")[:MOST])
    missing = [one.label for one in what.inputs if one.required and not given[one.name]]
    if missing:
        messages.error(request, f"{', '.join(missing)}: must be told")
        inputs = tuple(Input(one.name, one.label, given[one.name], one.help, one.required, one.choices) for one in what.inputs)
        return _ask(page, request, chosen, what, inputs)
    _tell(request, what, *_do(request, chosen, what, given))
    return None


def _do(request: HttpRequest, rows: QuerySet[Any], what: Bulk, given: Mapping[str, str]) -> tuple[int, Counter[str]]:
    done, refused = 0, Counter[str]()
    for row in rows.order_by("pk"):
        try:
            what.act(request, row, given)
        except OmsError as refusal:
            refused[refusal.message] += 1
        else:
            done += 1
    return done, refused


def _tell(request: HttpRequest, what: Bulk, done: int, refused: Counter[str]) -> None:
    if done:
        messages.success(request, f"{what.done}: {done}.")
    for message, count in refused.most_common():
        messages.error(request, f"Refused {count}: {message}.")
    if not done and not refused:
        messages.warning(request, "Nothing was done: none of the rows is there any more.")


def _ask(
    page: "admin.ModelAdmin[Any]", request: HttpRequest, rows: QuerySet[Any], what: Bulk, inputs: tuple[Input, ...]
) -> HttpResponse | None:
    all_of_them = rows.order_by().count()
    fitting = list(what.fits(rows).order_by("pk")[: MOST + 1])
    if len(fitting) > MOST:
        messages.error(request, f"More than {MOST:,} rows: narrow the filter, nothing was done.")
        return None
    if not fitting:
        messages.warning(request, f"{what.title}: of the {all_of_them:,} chosen rows it can be done to none.")
        return None
    context = {
        "title": what.title,
        "question": what.question.format(count=len(fitting)),
        "button": what.button,
        "facts": {**_counts(len(fitting), all_of_them), **what.facts(fitting)},
        "inputs": inputs,
        "columns": [name.replace("_id", "").replace("_", " ") for name in what.columns],
        "rows": [(row, [_text(getattr(row, name)) for name in what.columns]) for row in fitting[:SHOWN]],
        "more": max(0, len(fitting) - SHOWN),
        "ids": ",".join(str(row.pk) for row in fitting),
        "action": request.POST.get("action", ""),
        "selected": fitting[0].pk,
        "back": request.get_full_path(),
        "opts": page.opts,
    }
    return TemplateResponse(request, "admin/bulk.html", page.admin_site.each_context(request) | context)


def _counts(fitting: int, all_of_them: int) -> dict[str, str]:
    told = {"Rows": f"{fitting:,}"}
    if all_of_them > fitting:
        told["Left out"] = f"{all_of_them - fitting:,} that it cannot be done to"
    return told


def _text(value: Any) -> str:
    from oms_site.infra.rest.rendering import decimal_text  # noqa: PLC0415 - apps must be loaded

    if value is None:
        return "-"
    return str(decimal_text(value)) if hasattr(value, "as_tuple") else str(value)
