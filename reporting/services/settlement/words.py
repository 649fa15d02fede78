"""What the houses say becomes states, steps and journal entries: each word once, under the instruction's lock."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from marketdata import selectors as market_selectors
from oms_site.infra import metrics
from reporting import selectors
from reporting.domain.ledger import Entry, require_balanced
from reporting.domain.settlement.fold import Effect, Outcome, advised, entry
from reporting.models import SettlementObligation, SettlementStep
from reporting.services.books import rows as books
from schemas.enums import SettlementWord
from schemas.messages import SettlementAdvice
from schemas.units import from_units

_DUPLICATES = metrics.DUPLICATES.labels("settlement")
_WIDE = 16
_CHANGED = ("status", "settled_quantity", "settled_amount", "penalties", "deliveries", "matched", "reason", "fault", "cancel", "updated_at")


class InstructionUnknown(KeyError):
    """A word about an instruction of nobody's, or of another account."""


def advices_apply(*, advices: Sequence[SettlementAdvice], now: datetime) -> Counter[str]:
    """Apply words in their order; how many did what. A repeat is counted and left out. Runs in the caller's transaction.

    What contradicts an end is kept as a step and logged, and changes nothing. Raises `InstructionUnknown`, before anything is written.
    """
    books.one_at_a_time()
    rows = _locked({advice.instruction_id for advice in advices})
    _require_known(rows, advices)
    known = set(SettlementStep.objects.filter(pk__in=[advice.id for advice in advices]).values_list("pk", flat=True))
    numbers = iter(books.entry_numbers(len(advices)))
    entries: list[Entry] = []
    steps: list[SettlementStep] = []
    for advice in advices:
        if advice.id in known:
            _DUPLICATES.inc()
            continue
        known.add(advice.id)
        row = rows[advice.instruction_id]
        terms = selectors.terms_of(row)
        outcome = advised(terms, selectors.life_of(row), advice)
        posted = None
        if outcome.delivery is not None:
            posted = entry(row.pk, terms, next(numbers), outcome, advice.time)
            require_balanced(posted)
            entries.append(posted)
        _change(row, outcome, advice, now)
        steps.append(_step(row, outcome, advice, posted))
    if entries:
        books.entries_copy(entries)
    SettlementObligation.objects.bulk_update(rows.values(), _CHANGED)
    SettlementStep.objects.bulk_create(steps)
    return _counted(steps)


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


def _step(row: SettlementObligation, outcome: Outcome, advice: SettlementAdvice, posted: Entry | None) -> SettlementStep:
    moved = outcome.delivery
    return SettlementStep(
        id=advice.id,
        instruction=row,
        time=market_selectors.from_microseconds(advice.time),
        source=advice.source,
        word=advice.status,
        attempt=advice.attempt,
        quantity=from_units(advice.quantity),
        amount=from_units(moved.amount if moved else 0, _WIDE),
        penalty=from_units(moved.penalty if moved else 0, _WIDE),
        compensation=from_units(moved.compensation if moved else 0, _WIDE),
        reason=advice.reason or "",
        effect=outcome.effect.value,
        entry=posted.number if posted else None,
    )


def _counted(steps: Sequence[SettlementStep]) -> Counter[str]:
    counted = Counter(step.effect for step in steps)
    for step in steps:
        metrics.SETTLEMENT_WORDS.labels(step.source, step.word, step.effect).inc()
    return counted
