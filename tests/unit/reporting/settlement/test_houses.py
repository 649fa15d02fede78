"""The houses as workers: what they read, what they answer, and that they have no memory to lose."""

import pytest

from oms_site.infra.bus.processor import Delivery, Position
from reporting.houses import CLEARING, CUSTODIAN, NotInstructed
from schemas.messages import Quote
from schemas.topics import BY_NAME
from tests.unit.reporting.settlement.made import instruction


def test_each_answers_what_is_for_it_on_the_topic_of_words() -> None:
    position = Position("settlement.instructions", 0, 0)
    for spec, action, words in ((CLEARING, "instruct", ["affirmed", "matched"]), (CUSTODIAN, "release", ["settled"])):
        house = spec.fold(0)
        answers = house.handle(Delivery(position, instruction(action), 0), 7)
        assert [(one.topic, one.message.status, one.message.time) for one in answers] == [("settlement.status", word, 7) for word in words]
        other = "release" if action == "instruct" else "instruct"
        assert house.handle(Delivery(position, instruction(other), 0), 7) == []


def test_a_new_one_in_its_place_says_the_same() -> None:
    told = Delivery(Position("settlement.instructions", 0, 0), instruction(), 0)
    first, second = CUSTODIAN.fold(0), CUSTODIAN.fold(0)
    first.handle(told, 1)
    second.restore(first.dump())
    assert (second.handle(told, 2), second.recovered(3)) == (first.handle(told, 2), [])


def test_another_record_is_refused_before_anything_happened() -> None:
    quote = Quote("IBM", 1, 2, None, None, None, None, "Q", 1)
    with pytest.raises(NotInstructed):
        CLEARING.fold(0).handle(Delivery(Position("settlement.instructions", 0, 0), quote, 0), 1)
    assert NotInstructed in CLEARING.refusals


def test_words_are_on_the_partition_of_the_instructions_they_are_about() -> None:
    instructions, status = BY_NAME["settlement.instructions"], BY_NAME["settlement.status"]
    assert (instructions.key, instructions.partitions) == (status.key, status.partitions)
