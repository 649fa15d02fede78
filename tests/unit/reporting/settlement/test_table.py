"""Every pair of state and event: where it leads, or that it contradicts what is known."""

import pytest

from reporting.domain.settlement.delivery import share
from reporting.domain.settlement.fold import Effect, Life, advised
from reporting.domain.settlement.table import EVENTS, FINAL, OPEN, TRANSITIONS, Event, State
from schemas.enums import SettlementReason
from schemas.enums import SettlementWord as Word
from schemas.units import ONE
from tests.unit.reporting.settlement.made import DAY, ON_TIME, WIDE, advice, terms

NAMED = {event.value: event for event in EVENTS}
EXPECTED = """
              affirmed matched mismatched partial settled failed cancelled cancel_rejected bought_in overdue sent netted withdrawn
instructed    A        M       I          P       S       F      C         I               S         F       I    N      C
affirmed      A        M       A          P       S       F      C         A               S         F       A    -      -
matched       M        M       A          P       S       F      C         M               S         F       M    -      -
partial       P        P       -          P       S       F      -         P               S         F       P    -      -
settled       S        S       -          -       S       -      -         S               S         -       -    -      -
failed        F        F       F          P       S       F      C         F               S         F       F    -      -
cancelled     C        C       -          -       -       -      C         -               -         -       -    -      -
netted        -        -       -          -       -       -      -         -               -         -       -    -      -
"""


def _pairs() -> list[tuple[State, Event, State | None]]:
    head, *rows = (line.split() for line in EXPECTED.strip().splitlines())
    initial = {state.value[0].upper(): state for state in State}
    return [(State(row[0]), NAMED[event], initial.get(word)) for row in rows for event, word in zip(head, row[1:], strict=True)]


def test_the_drawn_table_has_every_pair() -> None:
    assert {(state, event) for state, event, _ in _pairs()} == {(state, event) for state in State for event in EVENTS}


@pytest.mark.parametrize(("state", "event", "after"), _pairs())
def test_the_life_cycle_is_as_drawn(state: State, event: Event, after: State | None) -> None:
    assert TRANSITIONS.get((state, event)) == after


def test_nothing_leaves_an_end_and_everything_else_can_reach_one() -> None:
    assert {after for (state, _), after in TRANSITIONS.items() if state in FINAL} <= FINAL
    for (state, _), after in TRANSITIONS.items():
        assert state not in FINAL or after == state
    for state in OPEN:
        assert (state, Word.SETTLED) in TRANSITIONS


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Word)
def test_a_word_does_what_the_table_says_and_a_contradiction_nothing(state: State, event: Word) -> None:
    moved = 40 * ONE if state == State.PARTIAL else 100 * ONE if state == State.SETTLED else 0
    left = 100 - moved // ONE
    quantity = {Word.PARTIAL: 10, Word.SETTLED: left, Word.BOUGHT_IN: left}.get(event, 0)
    life = Life(state, moved)
    outcome = advised(terms(), life, advice(event.value, quantity))
    after = TRANSITIONS.get((state, event))
    if after is None:
        assert outcome == (life, Effect.CONTRADICTED, None)
    else:
        assert (outcome.life.state, outcome.effect == Effect.CONTRADICTED) == (after, False)
    assert (outcome.delivery is not None) == (outcome.life.settled > moved)


def test_the_same_again_has_no_effect() -> None:
    life = Life(State.SETTLED, 100 * ONE, 1, matched=True)
    assert advised(terms(), life, advice("settled", 100, id="another")) == (life, Effect.REPEATED, None)
    failed = advised(terms(), Life(State.MATCHED, matched=True), advice("failed", reason="securities_lacking"))
    assert (failed.effect, failed.life.fault, failed.life.reason) == (Effect.APPLIED, "other", "securities_lacking")
    assert advised(terms(), failed.life, advice("failed", reason="securities_lacking", attempt=2)).effect == Effect.REPEATED


@pytest.mark.parametrize(("status", "quantity"), [("settled", 101), ("partial", 61), ("settled", 0), ("partial", 0), ("bought_in", 50)])
def test_more_than_is_open_and_nothing_of_something_contradict(status: str, quantity: int) -> None:
    life = Life(State.FAILED, 40 * ONE, 1) if quantity != 101 else Life(State.FAILED)
    assert advised(terms(), life, advice(status, quantity)) == (life, Effect.CONTRADICTED, None)


def test_what_has_moved_in_part_cannot_be_cancelled() -> None:
    life = Life(State.FAILED, 40 * ONE, 1, matched=True)
    assert advised(terms(), life, advice("cancelled")).effect == Effect.CONTRADICTED


def test_what_counts_is_the_quantity_and_not_the_word() -> None:
    assert advised(terms(), Life(State.MATCHED), advice("settled", 99)).life.state == State.PARTIAL
    assert advised(terms(), Life(State.MATCHED), advice("partial", 100)).life.state == State.SETTLED


def test_a_clearing_house_that_contradicts_itself_before_the_end_is_believed_in_its_newest_word() -> None:
    life = Life()
    for word, state, matched in (("matched", "matched", True), ("mismatched", "affirmed", False), ("matched", "matched", True)):
        life = advised(terms(), life, advice(word)).life
        assert (life.state, life.matched) == (state, matched)
    assert life.reason == ""


def test_a_failed_instruction_that_matches_at_last_can_be_released_and_has_still_failed() -> None:
    life = Life(State.FAILED, reason=SettlementReason.TERMS_DIFFER.value)
    assert advised(terms(), life, advice("matched")).life == Life(State.FAILED, matched=True)


def test_custodian_first_clearing_house_later_ends_settled_once() -> None:
    first = advised(terms(), Life(), advice("settled", 100))
    assert first.delivery is not None
    late = advised(terms(), first.life, advice("matched"))
    assert (late.life.state, late.delivery) == (State.SETTLED, None)


@pytest.mark.parametrize(
    ("side", "reason", "days", "cost"),
    [
        ("sell", "securities_lacking", 3, 27),
        ("buy", "securities_lacking", 3, -27),
        ("buy", "cash_lacking", 1, 9),
        ("buy", "terms_differ", 3, 0),
        ("sell", "securities_lacking", 0, 0),
    ],
)
def test_lateness_costs_whose_fault_it_is_by_the_day(side: str, reason: str, days: int, cost: int) -> None:
    """5 basis points of 18,000 a day are 9."""
    life = advised(terms(side=side), Life(State.MATCHED, matched=True), advice("failed", reason=reason)).life
    done = advised(terms(side=side), life, advice("settled", 100, time=ON_TIME + days * DAY, penalty_rate=50_000)).delivery
    assert done is not None
    assert done.penalty == cost * WIDE


def test_a_part_pays_for_its_own_days() -> None:
    life = advised(terms(), Life(State.MATCHED, matched=True), advice("failed", reason="cash_lacking")).life
    first = advised(terms(), life, advice("partial", 40, time=ON_TIME + DAY, penalty_rate=50_000))
    rest = advised(terms(), first.life, advice("settled", 60, time=ON_TIME + 2 * DAY, penalty_rate=50_000))
    assert first.delivery is not None
    assert rest.delivery is not None
    assert (first.delivery.penalty, rest.delivery.penalty) == (36 * WIDE // 10, 108 * WIDE // 10)


@pytest.mark.parametrize(("side", "price", "extra"), [("sell", 190, 1_000), ("sell", 170, 0), ("buy", 190, 0)])
def test_a_buy_in_costs_the_seller_who_did_not_deliver_what_it_cost_more(side: str, price: int, extra: int) -> None:
    done = advised(terms(side=side), Life(State.FAILED), advice("bought_in", 100, price=price * ONE))
    assert done.delivery is not None
    assert (done.life.state, done.delivery.compensation) == (State.SETTLED, extra * WIDE)


def test_the_last_part_takes_the_rest() -> None:
    assert [share(1_000, moved, 3, 10) for moved in (1, 2, 3)] == [330, 660, 1_000]
    assert [share(-1_000, moved, 3, 10) for moved in (1, 2, 3)] == [-330, -660, -1_000]
