"""The life cycle of a settlement instruction: what it is, what may happen to it, and what it is then. Pure."""

from enum import StrEnum


class State(StrEnum):
    """What is known of an instruction. Nothing is settled at trade time."""

    INSTRUCTED = "instructed"
    AFFIRMED = "affirmed"
    MATCHED = "matched"
    PARTIAL = "partial"
    SETTLED = "settled"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NETTED = "netted"


class Event(StrEnum):
    """What may happen. The first nine are told by the clearing house or the custodian, the rest is ours.

    `partial` and `settled` are told apart by what they leave open, whatever word was sent.
    """

    AFFIRMED = "affirmed"
    MATCHED = "matched"
    MISMATCHED = "mismatched"
    PARTIAL = "partial"
    SETTLED = "settled"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CANCEL_REJECTED = "cancel_rejected"
    BOUGHT_IN = "bought_in"
    OVERDUE = "overdue"
    SENT = "sent"
    NETTED = "netted"
    WITHDRAWN = "withdrawn"


FINAL = frozenset({State.SETTLED, State.CANCELLED, State.NETTED})
"""States that nothing leaves."""
OPEN = tuple(state for state in State if state not in FINAL)

TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.INSTRUCTED, Event.AFFIRMED): State.AFFIRMED,
    (State.INSTRUCTED, Event.MATCHED): State.MATCHED,  # the affirmation is late, or was lost
    (State.INSTRUCTED, Event.MISMATCHED): State.INSTRUCTED,
    (State.INSTRUCTED, Event.PARTIAL): State.PARTIAL,  # what has moved has moved: the match is told late
    (State.INSTRUCTED, Event.SETTLED): State.SETTLED,
    (State.INSTRUCTED, Event.FAILED): State.FAILED,
    (State.INSTRUCTED, Event.CANCELLED): State.CANCELLED,
    (State.INSTRUCTED, Event.CANCEL_REJECTED): State.INSTRUCTED,
    (State.INSTRUCTED, Event.BOUGHT_IN): State.SETTLED,  # only a fail is bought in: news of it may come before those of the fail
    (State.INSTRUCTED, Event.OVERDUE): State.FAILED,
    (State.INSTRUCTED, Event.SENT): State.INSTRUCTED,
    (State.INSTRUCTED, Event.NETTED): State.NETTED,
    (State.INSTRUCTED, Event.WITHDRAWN): State.CANCELLED,  # taken back before anybody was told of it
    (State.AFFIRMED, Event.AFFIRMED): State.AFFIRMED,
    (State.AFFIRMED, Event.MATCHED): State.MATCHED,
    (State.AFFIRMED, Event.MISMATCHED): State.AFFIRMED,
    (State.AFFIRMED, Event.PARTIAL): State.PARTIAL,
    (State.AFFIRMED, Event.SETTLED): State.SETTLED,
    (State.AFFIRMED, Event.FAILED): State.FAILED,
    (State.AFFIRMED, Event.CANCELLED): State.CANCELLED,
    (State.AFFIRMED, Event.CANCEL_REJECTED): State.AFFIRMED,
    (State.AFFIRMED, Event.BOUGHT_IN): State.SETTLED,
    (State.AFFIRMED, Event.OVERDUE): State.FAILED,
    (State.AFFIRMED, Event.SENT): State.AFFIRMED,
    (State.MATCHED, Event.AFFIRMED): State.MATCHED,
    (State.MATCHED, Event.MATCHED): State.MATCHED,
    (State.MATCHED, Event.MISMATCHED): State.AFFIRMED,  # the house contradicts itself before the end: its newest word holds
    (State.MATCHED, Event.PARTIAL): State.PARTIAL,
    (State.MATCHED, Event.SETTLED): State.SETTLED,
    (State.MATCHED, Event.FAILED): State.FAILED,
    (State.MATCHED, Event.CANCELLED): State.CANCELLED,
    (State.MATCHED, Event.CANCEL_REJECTED): State.MATCHED,
    (State.MATCHED, Event.BOUGHT_IN): State.SETTLED,
    (State.MATCHED, Event.OVERDUE): State.FAILED,
    (State.MATCHED, Event.SENT): State.MATCHED,
    (State.PARTIAL, Event.AFFIRMED): State.PARTIAL,
    (State.PARTIAL, Event.MATCHED): State.PARTIAL,
    (State.PARTIAL, Event.PARTIAL): State.PARTIAL,
    (State.PARTIAL, Event.SETTLED): State.SETTLED,
    (State.PARTIAL, Event.FAILED): State.FAILED,  # the rest; what has moved stays
    (State.PARTIAL, Event.CANCEL_REJECTED): State.PARTIAL,
    (State.PARTIAL, Event.BOUGHT_IN): State.SETTLED,  # what was still open
    (State.PARTIAL, Event.OVERDUE): State.FAILED,
    (State.PARTIAL, Event.SENT): State.PARTIAL,
    (State.FAILED, Event.AFFIRMED): State.FAILED,
    (State.FAILED, Event.MATCHED): State.FAILED,  # it can be delivered now, and has failed until it is
    (State.FAILED, Event.MISMATCHED): State.FAILED,
    (State.FAILED, Event.PARTIAL): State.PARTIAL,
    (State.FAILED, Event.SETTLED): State.SETTLED,
    (State.FAILED, Event.FAILED): State.FAILED,
    (State.FAILED, Event.CANCELLED): State.CANCELLED,
    (State.FAILED, Event.CANCEL_REJECTED): State.FAILED,
    (State.FAILED, Event.BOUGHT_IN): State.SETTLED,
    (State.FAILED, Event.OVERDUE): State.FAILED,
    (State.FAILED, Event.SENT): State.FAILED,
    # an end stays: news that were overtaken, and the same again, change nothing
    (State.SETTLED, Event.AFFIRMED): State.SETTLED,
    (State.SETTLED, Event.MATCHED): State.SETTLED,
    (State.SETTLED, Event.SETTLED): State.SETTLED,
    (State.SETTLED, Event.BOUGHT_IN): State.SETTLED,  # the delivery won the race against the buy-in
    (State.SETTLED, Event.CANCEL_REJECTED): State.SETTLED,
    (State.CANCELLED, Event.AFFIRMED): State.CANCELLED,
    (State.CANCELLED, Event.MATCHED): State.CANCELLED,
    (State.CANCELLED, Event.CANCELLED): State.CANCELLED,
}
"""(state, event): state. What is not here contradicts what is known: it is kept, told, and changes nothing."""
