"""What the houses say becomes states, steps and journal entries: each word once, under the instruction's lock."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from marketdata import selectors as market_selectors
from oms_site.infra import metrics
from reporting import selectors
from reporting.domain.ledger import Entry, require_balanced
from reporting.domain.settlement.fold import Effect, Life, Outcome, advised, contradicts, entry
from reporting.models import SettlementObligation, SettlementStep
from reporting.services.books import rows as books
from reporting.services.settlement.contradictions import Contradiction, contradictions_tell
from reporting.services.settlement.rows import obligations_write, steps_write
from schemas.enums import SettlementWord
from schemas.messages import SettlementAdvice
from schemas.units import from_units

_DUPLICATES = metrics.DUPLICATES.labels("settlement")
_WIDE = 16


class InstructionUnknown(KeyError):
    """A word about an instruction of nobody's, or of another account."""


def advices_apply(*, advices: Sequence[SettlementAdvice], now: datetime) -> Counter[str]:
    """Apply words in their order; how many did what. A repeat is counted and left out. Runs in the caller's transaction.

    What contradicts is kept as a step and told to the desk. Raises `InstructionUnknown`, before anything is written.
    """
    books.one_at_a_time()
    rows = _locked({advice.instruction_id for advice in advices})
    _require_known(rows, advices)
    fresh = _fresh(advices)
    numbers = iter(books.entry_numbers(len(fresh)))
    taken = [_take(rows[advice.instruction_id], advice, numbers, now) for advice in fresh]
    books.entries_copy([one.posted for one in taken if one.posted is not None])
    obligations_write({one.row.pk: one.row for one in taken if one.outcome.effect == Effect.APPLIED}.values())
    steps = [_step(one) for one in taken]
    steps_write(steps)
    contradictions_tell(
        [Contradiction(one.advice, one.before) for one in taken if contradicts(one.before, one.advice, one.outcome)], now=now
    )
    return _counted(steps)


class _Taken(NamedTuple):
    """A word, its instruction, where that stood before, what the word did, and the entry it posted."""

    row: SettlementObligation
    advice: SettlementAdvice
    before: Life
    outcome: Outcome
    posted: Entry | None


def _take(row: SettlementObligation, advice: SettlementAdvice, numbers: Iterator[int], now: datetime) -> _Taken:
    """The row as it is after a word."""
    terms, before = selectors.terms_of(row), selectors.life_of(row)
    outcome = advised(terms, before, advice)
    posted = None
    if outcome.delivery is not None:
        posted = entry(row.pk, terms, next(numbers), outcome, advice.time)
        require_balanced(posted)
    _change(row, outcome, advice, now)
    return _Taken(row, advice, before, outcome, posted)


def _fresh(advices: Sequence[SettlementAdvice]) -> list[SettlementAdvice]:
    """Each word that nobody has told yet, once."""
    seen = set(SettlementStep.objects.filter(pk__in=[advice.id for advice in advices]).values_list("pk", flat=True))
    fresh = []
    for advice in advices:
        if advice.id not in seen:
            seen.add(advice.id)
            fresh.append(advice)
    if len(fresh) < len(advices):
        _DUPLICATES.inc(len(advices) - len(fresh))
    return fresh


def _locked(ids: set[str]) -> dict[str, SettlementObligation]:
    rows = SettlementObligation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("id")
    return {row.pk: row for row in rows}


def _require_known(rows: dict[str, SettlementObligation], advices: Sequence[SettlementAdvice]) -> None:
    for advice in advices:
        row = rows.get(advice.instruction_id)
        if row is None or row.account_id != advice.account:
            raise InstructionUnknown(f"{advice.id}: {advice.account} has no instruction {advice.instruction_id}")


def _change(row: SettlementObligation, outcome: Outcome, advice: SettlementAdvice, now: datetime) -> None:
    life, moved = outcome.life, outcome.delivery
    if outcome.effect != Effect.APPLIED:
        return
    row.status, row.matched, row.reason, row.fault = life.state.value, life.matched, life.reason, life.fault
    if moved is not None:
        row.settled_quantity, row.deliveries = from_units(life.settled), life.deliveries
        row.settled_amount += from_units(moved.amount, _WIDE)
        row.penalties += from_units(moved.penalty, _WIDE)
    if advice.status == SettlementWord.CANCEL_REJECTED:
        row.cancel = "refused"
    row.updated_at = now


def _step(taken: _Taken) -> SettlementStep:
    advice, moved = taken.advice, taken.outcome.delivery
    return SettlementStep(
        id=advice.id,
        instruction=taken.row,
        time=market_selectors.from_microseconds(advice.time),
        source=advice.source,
        word=advice.status,
        attempt=advice.attempt,
        quantity=from_units(advice.quantity),
        amount=from_units(moved.amount if moved else 0, _WIDE),
        penalty=from_units(moved.penalty if moved else 0, _WIDE),
        compensation=from_units(moved.compensation if moved else 0, _WIDE),
        reason=advice.reason or "",
        effect=taken.outcome.effect.value,
        entry=taken.posted.number if taken.posted else None,
    )


def _counted(steps: Sequence[SettlementStep]) -> Counter[str]:
    counted = Counter(step.effect for step in steps)
    for step in steps:
        metrics.SETTLEMENT_WORDS.labels(step.source, step.word, step.effect).inc()
    return counted
