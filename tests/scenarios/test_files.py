"""The scenario files are whole, readable and consistent in themselves."""

import pytest

from tests.scenarios.files import Play, scenarios
from tests.scenarios.notation import PENDING, read_ask, read_told

ENDS = {"filled", "canceled", "rejected", "expired"}
PLAYS = [play for scenario in scenarios() for play in scenario.plays]


def test_plays_have_names_of_their_own() -> None:
    assert len({play.key for play in PLAYS}) == len(PLAYS)


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.key)
def test_the_counts_of_every_line_are_those_of_an_order(play: Play) -> None:
    """OrderQty = CumQty + LeavesQty while the order lives, nothing is left once it is closed; no request is answered that was not asked."""
    total: dict[str, int] = {}
    for step in play.steps:
        for line in step.told:
            cum, leaves = int(line.cum), int(line.leaves)
            if line.type in {"pending_new", "replaced", "restated"} or (line.type == "new" and line.order not in total):
                total[line.order] = cum + leaves
            if line.status in ENDS:
                assert leaves == 0, line
            elif line.status not in PENDING:
                assert cum + leaves == total[line.order], line
            assert (
                "total" not in line.named
                or line.status in ENDS - {"filled"}
                or int(line.named["total"]) in {cum + leaves, total[line.order]}
            )


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.key)
def test_what_is_held_is_released(play: Play) -> None:
    held = ""
    for step in play.steps:
        if step.ask.verb == "hold":
            assert not held
            held = step.ask.words[0]
        elif step.ask.verb == "release":
            assert held
            held = ""
    assert not held


@pytest.mark.parametrize("line", ["new/new", "new/new 0", "new 0/10", "new/new 0/10 a b", "new/new 0/10 cum=4"])
def test_an_odd_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="line of what is told"):
        read_told(line)


def test_a_sentence_says_who_does_what_and_what_is_answered() -> None:
    ask = read_ask("trader replaces quantity=12000 as Y => 409 order_closed")
    assert (ask.method, dict(ask.fields), ask.words, ask.answer, ask.fault) == (
        "trader_replaces",
        {"quantity": "12000"},
        ("as", "Y"),
        409,
        "order_closed",
    )
