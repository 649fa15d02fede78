"""Reads of saved searches."""

from typing import Any

from oms_site.infra.searches.models import SavedSearch


def searches_of(user: Any, page: str) -> list[SavedSearch]:
    """A person's searches of a list, by name."""
    return list(SavedSearch.objects.filter(user=user.pk, page=page).order_by("name"))
