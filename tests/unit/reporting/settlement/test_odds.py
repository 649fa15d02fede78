"""The simulated houses: the same seed and instruction give the same answer; odds are what they say."""

from typing import Any

import pytest

from reporting.domain.settlement.fold import Life, advised
from reporting.domain.settlement.odds import MILLION, clearing_answers, custodian_answers
from reporting.domain.settlement.table import State
from schemas.codec import decode, encode
from schemas.messages import SettlementAdvice, SettlementInstruction
from schemas.units import ONE
from tests.unit.reporting.settlement.made import instruction, terms

NEVER = {"seed": 1, "fail": 0, "late": 0, "partial": 0, "mismatch": 0}


def words(answers: list[SettlementAdvice]) -> list[str]:
    return [one.status for one in answers]


def both(told: SettlementInstruction) -> list[SettlementAdvice]:
    return clearing_answers(told, 1) + custodian_answers(told, 1)


def test_without_odds_all_goes_well() -> None:
    assert words(both(instruction("instruct"))) == ["affirmed", "matched"]
    (done,) = both(instruction("release"))
    assert (done.status, done.quantity, done.source) == ("settled", 100 * ONE, "custodian")
    assert words(both(instruction("cancel"))) == ["cancelled"]
    (bought,) = both(instruction("buy_in", price=7))
    assert (bought.status, bought.price, bought.quantity, bought.source) == ("bought_in", 7, 100 * ONE, "clearing")


@pytest.mark.parametrize(
    ("what", "action", "expected"),
    [
        ("mismatch", "instruct", ["affirmed", "mismatched"]),
        ("fail", "release", ["failed"]),
        ("late", "release", []),
        ("partial", "release", ["partial"]),
    ],
)
def test_what_is_certain_happens(what: str, action: str, expected: list[str]) -> None:
    assert words(both(instruction(action, odds=NEVER | {what: MILLION}))) == expected


def test_what_is_late_comes_the_next_day_and_a_second_look_at_the_terms_agrees() -> None:
    odds = NEVER | {"late": MILLION, "mismatch": MILLION}
    assert words(both(instruction("release", attempt=2, odds=odds))) == ["settled"]
    assert words(both(instruction("instruct", attempt=2, odds=odds))) == ["affirmed", "matched"]


def test_the_same_seed_and_instructions_have_the_same_outcome_and_another_seed_another() -> None:
    def outcome(seed: int) -> list[list[SettlementAdvice]]:
        odds = {"seed": seed, "fail": 300_000, "late": 100_000, "partial": 300_000, "mismatch": 200_000}
        told = (instruction(action, id=f"I{number}", odds=odds) for number in range(50) for action in ("instruct", "release"))
        return [both(one) for one in told]

    assert outcome(7) == outcome(7)
    assert outcome(7) != outcome(8)


@pytest.mark.parametrize("what", ["fail", "late", "partial", "mismatch"])
def test_a_tenth_is_about_a_tenth(what: str) -> None:
    odds: dict[str, Any] = NEVER | {what: MILLION // 10}
    action = "instruct" if what == "mismatch" else "release"
    plain = words(both(instruction(action)))
    unlike = sum(words(both(instruction(action, id=f"I{number}", odds=odds))) != plain for number in range(2_000))
    assert 140 <= unlike <= 260


@pytest.mark.parametrize("quantity", [1, ONE, 2 * ONE, 3 * ONE + 1, 10**15])
def test_a_part_is_less_than_what_is_open_and_more_than_nothing(quantity: int) -> None:
    for number in range(30):
        told = instruction(id=f"I{number}", quantity=quantity, open_quantity=quantity, odds=NEVER | {"partial": MILLION})
        (answer,) = custodian_answers(told, 1)
        assert 0 < answer.quantity < quantity or (answer.status == "settled" and quantity < 2 * ONE)


def test_answers_pass_the_schema_and_move_what_they_say() -> None:
    for action in ("instruct", "release", "buy_in"):
        told = instruction(action, price=200 * ONE, odds=NEVER | {"partial": MILLION})
        assert decode(SettlementInstruction, encode(told), 1) == told
        for answer in both(told):
            assert decode(SettlementAdvice, encode(answer), 1) == answer
            assert advised(terms(), Life(State.FAILED), answer).life.settled == answer.quantity
