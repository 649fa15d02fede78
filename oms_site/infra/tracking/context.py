"""Who acts: what the product says of itself with every statement that writes, so that a trigger can keep it with the row's change.

A change that comes without it was made outside the product: by SQL, a shell, another program. See ADR 0013.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
from pghistory import runtime

from oms_site.infra.audit.correlation import correlated, requested


@contextmanager
def acting(by: str, *, request_id: str, user: int | None = None) -> Iterator[None]:
    """Statements of this thread inside are the product's: `by` (a door, a task, a command) for `user`, under `request_id`.

    Inside another it changes nothing: what began the work is who acts.
    """
    if hasattr(runtime._tracker, "value"):
        yield
        return
    with requested(request_id), pghistory.context(by=by, request_id=request_id, user=user):
        yield


@contextmanager
def going_on_with(correlation_id: str) -> Iterator[None]:
    """What is done inside belongs to the chain that `correlation_id` began: audit entries, row events and log lines say so."""
    with correlated(correlation_id):
        _say(correlation_id=correlation_id)
        try:
            yield
        finally:
            _say(correlation_id="")


def user_known(user: Any) -> None:
    """The person behind the request is known now. Nobody (a log-out) changes nothing."""
    if getattr(user, "pk", None) is not None:
        _say(user=user.pk)


def _say(**more: Any) -> None:
    """Add to what is said; nothing where nobody acts for the product."""
    pghistory.context(**more)
