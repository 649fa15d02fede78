"""What a word of the clearing house or the custodian makes of an instruction. The one way, live and at a rebuild. Pure.

Silence, lateness, repeats and contradictions of the houses all end here: a word changes what the table lets it change, and nothing moves
twice, because no more can be delivered than is open.
"""

from enum import StrEnum
from typing import NamedTuple

from reporting.domain.ledger import Cause, Entry
from reporting.domain.settlement.delivery import OTHER, OWN, Delivery, Terms, deliver
from reporting.domain.settlement.table import TRANSITIONS, State
from schemas.enums import SettlementReason, Side
from schemas.enums import SettlementWord as Word
from schemas.messages import SettlementAdvice

_MOVES = frozenset({Word.PARTIAL, Word.SETTLED, Word.BOUGHT_IN})


class Effect(StrEnum):
    """What a word did."""

    APPLIED = "applied"
    REPEATED = "repeated"
    CONTRADICTED = "contradicted"


class Life(NamedTuple):
    """Where an instruction stands. `settled` in 1e-8; `fault` whose a fail is; `deliveries` counts the parts that moved."""

    state: State = State.INSTRUCTED
    settled: int = 0
    deliveries: int = 0
    matched: bool = False
    reason: str = ""
    fault: str = ""


class Outcome(NamedTuple):
    """What it is after a word, what the word did, and what moved."""

    life: Life
    effect: Effect
    delivery: Delivery | None = None


def advised(terms: Terms, life: Life, advice: SettlementAdvice) -> Outcome:
    """The instruction after a word about it."""
    event = _event(terms, life, advice)
    after = TRANSITIONS.get((life.state, event)) if event is not None else None
    if event is None or after is None or (event == Word.CANCELLED and life.settled):
        return Outcome(life, Effect.CONTRADICTED)
    if event in _MOVES and life.state != State.SETTLED:
        return _delivered(terms, life, advice, after)
    told = _told(terms, life._replace(state=after), event, advice.reason or "")
    return Outcome(told, Effect.REPEATED if told == life else Effect.APPLIED)


def contradicts(before: Life, advice: SettlementAdvice, outcome: Outcome) -> bool:
    """Whether a house has said the opposite of what it said before: against what is known, or of the match that it had told."""
    taken_back = advice.status == Word.MISMATCHED and before.matched and outcome.effect == Effect.APPLIED
    return outcome.effect == Effect.CONTRADICTED or taken_back


def entry(name: str, terms: Terms, number: int, outcome: Outcome, time: int) -> Entry:
    """The journal entry of a delivery, named after the instruction `name` and the delivery's number: a second one cannot be posted."""
    assert outcome.delivery is not None
    cause_id = f"{name}/{outcome.life.deliveries}"
    return Entry(number, Cause.SETTLEMENT, cause_id, terms.account, terms.symbol, "", terms.trade_id, time, outcome.delivery.lines)


def fault_of(side: str, reason: str) -> str:
    """Whose fault it is: securities lack a seller, cash lacks a buyer; of everything else it is nobody's."""
    if reason not in (SettlementReason.SECURITIES_LACKING, SettlementReason.CASH_LACKING):
        return ""
    lacks = Side.SELL if reason == SettlementReason.SECURITIES_LACKING else Side.BUY
    return OWN if side == lacks else OTHER


def _event(terms: Terms, life: Life, advice: SettlementAdvice) -> Word | None:
    """What the word means. None when it would move nothing of something, or more than is open."""
    event = Word(advice.status)
    if event not in _MOVES or life.state == State.SETTLED:
        return event
    left = terms.quantity - life.settled
    if advice.quantity > left or (left and not advice.quantity) or (event == Word.BOUGHT_IN and advice.quantity != left):
        return None
    return event if event == Word.BOUGHT_IN else Word.SETTLED if advice.quantity == left else Word.PARTIAL


def _delivered(terms: Terms, life: Life, advice: SettlementAdvice, after: State) -> Outcome:
    moved = deliver(
        *(terms, life.settled, advice.quantity),
        time=advice.time,
        fault=life.fault,
        penalty_rate=advice.penalty_rate,
        price=advice.price if advice.status == Word.BOUGHT_IN else None,
    )
    reason = "" if after == State.SETTLED else life.reason
    now = life._replace(state=after, settled=life.settled + advice.quantity, deliveries=life.deliveries + 1, matched=True, reason=reason)
    return Outcome(now, Effect.APPLIED, moved)


def _told(terms: Terms, life: Life, event: Word, reason: str) -> Life:
    """With what a word that moves nothing says. What has ended has nothing to add."""
    if life.state in (State.SETTLED, State.CANCELLED):
        return life._replace(reason="")
    match event:
        case Word.MATCHED:
            kept = "" if life.reason == SettlementReason.TERMS_DIFFER else life.reason
            return life._replace(matched=True, reason=kept)
        case Word.MISMATCHED:
            return life._replace(matched=False, reason=reason or SettlementReason.TERMS_DIFFER.value)
        case Word.FAILED:
            return life._replace(reason=reason, fault=fault_of(terms.side, reason))
        case Word.CANCEL_REJECTED:
            return life._replace(reason=life.reason or SettlementReason.CANCEL_REJECTED.value)
    return life
