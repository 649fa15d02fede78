"""A filter of lists on a closed set of words, which asks no table which of them occur."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


def word_filter(field: str, words: Iterable[str]) -> type[admin.SimpleListFilter]:
    """A filter on a column that holds one of a closed set of words: unlike Django's own it does not ask the whole table which occur."""
    choices = [(word, word.replace("_", " ")) for word in words]

    class WordFilter(admin.SimpleListFilter):
        """One of the words."""

        title = field
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return choices

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset if self.value() is None else queryset.filter(**{field: self.value()})

    return WordFilter
