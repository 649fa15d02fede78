"""The life cycle of a settlement instruction: what it is, what may happen to it, and what it is then. Pure."""

from enum import StrEnum

from schemas.enums import SettlementWord as Word


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


class Own(StrEnum):
    """What may happen on our own side."""

    OVERDUE = "overdue"
    SENT = "sent"
    NETTED = "netted"
    WITHDRAWN = "withdrawn"


Event = Word | Own
"""What may happen: told by a house, or ours. `partial` and `settled` are told apart by what they leave open, whatever word was sent."""
EVENTS: tuple[Event, ...] = (*Word, *Own)

FINAL = frozenset({State.SETTLED, State.CANCELLED, State.NETTED})
"""States that nothing leaves."""
OPEN = tuple(state for state in State if state not in FINAL)

TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.INSTRUCTED, Word.AFFIRMED): State.AFFIRMED,
    (State.INSTRUCTED, Word.MATCHED): State.MATCHED,  # the affirmation is late, or was lost
    (State.INSTRUCTED, Word.MISMATCHED): State.INSTRUCTED,
    (State.INSTRUCTED, Word.PARTIAL): State.PARTIAL,  # what has moved has moved: the match is told late
    (State.INSTRUCTED, Word.SETTLED): State.SETTLED,
    (State.INSTRUCTED, Word.FAILED): State.FAILED,
    (State.INSTRUCTED, Word.CANCELLED): State.CANCELLED,
    (State.INSTRUCTED, Word.CANCEL_REJECTED): State.INSTRUCTED,
    (State.INSTRUCTED, Word.BOUGHT_IN): State.SETTLED,  # only a fail is bought in: news of it may come before those of the fail
    (State.INSTRUCTED, Own.OVERDUE): State.FAILED,
    (State.INSTRUCTED, Own.SENT): State.INSTRUCTED,
    (State.INSTRUCTED, Own.NETTED): State.NETTED,
    (State.INSTRUCTED, Own.WITHDRAWN): State.CANCELLED,  # taken back before anybody was told of it
    (State.AFFIRMED, Word.AFFIRMED): State.AFFIRMED,
    (State.AFFIRMED, Word.MATCHED): State.MATCHED,
    (State.AFFIRMED, Word.MISMATCHED): State.AFFIRMED,
    (State.AFFIRMED, Word.PARTIAL): State.PARTIAL,
    (State.AFFIRMED, Word.SETTLED): State.SETTLED,
    (State.AFFIRMED, Word.FAILED): State.FAILED,
    (State.AFFIRMED, Word.CANCELLED): State.CANCELLED,
    (State.AFFIRMED, Word.CANCEL_REJECTED): State.AFFIRMED,
    (State.AFFIRMED, Word.BOUGHT_IN): State.SETTLED,
    (State.AFFIRMED, Own.OVERDUE): State.FAILED,
    (State.AFFIRMED, Own.SENT): State.AFFIRMED,
    (State.MATCHED, Word.AFFIRMED): State.MATCHED,
    (State.MATCHED, Word.MATCHED): State.MATCHED,
    (State.MATCHED, Word.MISMATCHED): State.AFFIRMED,  # the house contradicts itself before the end: its newest word holds
    (State.MATCHED, Word.PARTIAL): State.PARTIAL,
    (State.MATCHED, Word.SETTLED): State.SETTLED,
    (State.MATCHED, Word.FAILED): State.FAILED,
    (State.MATCHED, Word.CANCELLED): State.CANCELLED,
    (State.MATCHED, Word.CANCEL_REJECTED): State.MATCHED,
    (State.MATCHED, Word.BOUGHT_IN): State.SETTLED,
    (State.MATCHED, Own.OVERDUE): State.FAILED,
    (State.MATCHED, Own.SENT): State.MATCHED,
    (State.PARTIAL, Word.AFFIRMED): State.PARTIAL,
    (State.PARTIAL, Word.MATCHED): State.PARTIAL,
    (State.PARTIAL, Word.PARTIAL): State.PARTIAL,
    (State.PARTIAL, Word.SETTLED): State.SETTLED,
    (State.PARTIAL, Word.FAILED): State.FAILED,  # the rest; what has moved stays
    (State.PARTIAL, Word.CANCEL_REJECTED): State.PARTIAL,
    (State.PARTIAL, Word.BOUGHT_IN): State.SETTLED,  # what was still open
    (State.PARTIAL, Own.OVERDUE): State.FAILED,
    (State.PARTIAL, Own.SENT): State.PARTIAL,
    (State.FAILED, Word.AFFIRMED): State.FAILED,
    (State.FAILED, Word.MATCHED): State.FAILED,  # it can be delivered now, and has failed until it is
    (State.FAILED, Word.MISMATCHED): State.FAILED,
    (State.FAILED, Word.PARTIAL): State.PARTIAL,
    (State.FAILED, Word.SETTLED): State.SETTLED,
    (State.FAILED, Word.FAILED): State.FAILED,
    (State.FAILED, Word.CANCELLED): State.CANCELLED,
    (State.FAILED, Word.CANCEL_REJECTED): State.FAILED,
    (State.FAILED, Word.BOUGHT_IN): State.SETTLED,
    (State.FAILED, Own.OVERDUE): State.FAILED,
    (State.FAILED, Own.SENT): State.FAILED,
    # an end stays: news that were overtaken, and the same again, change nothing
    (State.SETTLED, Word.AFFIRMED): State.SETTLED,
    (State.SETTLED, Word.MATCHED): State.SETTLED,
    (State.SETTLED, Word.SETTLED): State.SETTLED,
    (State.SETTLED, Word.BOUGHT_IN): State.SETTLED,  # the delivery won the race against the buy-in
    (State.SETTLED, Word.CANCEL_REJECTED): State.SETTLED,
    (State.CANCELLED, Word.AFFIRMED): State.CANCELLED,
    (State.CANCELLED, Word.MATCHED): State.CANCELLED,
    (State.CANCELLED, Word.CANCELLED): State.CANCELLED,
}
"""(state, event): state. What is not here contradicts what is known: it is kept, told, and changes nothing."""
