"""The words of the desk, each with what it means here and where the field defines it. Shown in the admin under *Words*."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


class Word(NamedTuple):
    """A word as the screens and the interface write it, what it means, and its tag or article."""

    word: str
    meaning: str
    source: str = ""


class Chapter(NamedTuple):
    """Words that belong together."""

    title: str
    words: tuple[Word, ...]


GLOSSARY: tuple[Chapter, ...] = (
    Chapter(
        "Kinds of orders",
        (
            Word(
                "market",
                "trades at once at whatever prices are there; the rest is canceled, never rests",
                "FIX OrdType 1",
            ),
            Word("limit", "trades at its price or a better one", "FIX OrdType 2"),
            Word("stop", "waits until a trade meets its stop price, then acts as a market order", "FIX OrdType 3"),
            Word("stop_limit", "waits like a stop, then acts as a limit order", "FIX OrdType 4"),
            Word("trailing_stop", "a stop whose stop price follows the best last price at a distance (trail offset)", "FIX OrdType P"),
            Word(
                "iceberg",
                "a limit order that shows a part of itself (display quantity); each slice queues anew",
                "FIX DisplayQty 1138",
            ),
            Word("post only", "is refused where it would trade at once: it only adds to the book", "FIX ExecInst 6"),
            Word("reduce only", "may only make a position smaller, never open or turn one"),
        ),
    ),
    Chapter(
        "Time in force",
        (
            Word("day", "until the end of the business day", "FIX TimeInForce 0"),
            Word("gtc", "good till canceled: stands again every business day", "FIX TimeInForce 1"),
            Word("gtd", "good till its date, the last one it stands on", "FIX TimeInForce 6"),
            Word("ioc", "immediate or cancel: what does not trade at once is canceled", "FIX TimeInForce 3"),
            Word("fok", "fill or kill: all of it at once, or nothing", "FIX TimeInForce 4"),
            Word("at_open", "takes part in the opening auction, the rest expires", "FIX TimeInForce 2"),
            Word("at_close", "takes part in the closing auction, the rest expires", "FIX TimeInForce 7"),
        ),
    ),
    Chapter(
        "States of an order",
        (
            Word("pending_new", "taken and durable, not yet answered by risk and market", "FIX OrdStatus A"),
            Word("new", "accepted: it rests, or waits for its price or its auction", "FIX OrdStatus 0"),
            Word("partially_filled", "some of it has traded, the rest may still", "FIX OrdStatus 1"),
            Word("filled", "all of it has traded", "FIX OrdStatus 2"),
            Word("pending_cancel", "a cancel is under way; it may still trade until that is answered", "FIX OrdStatus 6"),
            Word("canceled", "over before all of it traded, by request or by a rule", "FIX OrdStatus 4"),
            Word("pending_replace", "new terms are under way; it may still trade on the old ones", "FIX OrdStatus E"),
            Word("rejected", "refused by risk or market: code, rule, limit and actual say why", "FIX OrdStatus 8"),
            Word("expired", "its time is over", "FIX OrdStatus C"),
            Word("done_for_day", "its day is over, it stands again on the next", "FIX OrdStatus 3"),
            Word("suspended", "its market is halted: it keeps its place and does not trade", "FIX OrdStatus 9"),
        ),
    ),
    Chapter(
        "Quantities and prices",
        (
            Word("quantity", "the total asked for", "FIX OrderQty 38"),
            Word("cum quantity", "how much has traded so far", "FIX CumQty 14"),
            Word("leaves quantity", "how much may still trade", "FIX LeavesQty 151"),
            Word("avg price", "the average price of what has traded", "FIX AvgPx 6"),
            Word("tick", "the step between two prices", "FIX MinPriceIncrement 969"),
            Word("lot", "the step between two quantities", "FIX RoundLot 561"),
            Word("maker, taker", "the order that rested, the order that came and traded with it", "FIX LastLiquidityInd 851"),
            Word("bust", "a trade taken back as if it had never been; a corrected one has another price or quantity", "FIX ExecType H, G"),
        ),
    ),
    Chapter(
        "Own orders meeting",
        (
            Word("none", "they trade with each other", "FIX SelfMatchPreventionInstruction 2964"),
            Word("cancel_newest", "the incoming one is canceled"),
            Word("cancel_oldest", "the resting one is canceled"),
            Word("cancel_both", "both are canceled"),
            Word("decrement", "the smaller quantity comes off both"),
        ),
    ),
    Chapter(
        "The market's phases",
        (
            Word("pre_open", "orders are collected, nothing trades", "FIX TradingSessionSubID 625"),
            Word("auction", "orders are collected for one price at which most of them trade"),
            Word("continuous", "an order trades as soon as it meets another"),
            Word("halted", "stopped by an operator: only cancels are taken"),
            Word("closed", "the day is over: only cancels are taken"),
            Word("uncross", "the moment of an auction at which everything that meets trades at one price"),
            Word("indicative price", "what the uncross would give if it were now", "MiFIR RTS 1 Annex I"),
            Word("volatility pause", "a trade outside the band stops trading and calls an auction instead", "MiFID II Art. 48(5)"),
            Word("band", "how far a price may be from the reference price"),
        ),
    ),
    Chapter(
        "Control",
        (
            Word(
                "limit",
                "the most allowed to firm, desk, account, trader or symbol; the tightest counts",
                "SEC 15c3-5",
            ),
            Word("headroom", "how much of a limit is left"),
            Word(
                "kill",
                "stops what adds risk in its scope and cancels what is open; two people release it",
                "RTS 6 Art. 12",
            ),
            Word("close-only", "may only make positions smaller"),
            Word("request", "a change that loosens control: asked for by one person, decided by another"),
            Word("break-glass", "one person does at once what takes two: loud, and reviewed afterwards"),
            Word("locate", "shares found to borrow, before they are sold short", "SEC Reg SHO 203(b)"),
            Word("entitlement", "what a person may do for an account: side, types, group of instruments"),
        ),
    ),
    Chapter(
        "Behind the screens",
        (
            Word("outbox", "what has been taken and is not yet on the bus: written with the order, so that neither is lost"),
            Word("projection", "the rows in the database that follow from the log"),
            Word("lag", "how many records a worker is behind the end of its log"),
            Word("lease", "the right of one worker to a slot, renewed while it lives"),
            Word("dead letter", "a record that could not be applied, kept aside with the reason; replayed by two people"),
            Word("sequence", "the number of a message among those of its account or symbol: a gap in it is noticed"),
        ),
    ),
)


def words(request: HttpRequest) -> HttpResponse:
    """All of them on one page."""
    from django.contrib import admin  # noqa: PLC0415 - the admin site itself leads here

    return TemplateResponse(request, "admin/words.html", admin.site.each_context(request) | {"title": "Words", "chapters": GLOSSARY})
