"""Decisions as the text of `Execution.decision`: written for every order, so written fast (`risk.domain.decisions` reads it)."""

import json

import orjson

from risk.domain.checks import Breach
from risk.domain.decide import Decision


def decision_text(decision: Decision, now: int) -> str:
    """The text. `price` comes first: it is read back alone, without the rest."""
    quote, price = decision.reference, decision.price
    told = (
        "null"
        if quote is None
        else f'{{"bid":{quote.bid},"ask":{quote.ask},"partition":{quote.partition},"offset":{quote.offset},"age_us":{now - quote.time}}}'
    )
    elsewhere = ""
    if decision.elsewhere:
        elsewhere = ',"elsewhere":null' if isinstance(decision.elsewhere, Breach) else f',"elsewhere":{decision.elsewhere}'
    if decision.ahead:
        elsewhere += f',"ahead":{json.dumps([[*scope, why] for scope, why in sorted(decision.ahead.items())], separators=(",", ":"))}'
    try:
        results = orjson.dumps(decision.results).decode()
    except TypeError:  # a number beyond 64 bits
        results = json.dumps(decision.results, separators=(",", ":"))
    return f'{{"price":{"null" if price is None else price},"reference":{told}{elsewhere},"results":{results}}}'
