"""What a person's roles are. They are the business of a room above this one: `settings.OMS_ROLES` names the function that knows."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@cache
def _lookup() -> Callable[[Any], frozenset[str]]:
    lookup: Callable[[Any], frozenset[str]] = import_string(settings.OMS_ROLES)
    return lookup


def roles(user: Any) -> frozenset[str]:
    """The roles of a user, as words; none for somebody inactive or not logged in."""
    return _lookup()(user)


def either(names: frozenset[str]) -> str:
    """`admin or risk`: for the sentence that says which role is missing."""
    return " or ".join(sorted(str(name) for name in names))
