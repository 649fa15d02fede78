"""What a decision of risk rests on, as it is written into `Execution.decision`, and how people read it.

The text is JSON: `{"price", "reference", "elsewhere", "ahead", "results"}` of a new order or a replace, `{"latched"}` of a fill that
stopped the account. `elsewhere` is left out where it is zero, and null where it could not be told. `ahead` has `[scope, key, reason]` of
each kill that was known before its turn in the log, and is left out where there was none. `results` holds `[rule, outcome, limit,
actual]` of each check asked, in their order, up to the one that refused. Numbers are integers of 1e-8.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from risk.domain.ahead import Ahead
from risk.domain.catalog import BY_RULE
from risk.domain.instrument import Reference
from schemas.units import format_units

_PRICE_FIRST = '{"price":'
OUTCOMES = {
    "p": "passed",
    "f": "refused",
    "s": "would have refused, is only recorded",
    "b": "would have refused, is bypassed",
    "o": "is switched off",
}
"""What became of a check, by its letter in the text."""

Result = tuple[str, str, int | None, int | None]
"""Rule, outcome, limit, actual."""


class Latch(NamedTuple):
    """What stops an account (or, by its name, a trader) until somebody enables it: the rule, and of a loss the level (1 close-only,
    2 disabled).
    """

    rule: str
    name: str
    level: int
    limit: int = 0
    actual: int = 0


class Row(NamedTuple):
    """One check of a decision in words. `limit` and `actual` are plain decimal text, empty where nothing was measured."""

    rc: str
    rule: str
    outcome: str
    limit: str
    actual: str
    unit: str
    words: str


class Explanation(NamedTuple):
    """A decision to be read. Prices are decimal text; `reference` is the quote's bid, ask, partition, offset and age in microseconds."""

    price: str | None
    reference: dict[str, Any] | None
    elsewhere: str | None
    rows: tuple[Row, ...]


def judged_price(text: str) -> int | None:
    """The price an order was judged at, read without the rest: this is asked for each order without a limit."""
    if not text.startswith(_PRICE_FIRST):
        return None
    number = text[len(_PRICE_FIRST) : text.index(",")]
    return None if number == "null" else int(number)


def quote_of(text: str, now: int) -> Reference | None:
    """The quote that a decision of `now` rests on; None where there was none."""
    told = json.loads(text).get("reference")
    return None if told is None else Reference(told["bid"], told["ask"], now - told["age_us"], told["partition"], told["offset"])


def elsewhere_of(text: str) -> int | None:
    """The loss in other symbols that a decision has seen; None where it could not be told."""
    found: int | None = json.loads(text).get("elsewhere", 0)
    return found


def ahead_of(text: str) -> Ahead:
    """The kills that a decision knew before their turn in the log."""
    return {(scope, key): why for scope, key, why in json.loads(text).get("ahead", ())}


def latches(text: str) -> list[Latch]:
    """What a fill stopped."""
    return [Latch(*row) for row in json.loads(text).get("latched", ())]


def latched_text(found: Sequence[Latch]) -> str:
    """The decision of a fill that stops an account."""
    return json.dumps({"latched": [list(latch) for latch in found]}, separators=(",", ":"))


def results_of(text: str) -> list[Result]:
    """The results as they were written."""
    return [(rule, outcome, limit, actual) for rule, outcome, limit, actual in json.loads(text).get("results", ())]


def explain(text: str) -> Explanation:
    """The decision in rows with names, units and words. Raises `ValueError` for a text that is none."""
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("a decision is an object")
    rows = [_row(*result) for result in said.get("results", ())]
    rows += [_latched(Latch(*row)) for row in said.get("latched", ())]
    reference = said.get("reference")
    if reference is not None:
        reference = reference | {side: format_units(reference[side]) for side in ("bid", "ask")}
    return Explanation(_text(said.get("price")), reference, _text(said.get("elsewhere")), tuple(rows))


def _row(rule: str, outcome: str, limit: int | None, actual: int | None) -> Row:
    line = BY_RULE.get(rule)
    passes = "" if line is None else line.passes
    words = f"{OUTCOMES.get(outcome, outcome)}: {passes}"
    if outcome in ("f", "s", "b") and line is not None and line.remedy:
        words += f"; {line.remedy}"
    unit = "" if line is None or (limit is None and actual is None) else line.measured_in
    return Row("" if line is None else line.rc, rule, outcome, _text(limit) or "", _text(actual) or "", unit, words)


def _latched(latch: Latch) -> Row:
    line = BY_RULE[latch.rule]
    state = {1: " (close-only)", 2: " (disabled)"}.get(latch.level, "")
    words = f"stopped by this fill{state}: {latch.name}; {line.remedy}"
    return Row(line.rc, latch.rule, "f", format_units(latch.limit), format_units(latch.actual), line.measured_in, words)


def _text(number: int | None) -> str | None:
    return None if number is None else format_units(number)
