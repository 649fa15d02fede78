"""The house's desk: when it looks at a symbol, when it withdraws, how its commands are numbered, how it comes back."""

from collections import Counter
from dataclasses import replace

import pytest

from marketdata.domain.dealing import ANSWER_WITHIN, BAD_FOR, HOUSE, Desk
from marketdata.domain.ladder import INTERVAL, Terms
from marketdata.domain.quality import STALE_AFTER
from marketdata.domain.slots import FIRST_BACK_OFF
from schemas.codec import encode
from schemas.messages import Execution, Quote
from schemas.units import ONE

START = 1_760_000_000_000_000
TERMS = {"IBM": Terms("IBM", ONE // 100, 100 * ONE, 10_000 * ONE, ONE)}


def replace_terms(**changes):
    return TERMS["IBM"]._replace(**changes)


def quote(bid, ask, symbol="IBM"):
    return Quote(symbol, bid * ONE, ask * ONE, None, None, None, None, "Q", 5)


def answered(desk, commands, now):
    """Every command does what it asks for, as the account's log would say."""
    for command in commands:
        kind = {"new": "new", "replace": "replaced", "cancel": "canceled"}.get(command.command)
        if kind:
            leaves = 0 if kind == "canceled" else command.quantity
            desk.execution(
                Execution(
                    "E1", 1, kind, command.id, HOUSE, command.symbol, command.side, "limit", "gtc",
                    command.quantity or ONE, command.price, 0, leaves, now,
                ),
                now,
            )  # fmt: skip


def opened():
    desk = Desk()
    desk.list_symbols(TERMS)
    desk.begin(START)
    desk.quote(quote(100, 101), START)
    commands = desk.commands(START)
    answered(desk, commands, START)
    return desk, commands


def test_the_first_command_cancels_what_an_earlier_run_left():
    [command] = Desk().begin(START)
    assert (command.command, command.account, command.symbol, command.command_id) == ("mass_cancel", HOUSE, "", START)


def test_it_quotes_both_sides_with_commands_the_wire_takes():
    desk, commands = opened()
    assert [(c.command, c.side, c.price // ONE, c.quantity // ONE) for c in commands] == [
        ("new", "buy", 100, 100),
        ("new", "sell", 101, 100),
    ]
    assert len({c.id for c in commands}) == 2
    assert all(encode(c) for c in [*commands, *desk.end(START)])
    assert desk.resting() == 0


def test_command_ids_rise_even_when_the_clock_stands_still_or_steps_back():
    desk, commands = opened()
    desk.quote(quote(102, 103), START)
    later = desk.commands(START + INTERVAL)
    ids = [c.command_id for c in [*commands, *later, *desk.end(START)]]
    assert ids == sorted(set(ids))
    assert ids[0] > START


def test_it_looks_at_a_symbol_once_an_interval():
    desk, _ = opened()
    desk.quote(quote(102, 103), START + 10)
    assert desk.commands(START + INTERVAL - 1) == []
    assert [c.command for c in desk.commands(START + INTERVAL)] == ["replace", "replace"] or desk.resting() == 2


def test_a_stale_market_is_left_and_a_fresh_one_entered_again():
    desk, _ = opened()
    now = START + STALE_AFTER + 1
    commands = desk.commands(now)
    assert [c.command for c in commands] == ["cancel", "cancel"]
    answered(desk, commands, now)
    desk.quote(quote(100, 101), now + INTERVAL)
    assert [c.command for c in desk.commands(now + INTERVAL)] == ["new", "new"]


def test_a_symbol_no_longer_listed_is_left():
    desk, _ = opened()
    desk.list_symbols({})
    desk.quote(quote(100, 101), START + INTERVAL)
    assert [c.command for c in desk.commands(START + INTERVAL)] == ["cancel", "cancel"]


def test_changed_terms_hold_from_the_next_look():
    desk, _ = opened()
    desk.list_symbols({"IBM": replace_terms(size=50 * ONE)})
    desk.quote(quote(99, 101), START + INTERVAL)
    commands = desk.commands(START + INTERVAL)
    assert [(c.command, c.quantity) for c in commands] == [("replace", 50 * ONE)] * 2


def test_symbols_not_dealt_in_are_ignored():
    desk, _ = opened()
    desk.quote(quote(1, 2, "BAC"), START + INTERVAL)
    assert desk.commands(START + INTERVAL) == []


def test_an_answer_that_never_comes_ends_in_a_mass_cancel_of_the_symbol_and_new_quotes():
    desk = Desk()
    desk.list_symbols(TERMS)
    desk.quote(quote(100, 101), START)
    assert len(desk.commands(START)) == 2
    now = START + ANSWER_WITHIN + 1
    desk.quote(quote(100, 101), now)
    [command] = desk.commands(now)
    assert (command.command, command.symbol, desk.given_up) == ("mass_cancel", "IBM", 1)
    assert [c.command for c in desk.commands(now)] == ["new", "new"]


def test_an_unknown_open_order_of_the_account_is_canceled():
    desk, _ = opened()
    desk.execution(Execution("E9", 9, "new", "L-left", HOUSE, "IBM", "buy", "limit", "gtc", ONE, ONE, 0, ONE, START), START)
    [command] = desk.commands(START + 1)
    assert (command.command, command.id) == ("cancel", "L-left")
    assert replace(command, command_id=0).account == HOUSE


def kinds(commands):
    return [command.command for command in commands]


def why(desk, now, symbol="IBM"):
    return next((one.state, one.why) for one in desk.told(now) if one.symbol == symbol)


@pytest.mark.parametrize("reason", ["off", "not tradable", "market halted", "market auction", "market closed", "market pre_open"])
def test_a_symbol_that_may_not_be_quoted_is_left_at_once_and_entered_again_from_its_newest_quote(reason):
    desk, _ = opened()
    desk.list_symbols({"IBM": replace_terms(blocked=reason)})
    commands = desk.commands(START + 1)
    assert kinds(commands) == ["cancel", "cancel"]
    answered(desk, commands, START + 1)
    assert why(desk, START + 1) == ("withdrawn", reason)
    desk.quote(quote(98, 99), START + 2)
    assert desk.commands(START + INTERVAL) == []
    desk.list_symbols(TERMS)
    commands = desk.commands(START + INTERVAL + 1)
    assert [(c.command, c.price // ONE) for c in commands] == [("new", 98), ("new", 99)]


@pytest.mark.parametrize(("bid", "ask", "worth"), [(101, 101, "locked"), (102, 101, "crossed"), (0, 101, "zero"), (100, 0, "zero")])
def test_a_quote_that_is_no_price_takes_its_own_out_within_a_second_however_long_the_interval(bid, ask, worth):
    desk, _ = opened()
    desk.list_symbols({"IBM": replace_terms(interval=60 * INTERVAL)})
    answered(desk, desk.commands(START + 1), START + 1)
    desk.quote(quote(bid, ask), START + 2)
    commands = desk.commands(START + 1 + BAD_FOR)
    assert kinds(commands) == ["cancel", "cancel"]
    answered(desk, commands, START + BAD_FOR)
    assert why(desk, START + BAD_FOR) == ("withdrawn", worth)
    desk.quote(quote(100, 101), START + BAD_FOR)
    assert kinds(desk.commands(START + 2 + 61 * INTERVAL)) == []  # stale by then
    desk.quote(quote(100, 101), START + 62 * INTERVAL)
    assert kinds(desk.commands(START + 62 * INTERVAL)) == ["new", "new"]


def test_a_market_never_quoted_is_not_entered():
    desk = Desk()
    desk.list_symbols(TERMS)
    assert desk.commands(START) == []
    assert why(desk, START) == ("withdrawn", "no quote")


def refused(desk, command, kind, now, reason="risk_max_position"):
    desk.execution(
        Execution(
            "E2", 2, kind, command.id, HOUSE, command.symbol, command.side, "limit", "gtc", ONE, command.price, 0, 0, now, reason=reason
        ),
        now,
    )


def test_a_refusal_is_counted_and_told_and_its_whole_side_withdraws():
    desk = Desk()
    desk.list_symbols({"IBM": replace_terms(levels=2)})
    desk.quote(quote(100, 101), START)
    commands = desk.commands(START)
    buys, sells = [c for c in commands if c.side == "buy"], [c for c in commands if c.side == "sell"]
    assert (len(buys), len(sells)) == (2, 2)
    answered(desk, [buys[0], *sells], START)
    refused(desk, buys[1], "rejected", START)
    [cancel] = desk.commands(START)
    assert (cancel.command, cancel.id) == ("cancel", buys[0].id)
    answered(desk, [cancel], START)
    assert desk.refused == {"risk_max_position": 1}
    assert why(desk, START) == ("one-sided", "refused: risk_max_position")
    assert kinds(desk.commands(START + FIRST_BACK_OFF - 1)) == []
    assert kinds(desk.commands(START + FIRST_BACK_OFF + INTERVAL)) == ["new", "new"]


def test_what_the_account_held_before_and_what_it_trades_is_its_inventory():
    desk = Desk(holdings={"IBM": 9_990 * ONE})
    desk.list_symbols(TERMS)
    desk.quote(quote(100, 101), START)
    commands = desk.commands(START)
    assert [(c.side, c.quantity // ONE) for c in commands] == [("buy", 10), ("sell", 100)]
    answered(desk, commands, START)
    desk.execution(
        Execution(
            "E3", 3, "trade", commands[0].id, HOUSE, "IBM", "buy", "limit", "gtc", 10 * ONE, 100 * ONE, 10 * ONE, 0, START,
            last_quantity=10 * ONE, last_price=100 * ONE,
        ),
        START,
    )  # fmt: skip
    assert why(desk, START) == ("one-sided", "inventory at its bound")
    assert next(desk.told(START)).inventory == 10_000 * ONE


def test_a_shorter_interval_holds_at_once():
    desk, _ = opened()
    desk.list_symbols({"IBM": replace_terms(interval=60 * INTERVAL)})
    answered(desk, desk.commands(START + 1), START + 1)
    desk.quote(quote(102, 103), START + 2)
    assert desk.commands(START + 3) == []
    desk.list_symbols(TERMS)
    assert desk.commands(START + 4) != []


MANY = {f"S{number}": replace_terms(symbol=f"S{number}") for number in range(20)}


def test_the_budget_bounds_what_is_shown_and_serves_every_symbol_in_turn():
    desk = Desk(rate=4)
    desk.list_symbols(MANY)
    shown, times = [], Counter()
    for tenth in range(61):
        now = START + tenth * INTERVAL // 10
        for symbol in MANY:
            desk.quote(quote(100 + tenth, 101 + tenth, symbol), now)
        commands = desk.commands(now)
        answered(desk, commands, now)
        shown += commands
        times.update({command.symbol for command in commands})
    assert len(shown) <= 4 * 6 + 4 + 1
    assert len(times) == 20
    assert max(times.values()) - min(times.values()) == 1, "nobody is served again before everybody was"
    assert desk.deferred


def test_taking_quotes_out_never_waits_for_the_budget():
    desk = Desk(rate=40)
    desk.list_symbols(MANY)
    for symbol in MANY:
        desk.quote(quote(100, 101, symbol), START)
    answered(desk, desk.commands(START), START)
    assert desk.resting() == 40
    desk.list_symbols({symbol: terms._replace(blocked="off") for symbol, terms in MANY.items()})
    assert kinds(desk.commands(START)) == ["cancel"] * 40


def test_an_absurd_quote_takes_its_own_out():
    desk, _ = opened()
    desk.quote(quote(1_000, 1_001), START + 1)
    commands = desk.commands(START + INTERVAL)
    assert kinds(commands) == ["cancel", "cancel"]
    answered(desk, commands, START + INTERVAL)
    assert why(desk, START + INTERVAL) == ("withdrawn", "absurd")
