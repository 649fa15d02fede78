"""The house's desk: when it looks at a symbol, when it withdraws, how its commands are numbered, how it comes back."""

from dataclasses import replace

from marketdata.domain.dealing import ANSWER_WITHIN, HOUSE, INTERVAL, Desk
from marketdata.domain.quality import STALE_AFTER
from marketdata.domain.quoting import Terms
from schemas.codec import encode
from schemas.messages import Execution, Quote
from schemas.units import ONE

START = 1_760_000_000_000_000
TERMS = {"IBM": Terms("IBM", ONE // 100, 100 * ONE)}


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
    [command] = desk.commands(START + INTERVAL)
    assert (command.command, command.quantity) == ("replace", 50 * ONE)


def replace_terms(**changes):
    return TERMS["IBM"]._replace(**changes)


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
