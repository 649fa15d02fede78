"""The page for people with suites of their own says what is so."""

import json
import re

from matching.match_stream.forms import FORMS
from schemas.enums import AuctionKind, OrderType, Phase, Reason, SelfTradePrevention, Side, TimeInForce
from tests.tidy.tree import ROOT
from tests.unit.matching.match_stream.cases import answer, cases

PAGE = (ROOT / "docs" / "match_stream.md").read_text(encoding="utf-8")


def test_the_example_is_answered_as_the_page_says() -> None:
    given, told = re.findall(r"```jsonl\n(.*?)```", PAGE, re.DOTALL)
    assert answer(given) == told


def test_every_op_is_there_with_its_fields() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (`.*) \|$", PAGE.split("## Output")[0], re.MULTILINE))
    for op, form in FORMS.items():
        marked = re.findall(r"`(\w+\??)`", rows[op].split(":")[0])
        assert {name for name in marked if not name.endswith("?")} - {"opening"} == form.required
        assert {name.rstrip("?") for name in marked} - {"opening"} == set(form.takes)


def test_every_word_is_there() -> None:
    words = PAGE[PAGE.index("\nWords:") :].split("\n\n")[0]
    for name, enum in {"side": Side, "type": OrderType, "tif": TimeInForce, "phase": Phase, "kind": AuctionKind}.items():
        assert _words_after(words, name) == set(enum)
    assert _words_after(words, "self_trade_prevention") == set(SelfTradePrevention)


def _words_after(words: str, name: str) -> set[str]:
    return set(re.split(r"[·.]", words.split(f"`{name}`")[1])[0].split())


def test_every_code_that_is_told_is_a_reason_and_on_the_page() -> None:
    told = {line.get("code") or line.get("reason") for case in cases() for line in map(json.loads, answer(*case.input).splitlines())}
    for code in told - {None}:
        assert Reason(code)
        assert f"`{code}`" in PAGE
