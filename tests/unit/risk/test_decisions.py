"""Decisions as text and as words: what is written is read back, in rows with names and units, and numbers of any size survive."""

import json

import pytest

from risk.decision_text import decision_text
from risk.domain.catalog import BY_RULE
from risk.domain.checks import Breach
from risk.domain.decide import Decision
from risk.domain.decisions import Latch, elsewhere_of, explain, judged_price, latched_text, latches, quote_of, results_of
from risk.domain.instrument import Reference
from schemas.enums import Reason
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, BID, BOUNDARIES, NOW, Scene

QUOTE = Reference(BID, ASK, NOW - 7, 3, 42)


@pytest.mark.parametrize("name", BOUNDARIES)
def test_each_refusal_is_explained_with_its_number_limit_and_remedy(name: str) -> None:
    boundary = BOUNDARIES[name]
    scene = Scene(boundary.sides[0], boundary.kinds[0])
    boundary.build(scene, 1)
    decision = scene.decide()
    found = explain(decision_text(decision, NOW))
    *passed, last = found.rows
    line = BY_RULE[name]
    assert (last.rc, last.rule, last.limit, last.unit) == (line.rc, name, decision.breach.limit, line.measured_in)
    assert last.words.startswith("refused: ")
    assert line.remedy in last.words
    assert {row.words.partition(":")[0] for row in passed} == {"passed"}
    assert [row.rule for row in found.rows] == [rule for rule, *_ in decision.results]


def test_what_is_written_is_read_back() -> None:
    decision = Decision(None, BID, QUOTE, -5, [("kill", "p", None, None), ("max_quantity", "p", 7, 3)])
    text = decision_text(decision, NOW)
    assert (judged_price(text), quote_of(text, NOW), elsewhere_of(text), results_of(text)) == (BID, QUOTE, -5, decision.results)
    found = explain(text)
    assert (found.price, found.elsewhere) == ("100", "-0.00000005")
    assert found.reference == {"bid": "100", "ask": "100.02", "partition": 3, "offset": 42, "age_us": 7}


def test_what_was_not_there_is_read_as_such() -> None:
    unknown = Breach(Reason.FX_MISSING, "max_daily_loss", None, None, "no rate")
    text = decision_text(Decision(None, None, None, unknown, []), NOW)
    assert (judged_price(text), quote_of(text, NOW), elsewhere_of(text), results_of(text)) == (None, None, None, [])
    assert elsewhere_of(decision_text(Decision(None, BID, QUOTE, 0, []), NOW)) == 0
    assert explain(text).rows == ()


def test_numbers_beyond_64_bits_are_written_all_the_same() -> None:
    text = decision_text(Decision(None, BID, QUOTE, None, [("max_notional", "f", 1, 10**30)]), NOW)
    assert results_of(text) == [("max_notional", "f", 1, 10**30)]
    assert json.loads(text)["price"] == BID


def test_what_a_fill_stopped_is_read_back_and_explained() -> None:
    found = [Latch("max_daily_loss", "ACME-1", 2, 100 * ONE, 250 * ONE), Latch("max_executions_rate", "ann", 0, 3 * ONE, 4 * ONE)]
    text = latched_text(found)
    assert latches(text) == found
    assert judged_price(text) is None
    loss, burst = explain(text).rows
    assert (loss.rc, loss.limit, loss.actual) == ("RC20", "100", "250")
    assert "disabled" in loss.words
    assert (burst.rc, burst.actual) == ("RC23", "4")
    assert "ann" in burst.words


@pytest.mark.parametrize(("text", "words"), [("", "Expecting value"), ("[]", "a decision is an object"), ("{", "Expecting property name")])
def test_a_text_that_is_no_decision_is_an_error(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        explain(text)
