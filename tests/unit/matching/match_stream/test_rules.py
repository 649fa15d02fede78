"""The nine rules of the engine, each with examples that a reader can check by hand; `rules/` holds them."""

import json
import re

import pytest

from tests.unit.matching.match_stream.cases import RULES, Case, answer, cases

KEYS = {
    "new": "n type id",
    "trade": "n type trade_id symbol price quantity maker taker",
    "uncross": "n type trade_id symbol price quantity buy sell",
    "canceled": "n type id leaves reason",
    "expired": "n type id leaves reason",
    "replaced": "n type id quantity price leaves kept_priority",
    "triggered": "n type id",
    "rejected": "n type id code",
    "cancel_rejected": "n type id code",
    "replace_rejected": "n type id code",
    "book": "n type symbol bids asks last",
}


@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_rule_holds(case: Case) -> None:
    answered = [json.loads(line) for line in answer(*case.input).splitlines()]
    assert answered == case.expected


def test_there_is_a_file_of_examples_for_each_rule() -> None:
    assert [path.name[0] for path in sorted(RULES.iterdir())] == list("123456789")


def test_keys_come_in_the_order_of_the_contract() -> None:
    seen = set()
    for case in cases():
        for line in answer(*case.input).splitlines():
            keys = list(json.loads(line))
            kind = json.loads(line)["type"]
            kind = "uncross" if "buy" in keys else kind
            assert " ".join(keys) == KEYS[kind]
            seen.add(kind)
    assert seen == set(KEYS)


def test_the_output_is_ascii_one_object_a_line() -> None:
    text = answer({"op": "new", "id": "ä\u2028\n", "side": "buy", "type": "market", "tif": "day", "quantity": 1})
    assert re.fullmatch(r"[ -~\n]+", text)
    assert json.loads(text.splitlines()[0])["id"] == "ä\u2028\n"
