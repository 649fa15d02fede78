"""The life of a request, as a table. The database keeps the same table against everything else that writes (`guards`)."""

from django.db.models import TextChoices


class State(TextChoices):
    """Where a request stands."""

    REQUESTED = "requested", "waits for a second person"
    APPROVED = "approved", "approved, not used yet"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"
    EXPIRED = "expired", "expired"
    USED = "used", "carried out"
    REVERTED = "reverted", "carried out and reverted"


NEXT: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.APPROVED, State.REJECTED, State.WITHDRAWN, State.EXPIRED}),
    State.APPROVED: frozenset({State.USED, State.WITHDRAWN, State.EXPIRED}),
    State.USED: frozenset({State.REVERTED}),
    State.REJECTED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.EXPIRED: frozenset(),
    State.REVERTED: frozenset(),
}

TOLD: dict[State, tuple[str, ...]] = {
    State.REQUESTED: ("request_made",),
    State.APPROVED: ("request_approved", "break_glass_opened"),
    State.REJECTED: ("request_rejected",),
    State.WITHDRAWN: ("request_withdrawn",),
    State.EXPIRED: ("request_expired",),
    State.USED: ("request_used",),
    State.REVERTED: ("request_reverted",),
}
"""The audit entry that stands behind each state: the database takes no state whose entry it does not find."""

WAITING = (State.REQUESTED, State.APPROVED)
"""States in which time runs: at `expires_at` they end."""
DECIDED = (State.APPROVED, State.REJECTED, State.USED, State.REVERTED)
"""States nobody can reach without a decision. (One that was approved may also be withdrawn or expire.)"""
DONE = (State.USED, State.REVERTED)
"""States of what has been carried out."""
