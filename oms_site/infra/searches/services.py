"""Writes of saved searches: each person's own."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from oms_site.infra.errors import InvalidInput, NotFound
from oms_site.infra.searches.models import LONGEST_NAME, LONGEST_QUERY, SavedSearch

MOST = 30
"""Searches a person keeps of one list."""
_PAGING = frozenset({"p", "e", "all", "after", "before", "cursor"})
"""Where in a list one was is no part of what one looked for."""


def search_save(*, actor: Any, page: str, name: str, query: str) -> SavedSearch:
    """Keep a list's query under a name; one that is there has the new query from now on. Raises `InvalidInput`."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"name: must be told, in at most {LONGEST_NAME} characters", field="name")
    kept = urlencode([(key, value) for key, value in parse_qsl(query) if key not in _PAGING])
    if not kept:
        raise InvalidInput("query: filter, search or sort the list first, then save it", field="query")
    if len(kept) > LONGEST_QUERY:
        raise InvalidInput(f"query: is longer than {LONGEST_QUERY} characters", field="query")
    own = SavedSearch.objects.filter(user=actor.pk, page=page)
    if own.exclude(name=name).count() >= MOST:
        raise InvalidInput(f"name: you keep {MOST} searches of this list, forget one first", field="name")
    saved, _ = SavedSearch.objects.update_or_create(user=actor, page=page, name=name, defaults={"query": kept})
    return saved


def search_forget(*, actor: Any, pk: int) -> SavedSearch:
    """Forget one's own search; what it was. Raises `NotFound`, also for somebody else's."""
    saved = SavedSearch.objects.filter(user=actor.pk, pk=pk).first()
    if saved is None:
        raise NotFound("you have no such search")
    SavedSearch.objects.filter(pk=pk).delete()
    return saved
