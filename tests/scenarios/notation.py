"""The notation of the scenario files: what somebody does, and what the order's owner is told, `ExecType/OrdStatus Cum/Leaves`.

A line of what is told reads `[order] type/status cum/leaves [reason] [by risk] [past intake] [name=value …]`. A value that is named
(total, price, last, avg, name, day, source) is compared where a level knows it, one that is not named is free; the reason is always
compared. `by risk`: the refusal comes from risk, so the market never hears of the request. `past intake`: only a command that came another
way than REST gets this far.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

PENDING = frozenset({"pending_new", "pending_cancel", "pending_replace"})
"""Types that risk tells: the market knows no pending requests."""
NAMED = frozenset({"total", "price", "last", "avg", "name", "day", "source"})
_BY_RISK, _PAST_INTAKE = " by risk", " past intake"


class Told(NamedTuple):
    """One step in an order's life as its owner is told. Numbers are plain decimal text."""

    order: str
    type: str
    status: str
    cum: str
    leaves: str
    reason: str
    named: Mapping[str, str]
    by_risk: bool = False
    past_intake: bool = False

    def text(self, names: Sequence[str] = ()) -> str:
        """The line, with these of the named values (a dash for one that is not known)."""
        words = [f"{self.type}/{self.status} {self.cum}/{self.leaves}"]
        if self.order != "X":
            words.insert(0, self.order)
        if self.reason:
            words.append(self.reason)
        return " ".join([*words, *(f"{name}={self.named.get(name, '-')}" for name in names)])


class Ask(NamedTuple):
    """What somebody does: `actor verb words… name=value… [=> answer [what is at fault]]`."""

    actor: str
    verb: str
    words: tuple[str, ...]
    fields: Mapping[str, str]
    answer: int | None
    fault: str

    @property
    def method(self) -> str:
        """Name of the method of a level that does it."""
        return f"{self.actor}_{self.verb}"


class Terms(NamedTuple):
    """An order's terms as written: `buy 10000 @ 100 gtc post_only=true`."""

    side: str
    quantity: str
    price: str
    tif: str
    conditions: Mapping[str, str]


def read_told(line: str) -> Told:
    """A line of what is told. Raises `ValueError` for anything else."""
    text, past_intake = _without(line, _PAST_INTAKE)
    text, by_risk = _without(text, _BY_RISK)
    order, *words = text.split()
    if "/" in order:
        order, words = "X", [order, *words]
    (kind, _, status), (cum, _, leaves) = (words.pop(0).partition("/") if words else ("", "", "") for _ in range(2))
    named = dict(_pair(word) for word in words if "=" in word)
    reasons = [word for word in words if "=" not in word]
    if len(reasons) > 1 or not (status and leaves) or named.keys() - NAMED:
        raise ValueError(f"not a line of what is told: {line!r}")
    return Told(order, kind, status, cum, leaves, reasons[0] if reasons else "", named, by_risk or kind in PENDING, past_intake)


def read_ask(sentence: str) -> Ask:
    """A sentence of what is done; `hold` (a worker) and `release` are the test's own. Raises `ValueError` for one without a verb."""
    text, arrow, answer = sentence.partition(" => ")
    actor, verb, *rest = text.split() if text.split()[0] not in {"hold", "release"} else ("test", *text.split())
    words = tuple(word for word in rest if "=" not in word)
    fields = dict(_pair(word) for word in rest if "=" in word)
    if not arrow:
        return Ask(actor, verb, words, fields, None, "")
    number, _, fault = answer.partition(" ")
    return Ask(actor, verb, words, fields, int(number), fault)


def terms(ask: Ask) -> Terms:
    """The terms of an order that is entered, with `day` where no time in force is said."""
    side, quantity, at, price, *tif = ask.words
    if at != "@" or len(tif) > 1:
        raise ValueError(f"not an order: {ask.words}")
    conditions = {name: value for name, value in ask.fields.items() if name != "key"}
    return Terms(side, quantity, price, tif[0] if tif else "day", conditions)


def _without(text: str, words: str) -> tuple[str, bool]:
    return text.replace(words, ""), words in text


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name, value
