"""The houses as workers: what they read, what they answer, and that they have no memory to lose."""

import pytest

from oms_site.infra.bus.processor import Delivery, Position
from reporting.houses import SPEC, NotInstructed
from schemas.messages import Quote
from schemas.topics import BY_NAME
from tests.unit.reporting.settlement.made import instruction

POSITION = Position("settlement.instructions", 0, 0)


@pytest.mark.parametrize(
    ("action", "said"),
    [("instruct", [("clearing", "affirmed"), ("clearing", "matched")]), ("release", [("custodian", "settled")])],
)
def test_each_answers_what_is_for_it_on_the_topic_of_words(action: str, said: list[tuple[str, str]]) -> None:
    answers = SPEC.fold(0).handle(Delivery(POSITION, instruction(action), 0), 7)
    assert {(one.topic, one.message.time) for one in answers} == {("settlement.status", 7)}
    assert [(one.message.source, one.message.status) for one in answers] == said


def test_a_new_one_in_its_place_says_the_same() -> None:
    told = Delivery(POSITION, instruction("release"), 0)
    first, second = SPEC.fold(0), SPEC.fold(0)
    first.handle(told, 1)
    second.restore(first.dump())
    assert (second.handle(told, 2), second.recovered(3)) == (first.handle(told, 2), [])


def test_another_record_is_refused_before_anything_happened() -> None:
    quote = Quote("IBM", 1, 2, None, None, None, None, "Q", 1)
    with pytest.raises(NotInstructed):
        SPEC.fold(0).handle(Delivery(POSITION, quote, 0), 1)
    assert NotInstructed in SPEC.refusals


def test_words_are_on_the_partition_of_the_instructions_they_are_about() -> None:
    instructions, status = BY_NAME["settlement.instructions"], BY_NAME["settlement.status"]
    assert (instructions.key, instructions.partitions) == (status.key, status.partitions)
