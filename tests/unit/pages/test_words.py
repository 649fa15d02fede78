"""The glossary has every word that the screens show of the closed sets."""

from enum import StrEnum

import pytest

from oms_site.glossary import GLOSSARY
from schemas.enums import OrderStatus, OrderType, Phase, SelfTradePrevention, TimeInForce

CHAPTERS = {chapter.title: [word.word for word in chapter.words] for chapter in GLOSSARY}


@pytest.mark.parametrize(
    ("chapter", "words"),
    [
        ("Kinds of orders", OrderType),
        ("Time in force", TimeInForce),
        ("States of an order", OrderStatus),
        ("Own orders meeting", SelfTradePrevention),
        ("The market's phases", Phase),
    ],
)
def test_every_word_of_a_closed_set_is_explained(chapter: str, words: type[StrEnum]) -> None:
    assert {word.value for word in words} <= set(CHAPTERS[chapter])


def test_no_word_is_explained_twice_in_a_chapter() -> None:
    for title, words in CHAPTERS.items():
        assert len(words) == len(set(words)), title
