"""Commands and answers as lines of text, so that a rule is tested by reading it.

    sell a 5 @10.00 gtc show 2 as ACME        a new order; without a price it is a market order
    buy s 3 stop 10.05 @10.06                 a stop-limit; `trail 0.02` is a trailing stop
    replace a 7 @10.01 · cancel a · mass_cancel as ACME sell
    phase auction closing 2026-01-05 · uncross · instrument band 0.05 reference 10.00
    split a 2:1 (new for old, by the desk)
    bust a X1 5 @10.00 · correct a X1 5 @10.00 to 3 @10.01
    book                                      told as `bids 10:5/2 | asks 10.01:3/1`, displayed quantity and orders of each level

Answers follow as lines with `>`; a command without any is not looked at.
"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Protocol

from schemas.messages import Conditions, OrderCommand
from schemas.units import format_units, to_units
from tests.unit.matching.drawing import CENT, SHARE

_WORDS_OF_TWO = {
    "stop": "stop_price",
    "trail": "trail_offset",
    "show": "display_quantity",
    "until": "expire_date",
    "stp": "self_trade_prevention",
    "group": "self_trade_group",
    "as": "account",
    "day": "trade_date",
    "because": "reason",
    "trader": "trader",
}
_NUMBERS = {"stop_price", "trail_offset", "display_quantity"}
_TIFS = {"day", "gtc", "gtd", "ioc", "fok", "at_open", "at_close"}


class Market(Protocol):
    """What can be spoken to: the engine as a `Subject`, or the model."""

    def apply(self, command: OrderCommand) -> list[tuple]: ...

    def levels(self, symbol: str, side: str) -> list[tuple[int, int, int]]: ...


def number(text: str) -> int:
    return to_units(Decimal(text))


def command(line: str) -> OrderCommand:
    """The command a line of text says. A word that is not known is an error."""
    verb, *words = line.split()
    symbol = "" if verb == "mass_cancel" else "X"
    if "on" in words:
        at = words.index("on")
        symbol = words[at + 1]
        del words[at : at + 2]
    base = OrderCommand(verb, 1, "", "", symbol, 1_000_000)
    match verb:
        case "buy" | "sell":
            return _new(replace(base, command="new", side=verb, tif="day"), words)
        case "cancel" | "replace":
            return _terms(replace(base, id=words[0]), words[1:])
        case "mass_cancel" | "uncross":
            return _terms(base, words)
        case "phase":
            return _phase(base, words)
        case "instrument":
            return _instrument(base, words)
        case "split" | "bust" | "correct":
            return _by_desk(base, words)
    raise AssertionError(f"{line}: no such command")


def _new(base: OrderCommand, words: list[str]) -> OrderCommand:
    found = _terms(replace(base, id=words[0], account=words[0]), words[1:])
    terms = found.conditions or Conditions()
    if terms.trail_offset is not None:
        kind = "trailing_stop"
    elif terms.stop_price is not None:
        kind = "stop" if found.price is None else "stop_limit"
    else:
        kind = "market" if found.price is None else "limit"
    return replace(found, type=kind, tif="gtd" if terms.expire_date else found.tif)


def _terms(base: OrderCommand, words: list[str]) -> OrderCommand:
    fields: dict[str, object] = {}
    left = iter(words)
    for word in left:
        if word.startswith("@"):
            fields["price"] = number(word[1:])
        elif word in _WORDS_OF_TWO:
            name, value = _WORDS_OF_TWO[word], next(left)
            fields[name] = number(value) if name in _NUMBERS else value
        elif word in _TIFS:
            fields["tif"] = word
        elif word in {"buy", "sell"}:
            fields["side"] = word
        elif word == "post":
            fields["post_only"] = True
        elif word == "unsolicited":
            fields["unsolicited"] = True
        else:
            fields["quantity"] = number(word)
    conditions = {name: fields.pop(name) for name in Conditions.__slots__ if name in fields}
    return replace(base, **fields, conditions=Conditions(**conditions) if conditions else None)


def _phase(base: OrderCommand, words: list[str]) -> OrderCommand:
    for word in words[1:]:
        base = replace(base, trade_date=word) if word[0].isdigit() else replace(base, auction=word)
    return replace(base, phase=words[0])


def _instrument(base: OrderCommand, words: list[str]) -> OrderCommand:
    numbers = {name: number(value) for name, value in zip(words[::2], words[1::2], strict=True)}
    return replace(base, attributes={"tick": CENT, "lot": SHARE} | numbers)


def _by_desk(base: OrderCommand, words: list[str]) -> OrderCommand:
    if base.command == "split":
        up, down = words[1].split(":")
        ratio = {"numerator": int(up), "denominator": int(down)}
        return replace(base, command="replace", id=words[0], unsolicited=True, attributes=ratio)
    id, trade_id, quantity, price, *to = words
    was = {"quantity": number(quantity), "price": number(price[1:])}
    base = replace(base, command="trade_correct", id=id, trade_id=trade_id, attributes=was)
    return replace(base, quantity=number(to[1]), price=number(to[2][1:])) if to else base


def written(sent: OrderCommand) -> str:
    """The line that says this command; what no line can say follows after a `#`."""
    words = [*_subject(sent), *_numbers(sent)]
    if sent.symbol != ("" if sent.command == "mass_cancel" else "X"):
        words += ["on", sent.symbol]
    line = " ".join(words)
    said_so, wanted = asdict(command(line)), asdict(sent)
    not_said = _NOT_SAID | ({"account"} if sent.id and sent.command != "new" else set())
    lost = {name: value for name, value in wanted.items() if value != said_so[name] and name not in not_said}
    return f"{line}  # but {lost}" if lost else line


_NOT_SAID = {"command_id", "time", "user", "client_order_id"}


def _subject(sent: OrderCommand) -> list[str]:
    match sent.command:
        case "new":
            return ["sell" if sent.side == "sell" else "buy", sent.id]
        case "phase":
            return ["phase", *(word for word in (sent.phase, sent.auction, sent.trade_date) if word)]
        case "trade_correct":
            return ["correct" if sent.quantity else "bust", sent.id, sent.trade_id or ""]
        case "replace" if sent.attributes:
            return ["split", sent.id, "{numerator}:{denominator}".format_map(sent.attributes)]
    return [word for word in (sent.command, sent.id) if word]


def _numbers(sent: OrderCommand) -> list[str]:
    attributes = sent.attributes or {}
    if sent.command == "instrument":
        return [f"{name} {_n(value)}" for name, value in attributes.items() if name not in ("tick", "lot")]
    now = [] if sent.quantity is None else [_n(sent.quantity)]
    now += [] if sent.price is None else [f"@{_n(sent.price)}"]
    if sent.command == "replace" and sent.attributes:
        return []
    if sent.command == "trade_correct":
        was = [_n(attributes["quantity"]), f"@{_n(attributes['price'])}"]
        return [*was, "to", *now] if now else was
    terms = asdict(sent.conditions) if sent.conditions else {}
    fields = asdict(sent) | terms
    if sent.command == "phase":
        fields["trade_date"] = None
    if sent.command != "new" and sent.id:
        fields["account"] = None
    for word, name in _WORDS_OF_TWO.items():
        if fields.get(name) is not None and fields[name] != "":
            now += [word, _n(fields[name]) if name in _NUMBERS else fields[name]]
    now += [sent.side] if sent.side and sent.command == "mass_cancel" else []
    now += [sent.tif] if sent.tif in _TIFS - {"day"} and not (sent.tif == "gtd" and terms.get("expire_date")) else []
    return now + ["post"] * bool(terms.get("post_only")) + ["unsolicited"] * sent.unsolicited


def text(words: tuple) -> str:
    """An answer as a line. Resting before incoming, buyer before seller, each with what is left of it."""
    return " ".join(_parts(words))


def _parts(words: tuple) -> list[str]:
    parts: list[str] = list(words)
    match words:
        case ("trade" | "uncrossed" as word, _, _, price, quantity, one, one_leaves, other, other_leaves):
            parts = [word, _n(quantity), f"@{_n(price)}", f"{one}({_n(one_leaves)})", f"{other}({_n(other_leaves)})"]
        case ("canceled" | "expired" as word, id, leaves, reason):
            parts = [word, id, _n(leaves), reason]
        case ("replaced" | "restated" as word, id, quantity, price, leaves, kept, *reason):
            parts = [word, id, _n(quantity), *_at(price), "leaves", _n(leaves), "kept" if kept else "tail", *reason]
        case ("suspended" | "done_for_day" as word, id, leaves):
            parts = [word, id, _n(leaves)]
        case ("trade_changed" as word, id, trade_id, quantity, price, cum, leaves):
            parts = [word, id, trade_id, _n(quantity), *_at(price), "cum", _n(cum), "leaves", _n(leaves)]
        case ("phase" as word, _, phase, auction, reason):
            paused = isinstance(reason, str) and reason == "volatility_pause"
            parts = [word, phase, *([auction] if auction else []), *([reason] if paused else [])]
        case (word, id, codes) if not isinstance(codes, str):
            parts = [word, id, "/".join(sorted(codes))]
    return parts


def _at(price: int | None) -> list[str]:
    return [] if price is None else [f"@{_n(price)}"]


def _n(units: int) -> str:
    return format_units(units)


def book(market: Market, symbol: str = "X") -> str:
    sides = []
    for name, side in (("bids", "buy"), ("asks", "sell")):
        levels = [f"{_n(price)}:{_n(quantity)}/{orders}" for price, quantity, orders in market.levels(symbol, side)]
        sides.append(" ".join([name, *levels]))
    return " | ".join(sides)


def said(market: Market, line: str) -> list[str]:
    """What the market answers to one line."""
    if line == "book":
        return [book(market)]
    return [text(words) for words in market.apply(command(line))]


def steps(script: str) -> Iterator[tuple[str, list[str] | None]]:
    """Each command with the answers expected, None when they are not looked at; `> nothing` expects none."""
    line, expected = "", None
    for raw in [*script.strip().splitlines(), ""]:
        words = raw.split("#")[0].strip()
        if words.startswith(">"):
            expected = [*(expected or []), *([] if words == "> nothing" else [words[1:].strip()])]
        elif words or raw == "":
            if line:
                yield line, expected
            line, expected = words, None


def differences(market: Market, script: str) -> list[str]:
    """Where the market's answers are not those of the script."""
    found = []
    for line, expected in steps(script):
        answer = said(market, line)
        if expected is not None and answer != expected:
            found.append(f"{line}\n  expected {expected}\n  answered {answer}")
    return found
