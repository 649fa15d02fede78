"""Admin lists of millions of rows: pages by key, counts that do not scan, a search that asks indexes only.

The stock list counts all rows and skips those of earlier pages, and its search compares every row in upper case: each reads the table.
"""

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from oms_site.infra.days import DAY_VAR
from oms_site.infra.read_only import ReadOnlyAdmin

COUNTED = 2_000
"""Rows are counted up to here; beyond, the planner's estimate is told."""

Searched = str | tuple[str, ...]
"""A field that is searched, or some of which either may have the word."""


def about(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many rows there are, and whether that is exact."""
    found = rows.order_by()
    exact = len(found.values_list("pk")[: COUNTED + 1])
    if exact <= COUNTED:
        return exact, True
    sql, params = found.values_list("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    told = plan if isinstance(plan, list) else json.loads(plan)
    return max(int(told[0]["Plan"]["Plan Rows"]), COUNTED), False


class KeysetList(ChangeList):
    """A list whose pages begin behind a key, which stands where the stock list has the page's number."""

    model_admin: "KeysetAdmin"

    def get_results(self, request: HttpRequest) -> None:
        """One page and one row more, which says whether there is another."""
        self._request = request
        size, after = self.list_per_page, request.GET.get(PAGE_VAR)
        self.counted, self.exact = about(self.queryset)
        found = list(self._behind(after)[: size + 1])
        self.result_list = found[:size]
        self.result_count = self.counted
        self.first = after is None
        self.following = self.get_query_string({PAGE_VAR: self.result_list[-1].pk}) if len(found) > size else None
        self.start = self.get_query_string(remove=[PAGE_VAR])
        narrowed = self.query or self.get_filters_params()
        self.show_full_result_count, self.full_result_count, self.show_admin_actions = False, None if narrowed else self.counted, True
        self.can_show_all, self.multi_page = False, self.following is not None or not self.first
        self.paginator = self.model_admin.get_paginator(request, self.result_list, size)

    def _behind(self, after: str | None) -> QuerySet[Any]:
        """The rows behind the one of this key, by the page's time where it has one; an unknown key is the list's beginning."""
        field = self.model_admin.time_of(self._request)
        rows = self.queryset.order_by(*([f"-{field}"] if field else []), "-pk")
        if after is None:
            return rows
        if not field:
            return rows.filter(pk__lt=after)
        moment = self.model._default_manager.filter(pk=after).values_list(field, flat=True).first()
        if moment is None:
            return rows
        return rows.filter(Q(**{f"{field}__lt": moment}) | Q(pk__lt=after), **{f"{field}__lte": moment})


class KeysetAdmin(ReadOnlyAdmin):
    """A read-only list, newest first by its primary key, a text (and by `time_field` before, where keys do not rise with time).

    `day_field` is the time a chosen day is of: such a list is in its order, so that an index on it has the page's rows side by side.
    `search_by` names the fields a word is looked for in, one after the other: the first that has it wins; of several together either
    may have it. `known` says of a field whether a word can occur in it at all, where no index would.
    """

    time_field = ""
    day_field = ""

    change_list_template = "admin/keyset_list.html"
    show_facets = ShowFacets.NEVER  # each number beside a filter would be a scan
    list_per_page = 50
    sortable_by = ()
    search_by: Sequence[Searched] = ()
    known: dict[Searched, Callable[[str], bool]] = {}

    @cached_property
    def search_fields(self) -> Sequence[Searched]:  # type: ignore[override]
        """So that the list has a search field; what is searched says `search_by`."""
        return self.search_by

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Newest first."""
        field = self.time_of(request)
        return [*([f"-{field}"] if field else []), "-pk"]

    def time_of(self, request: HttpRequest) -> str:
        """The time this list is ordered by before its key; empty for none."""
        return self.time_field or (self.day_field if request.GET.get(DAY_VAR) else "")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Ours."""
        return KeysetList

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        """Rows that have the word in the first field that knows it, as it is written or in capitals."""
        word = search_term.strip()
        if not word:
            return queryset, False
        for text in dict.fromkeys((word, word.upper())):
            for field in self.search_by:
                has = Q(*((name, text) for name in ((field,) if isinstance(field, str) else field)), _connector=Q.OR)
                if self.known[field](text) if field in self.known else self.model._default_manager.filter(has).exists():
                    return queryset.filter(has), False
        return queryset.none(), False
