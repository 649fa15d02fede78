"""What is counted over an account's orders and fills: value, cash and credit, the day, loss, short sales, bursts, currencies."""

import pytest

from risk.domain.decisions import explain
from risk.domain.instrument import Reference
from schemas.enums import CommandType, ExecType, Reason
from schemas.messages import Conditions, Execution
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, BID, LOT, TICK
from tests.unit.risk.desk import Desk, answer

DAY_US = 86_400_000_000
SELL = {"side": "sell", "price": ASK}


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    for symbol, currency in (("IBM", "USD"), ("BAC", "USD")):
        instrument(desk, symbol, currency)
    desk.setting("account", "ACME-1", details={"currency": "USD", "kind": "customer", "desk": "equities"})
    desk.setting("locate", "*/*", value=1_000_000 * ONE)
    return desk


def instrument(desk: Desk, symbol: str, currency: str) -> None:
    numbers = {"tick": TICK, "lot": LOT, "max_quantity": 10_000_000 * ONE, "tradable": 1}
    desk.control(CommandType.INSTRUMENT, symbol=symbol, attributes=numbers, details={"currency": currency})


def limit(desk: Desk, rule: str, value: int, scope: str = "firm", key: str | None = None) -> None:
    desk.control(CommandType.LIMIT, scope=scope, key=key, rule=rule, value=value * ONE)


def filled(desk: Desk, order_id: str, quantity: int, price: int, side: str = "buy", **more) -> Execution:
    """An order that is entered and filled at once, wherever the market is."""
    (pending,) = desk.new(order_id, quantity=quantity * ONE, side=side, price=BID if side == "buy" else ASK, **more)
    assert pending.type == ExecType.PENDING_NEW, pending.message
    done = {"cum_quantity": quantity * ONE, "leaves_quantity": 0}
    return answer(desk, ExecType.TRADE, pending, trade_id=order_id, last_quantity=quantity * ONE, last_price=price, **done)


def refusal(desk: Desk, order_id: str, **more) -> str | None:
    return desk.new(order_id, **more)[0].reason


# value


def test_open_orders_of_both_sides_and_all_symbols_are_worth_what_they_were_judged_at(desk: Desk) -> None:
    limit(desk, "max_open_notional", 3_000)
    desk.new("O1")
    desk.new("O2", symbol="BAC", **SELL)
    assert desk.fold.accounts["ACME-1"].open_value == 10 * ONE * (BID + ASK)
    assert refusal(desk, "O3") == Reason.OPEN_NOTIONAL_TOO_LARGE
    assert refusal(desk, "O4", quantity=9 * ONE) is None


def test_a_canceled_a_filled_and_a_refused_order_leave_nothing_reserved(desk: Desk) -> None:
    (first,) = desk.new("O1", type="market", price=None)
    (second,) = desk.new("O2", **SELL)
    (third,) = desk.new("O3", type="stop", price=None, conditions=Conditions(stop_price=ASK + TICK))
    desk.replace("O2", quantity=30 * ONE)
    account = desk.fold.accounts["ACME-1"]
    assert account.open_value > 0
    answer(desk, ExecType.TRADE, first, last_quantity=10 * ONE, last_price=ASK, cum_quantity=10 * ONE, leaves_quantity=0)
    answer(desk, ExecType.CANCELED, second)
    answer(desk, ExecType.REJECTED, third)
    assert (account.open_value, account.buy_value, account.working, account.orders, account.client_order_ids) == (0, 0, {}, {}, {})


def test_an_order_without_a_limit_keeps_the_price_it_was_judged_at(desk: Desk) -> None:
    desk.new("O1", type="market", price=None)
    account = desk.fold.accounts["ACME-1"]
    worst = 150 * ONE + TICK
    assert account.open_value == 10 * ONE * worst
    desk.references["IBM"] = Reference(BID // 2, BID // 2 + TICK, desk.now)
    assert account.open_value == 10 * ONE * worst
    assert desk.recovered().accounts["ACME-1"].open_value == 10 * ONE * worst


def test_a_pending_replace_reserves_the_value_of_the_larger_of_both(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    desk.replace("O1", quantity=5 * ONE, price=ASK)
    account = desk.fold.accounts["ACME-1"]
    assert account.open_value == 10 * ONE * BID
    desk.replace("O1", quantity=20 * ONE)
    assert account.open_value == 20 * ONE * ASK
    answer(desk, ExecType.REPLACED, pending, quantity=5 * ONE, leaves_quantity=5 * ONE, price=ASK)
    answer(desk, ExecType.REPLACE_REJECTED, pending, quantity=5 * ONE, leaves_quantity=5 * ONE, price=ASK)
    assert account.open_value == 5 * ONE * ASK


def test_of_many_orders_each_taking_more_than_half_of_what_is_left_one_passes(desk: Desk) -> None:
    """For each limit that open orders use up: 200 orders that arrive before any of them is answered."""
    each = 60
    for rule, value in (("max_open_notional", each * 100 * 10 // 6), ("max_daily_notional", each * 100 * 10 // 6), ("credit_line", 10_000)):
        desk = Desk()
        instrument(desk, "IBM", "USD")
        limit(desk, rule, value)
        told = [desk.new(f"{rule}{number}", quantity=each * ONE)[0].type for number in range(200)]
        assert told.count(ExecType.PENDING_NEW) == 1, rule
        assert told[0] == ExecType.PENDING_NEW


# the day


def test_what_was_traded_counts_with_what_is_open_until_the_day_ends(desk: Desk) -> None:
    limit(desk, "max_daily_notional", 2_500)
    filled(desk, "O1", 10, BID)
    desk.new("O2")
    assert refusal(desk, "O3") == Reason.DAILY_NOTIONAL_TOO_LARGE
    assert desk.cancel("O2")
    answer(desk, ExecType.CANCELED, desk.log[-1])
    assert refusal(desk, "O4") is None
    desk.now += DAY_US
    desk.references["IBM"] = Reference(BID, ASK, desk.now)
    assert refusal(desk, "O5", quantity=15 * ONE, time=desk.now) is None


def test_a_later_business_date_begins_the_day_before_midnight_does(desk: Desk) -> None:
    limit(desk, "max_daily_notional", 1_500)
    filled(desk, "O1", 10, BID)
    assert refusal(desk, "O2") == Reason.DAILY_NOTIONAL_TOO_LARGE
    assert refusal(desk, "O3", trade_date="2026-09-22") is None
    assert desk.fold.accounts["ACME-1"].day == "2026-09-22"


def test_a_busted_fill_of_the_day_was_never_traded(desk: Desk) -> None:
    trade = filled(desk, "O1", 10, BID, trade_date="2026-09-21")
    account = desk.fold.accounts["ACME-1"]
    assert account.day_traded == 10 * ONE * BID
    bust = {"last_quantity": None, "last_price": None, "original_quantity": 10 * ONE, "original_price": BID}
    answer(desk, ExecType.TRADE_CANCEL, trade, **bust, cum_quantity=0, leaves_quantity=0)
    assert (account.day_traded, account.cash, account.holding("IBM").cost, account.holding("IBM").realised) == (0, 0, 0, 0)


# loss


def price(desk: Desk, symbol: str, mid: int) -> None:
    desk.references[symbol] = Reference(mid - TICK, mid + TICK, desk.now)


def test_beyond_the_loss_of_the_day_only_what_reduces_passes_and_beyond_twice_of_it_nothing(desk: Desk) -> None:
    limit(desk, "max_daily_loss", 100)
    filled(desk, "O1", 10, BID)
    price(desk, "IBM", BID - 10 * ONE)
    assert refusal(desk, "O2", price=BID - 10 * ONE) is None, "exactly the limit"
    price(desk, "IBM", BID - 10 * ONE - TICK)
    refused = desk.new("O3", price=BID - 11 * ONE)[0]
    assert (refused.reason, refused.rule, refused.limit, refused.actual) == (Reason.LOSS_CLOSE_ONLY, "max_daily_loss", "100", "100.1")
    assert refusal(desk, "O4", side="sell", price=BID - 10 * ONE, quantity=4 * ONE) is None
    assert refusal(desk, "O5", side="sell", price=BID - 10 * ONE, quantity=7 * ONE) == Reason.LOSS_CLOSE_ONLY
    price(desk, "IBM", BID - 21 * ONE)
    assert refusal(desk, "O6", side="sell", price=BID - 21 * ONE, quantity=ONE) == Reason.LOSS_DISABLED
    assert desk.cancel("O4")[0].type == ExecType.PENDING_CANCEL


def test_a_loss_stops_the_account_until_a_person_enables_it(desk: Desk) -> None:
    limit(desk, "max_daily_loss", 100)
    filled(desk, "O1", 10, BID)
    price(desk, "IBM", BID - 20 * ONE)
    assert refusal(desk, "O2", price=BID - 20 * ONE) == Reason.LOSS_CLOSE_ONLY
    price(desk, "IBM", BID)
    again = desk.new("O3")[0]
    assert (again.reason, again.actual) == (Reason.LOSS_CLOSE_ONLY, None)
    desk.setting("enable", "ZEN-1")
    assert refusal(desk, "O4") == Reason.LOSS_CLOSE_ONLY
    desk.setting("enable", "ACME-1")
    assert refusal(desk, "O5") is None
    assert desk.recovered().dump() == desk.fold.dump()


def test_a_refusal_of_an_earlier_loss_does_not_undo_an_enabling_that_is_on_its_way(desk: Desk) -> None:
    limit(desk, "max_daily_loss", 100)
    filled(desk, "O1", 10, BID)
    price(desk, "IBM", BID - 20 * ONE)
    assert refusal(desk, "O2", price=BID - 20 * ONE) == Reason.LOSS_CLOSE_ONLY
    price(desk, "IBM", BID)
    enabled = desk.command(CommandType.SETTING, account="*", scope="enable", key="ACME-1")
    assert refusal(desk, "O3") == Reason.LOSS_CLOSE_ONLY, "later than the enabling was written, before it arrived"
    desk.say(enabled)
    assert refusal(desk, "O4") is None


def test_a_fill_that_shows_the_loss_stops_the_account_and_its_record_says_so(desk: Desk) -> None:
    limit(desk, "max_daily_loss", 100)
    filled(desk, "O1", 10, BID)
    price(desk, "IBM", BID - 11 * ONE)
    (pending,) = desk.new("O3", quantity=10 * ONE, side="sell", price=BID - 11 * ONE)
    done = {"cum_quantity": 10 * ONE, "leaves_quantity": 0}
    told = answer(desk, ExecType.TRADE, pending, trade_id="T3", last_quantity=10 * ONE, last_price=BID - 11 * ONE, **done)
    account = desk.fold.accounts["ACME-1"]
    assert (account.loss_level, account.loss_at, account.day_realised) == (1, told.time, -110 * ONE * ONE)
    (row,) = explain(told.decision).rows
    assert (row.rc, row.limit, row.actual) == ("RC20", "100", "110")
    assert "close-only" in row.words
    assert refusal(desk, "O4", price=BID - 11 * ONE) == Reason.LOSS_CLOSE_ONLY
    assert desk.recovered().dump() == desk.fold.dump()


def test_losses_in_other_symbols_count_and_are_recorded(desk: Desk) -> None:
    limit(desk, "max_daily_loss", 100)
    filled(desk, "O1", 10, BID, symbol="BAC")
    price(desk, "BAC", BID - 11 * ONE)
    refused = desk.new("O2")[0]
    assert (refused.reason, refused.actual) == (Reason.LOSS_CLOSE_ONLY, "110")
    assert explain(refused.decision).elsewhere == "110"


def test_a_symbol_without_a_quote_is_worth_the_last_fill(desk: Desk) -> None:
    limit(desk, "max_daily_loss", 100)
    filled(desk, "O1", 10, BID, symbol="BAC")
    filled(desk, "O2", 1, BID - 12 * ONE, symbol="BAC", side="sell")
    del desk.references["BAC"]
    refused = desk.new("O3")[0]
    assert (refused.reason, refused.actual) == (Reason.LOSS_CLOSE_ONLY, "120")


def test_a_loss_of_yesterday_is_no_loss_of_today(desk: Desk) -> None:
    limit(desk, "max_daily_loss", 200)
    filled(desk, "O1", 10, BID)
    filled(desk, "O2", 10, BID - 15 * ONE, side="sell")
    assert desk.fold.accounts["ACME-1"].day_realised == -150 * ONE * ONE
    filled(desk, "O3", 10, BID)
    price(desk, "IBM", BID - 6 * ONE)
    assert refusal(desk, "O4", price=BID - 6 * ONE, quantity=ONE) == Reason.LOSS_CLOSE_ONLY
    desk.now += DAY_US
    price(desk, "IBM", BID - 6 * ONE)
    desk.setting("enable", "ACME-1")
    assert refusal(desk, "O5", price=BID - 6 * ONE, quantity=ONE, time=desk.now) is None


def test_a_position_taken_over_by_hand_loses_like_any_other(desk: Desk) -> None:
    limit(desk, "max_daily_loss", 100)
    desk.setting("position", "ACME-1/IBM", value=10 * ONE, attributes={"price": BID + 11 * ONE + TICK})
    assert refusal(desk, "O1") == Reason.LOSS_CLOSE_ONLY
    limit(desk, "max_position", 15)
    desk.setting("enable", "ACME-1")
    limit(desk, "max_daily_loss", 1_000)
    assert refusal(desk, "O2", quantity=6 * ONE) == Reason.POSITION_TOO_LARGE
    assert refusal(desk, "O3", quantity=5 * ONE) is None


# credit


def test_open_buys_and_fills_use_cash_first_and_then_the_line(desk: Desk) -> None:
    desk.setting("cash", "ACME-1/USD", value=1_500 * ONE)
    assert refusal(desk, "O1") is None
    refused = desk.new("O2")[0]
    assert (refused.reason, refused.rule, refused.limit, refused.actual) == (Reason.CREDIT_EXCEEDED, "credit_line", "0", "500")
    limit(desk, "credit_line", 500, "account", "ACME-1")
    assert refusal(desk, "O3") is None
    assert refusal(desk, "O4", quantity=ONE) == Reason.CREDIT_EXCEEDED
    assert refusal(desk, "O5", **SELL) is None, "sells draw nothing"


def test_what_a_sale_brings_can_be_spent_and_a_withdrawal_cannot(desk: Desk) -> None:
    desk.setting("cash", "ACME-1/USD", value=1_000 * ONE)
    filled(desk, "O1", 10, BID)
    assert refusal(desk, "O2") == Reason.CREDIT_EXCEEDED
    filled(desk, "O3", 10, ASK, side="sell")
    assert refusal(desk, "O4") is None
    answer(desk, ExecType.CANCELED, desk.log[-1])
    desk.setting("cash", "ACME-1/USD", value=-10 * ONE)
    assert refusal(desk, "O5") == Reason.CREDIT_EXCEEDED


def test_credit_is_asked_for_where_there_is_a_line_or_was_ever_cash(desk: Desk) -> None:
    assert refusal(desk, "O1") is None
    desk.setting("cash", "ZEN-1/USD", value=ONE)
    assert refusal(desk, "O2") is None
    assert refusal(desk, "O3", account="ZEN-1") == Reason.CREDIT_EXCEEDED


def test_an_instrument_whose_currency_nobody_has_said_draws_no_credit(desk: Desk) -> None:
    desk.setting("cash", "ACME-1/USD", value=10**6 * ONE)
    desk.instrument("IBM")
    assert refusal(desk, "O1") == Reason.CURRENCY_MISSING
    assert refusal(desk, "O2", symbol="BAC") is None


# currencies


def rate(desk: Desk, key: str, value: int, date: str = "2026-09-20") -> None:
    desk.setting("fx", key, value=value, details={"source": "ECB", "date": date})


@pytest.mark.parametrize("key", ["EUR/USD", "USD/EUR"])
def test_values_of_another_currency_count_in_the_accounts(desk: Desk, key: str) -> None:
    instrument(desk, "BAC", "EUR")
    limit(desk, "max_notional", 2_000)
    rate(desk, key, 2 * ONE if key == "EUR/USD" else ONE // 2)
    assert refusal(desk, "O1", symbol="BAC") is None
    refused = desk.new("O2", symbol="BAC", quantity=11 * ONE)[0]
    assert (refused.reason, refused.actual) == (Reason.NOTIONAL_TOO_LARGE, "2200")
    assert "at most 10 fit" in refused.message
    limit(desk, "max_open_notional", 3_000)
    assert refusal(desk, "O3", quantity=10 * ONE) is None
    assert refusal(desk, "O4", quantity=ONE) == Reason.OPEN_NOTIONAL_TOO_LARGE


def test_a_rate_that_is_missing_or_old_refuses(desk: Desk) -> None:
    instrument(desk, "BAC", "EUR")
    missing = desk.new("O1", symbol="BAC")[0]
    assert (missing.reason, missing.rule, missing.actual) == (Reason.FX_MISSING, "max_notional", "EUR/USD")
    assert refusal(desk, "O2") is None, "nothing has to be converted"
    rate(desk, "EUR/USD", ONE, "2026-09-13")
    old = desk.new("O3", symbol="BAC")[0]
    assert (old.reason, old.limit, old.actual) == (Reason.FX_STALE, "7", "8")
    rate(desk, "EUR/USD", ONE, "2026-09-14")
    assert refusal(desk, "O4", symbol="BAC") is None


def test_a_loss_elsewhere_that_cannot_be_converted_refuses_and_is_recorded_as_unknown(desk: Desk) -> None:
    instrument(desk, "BAC", "EUR")
    rate(desk, "EUR/USD", ONE)
    filled(desk, "O1", 10, BID, symbol="BAC")
    price(desk, "BAC", BID - ONE)
    desk.now += 8 * DAY_US
    price(desk, "IBM", BID)
    refused = desk.new("O2", time=desk.now)[0]
    assert (refused.reason, refused.rule) == (Reason.FX_STALE, "max_daily_loss")
    assert '"elsewhere":null' in refused.decision


def test_each_currency_is_paid_from_its_own_cash_and_what_is_missing_drawn_from_the_line(desk: Desk) -> None:
    instrument(desk, "BAC", "EUR")
    rate(desk, "EUR/USD", 2 * ONE)
    desk.setting("cash", "ACME-1/USD", value=10_000 * ONE)
    desk.setting("cash", "ACME-1/EUR", value=400 * ONE)
    refused = desk.new("O1", symbol="BAC")[0]
    assert (refused.reason, refused.actual) == (Reason.CREDIT_EXCEEDED, "1200")
    limit(desk, "credit_line", 1_200)
    assert refusal(desk, "O2", symbol="BAC") is None
    assert refusal(desk, "O3", symbol="BAC", quantity=ONE) == Reason.CREDIT_EXCEEDED
    assert refusal(desk, "O4") is None, "dollars are there"


# short sales


def test_a_customer_sells_short_what_has_been_located_and_no_more(desk: Desk) -> None:
    desk.setting("locate", "*/*", value=0)
    assert refusal(desk, "O1", **SELL) == Reason.LOCATE_MISSING
    desk.setting("locate", "ACME-1/IBM", value=10 * ONE)
    assert refusal(desk, "O2", quantity=7 * ONE, **SELL) is None
    refused = desk.new("O3", quantity=4 * ONE, **SELL)[0]
    assert (refused.reason, refused.rule, refused.limit, refused.actual) == (Reason.LOCATE_MISSING, "locate", "10", "11")
    assert refusal(desk, "O4", quantity=3 * ONE, **SELL) is None


@pytest.mark.parametrize(("key", "covers"), [("*/IBM", True), ("ACME-1/*", True), ("*/BAC", False), ("ZEN-1/*", False)])
def test_a_locate_may_be_for_everybody_or_everything(desk: Desk, key: str, covers: bool) -> None:
    desk.setting("locate", "*/*", value=0)
    desk.setting("locate", key, value=10 * ONE)
    assert (refusal(desk, "O1", **SELL) is None) is covers


def test_selling_what_is_held_needs_no_locate_and_the_house_and_the_unknown_are_free(desk: Desk) -> None:
    desk.setting("locate", "*/*", value=0)
    filled(desk, "O1", 10, BID)
    assert refusal(desk, "O2", **SELL) is None
    assert refusal(desk, "O3", quantity=ONE, **SELL) == Reason.LOCATE_MISSING
    assert refusal(desk, "O4", account="ZEN-1", **SELL) is None
    desk.setting("account", "ZEN-1", details={"currency": "USD", "kind": "house"})
    assert refusal(desk, "O5", account="ZEN-1", **SELL) is None
    desk.setting("account", "ZEN-1", details={"currency": "USD", "kind": "customer"})
    assert refusal(desk, "O6", account="ZEN-1", **SELL) == Reason.LOCATE_MISSING


# flow


def test_refused_requests_count_against_the_rate_and_cancels_and_reductions_do_not(desk: Desk) -> None:
    limit(desk, "message_rate", 4)
    assert refusal(desk, "O1") is None
    assert refusal(desk, "O2", price=BID * 2) == Reason.PRICE_OUTSIDE_BAND
    for _ in range(5):
        desk.replace("O1", quantity=9 * ONE)
        desk.cancel("O9")
    assert desk.replace("O1", quantity=11 * ONE)[0].type == ExecType.PENDING_REPLACE
    assert refusal(desk, "O3") is None
    assert refusal(desk, "O4") == Reason.MESSAGES_TOO_MANY
    assert desk.replace("O1", quantity=8 * ONE)[0].type == ExecType.PENDING_REPLACE
    assert desk.cancel("O1")[0].type == ExecType.PENDING_CANCEL
    desk.now += 1_000_000
    assert refusal(desk, "O5") is None


def test_a_backlog_is_no_burst(desk: Desk) -> None:
    """A hundred orders that were written over a minute, and judged in one moment."""
    limit(desk, "message_rate", 2)
    limit(desk, "max_quote_age", 600)
    start = desk.now
    told = [desk.new(f"O{number}", time=start + number * 600_000)[0].type for number in range(100)]
    assert set(told) == {ExecType.PENDING_NEW}


def test_the_same_order_again_and_again_is_refused_within_the_window(desk: Desk) -> None:
    limit(desk, "repeat_count", 2)
    limit(desk, "repeat_window", 10)
    assert [refusal(desk, f"O{number}") for number in range(3)] == [None, None, Reason.ORDER_REPEATED]
    assert refusal(desk, "O4", quantity=11 * ONE) is None
    assert refusal(desk, "O5", symbol="BAC") is None
    desk.now += 10_000_000
    price(desk, "IBM", BID + TICK)
    assert refusal(desk, "O6") is None


def test_a_client_order_id_is_free_again_once_its_order_has_ended(desk: Desk) -> None:
    (pending,) = desk.new("O1", client_order_id="mine")
    assert refusal(desk, "O2", client_order_id="mine") == Reason.ORDER_DUPLICATE
    assert refusal(desk, "O3", client_order_id="mine", account="ZEN-1") is None
    answer(desk, ExecType.CANCELED, pending)
    assert refusal(desk, "O4", client_order_id="mine") is None


@pytest.mark.parametrize("scope", ["account", "trader"])
def test_a_burst_of_fills_stops_the_account_or_the_trader_until_enabled(desk: Desk, scope: str) -> None:
    key = "ACME-1" if scope == "account" else "ann"
    limit(desk, "max_executions_rate", 3, scope, key)
    for number in range(3):
        filled(desk, f"O{number}", 1, BID, user="ann")
    assert refusal(desk, "O3", user="ann") is None, "three are the limit"
    told = filled(desk, "O4", 1, BID, user="ann")
    assert desk.fold.accounts["ACME-1"].throttled == {key: told.time}
    stopped = desk.new("O5", user="ann")[0]
    assert (stopped.reason, stopped.rule, stopped.limit) == (Reason.EXECUTIONS_THROTTLED, "max_executions_rate", "3")
    assert (refusal(desk, "O6", user="bob") is None) is (scope == "trader")
    desk.now += 60_000_000
    for symbol in ("IBM", "BAC"):
        price(desk, symbol, BID + TICK)
    assert refusal(desk, "O7", user="ann") == Reason.EXECUTIONS_THROTTLED, "until a person says so"
    desk.setting("enable", key)
    assert refusal(desk, "O8", user="ann") is None
    assert desk.recovered().dump() == desk.fold.dump()


def test_fills_that_are_spread_over_time_are_no_burst(desk: Desk) -> None:
    limit(desk, "max_executions_rate", 1)
    for number in range(5):
        filled(desk, f"O{number}", 1, BID)
        desk.now += 1_000_000
        price(desk, "IBM", BID + TICK)
    assert desk.fold.accounts["ACME-1"].throttled == {}


# the reference of the day


def test_the_static_band_is_measured_from_the_last_auction_or_close(desk: Desk) -> None:
    limit(desk, "static_band", 5)
    filled(desk, "O1", 1, BID * 2)
    assert refusal(desk, "O2") is None, "a trade of the day fixes nothing"
    desk.now += DAY_US
    price(desk, "IBM", BID + TICK)
    refused = desk.new("O3", time=desk.now)[0]
    assert (refused.reason, refused.limit, refused.actual) == (Reason.PRICE_OUTSIDE_STATIC_BAND, "5", "50")
    limit(desk, "static_band", 300)
    (pending,) = desk.new("O4", time=desk.now)
    fill = {"last_quantity": 10 * ONE, "last_price": BID, "cum_quantity": 10 * ONE, "leaves_quantity": 0, "liquidity": "auction"}
    answer(desk, ExecType.TRADE, pending, trade_id="A1", **fill)
    limit(desk, "static_band", 5)
    assert refusal(desk, "O5", time=desk.now) is None
    assert desk.recovered().dump() == desk.fold.dump()


def test_before_any_trade_the_instruments_reference_counts(desk: Desk) -> None:
    limit(desk, "static_band", 5)
    numbers = {"tick": TICK, "lot": LOT, "max_quantity": 10_000_000 * ONE, "tradable": 1, "reference": BID * 2}
    desk.control(CommandType.INSTRUMENT, symbol="IBM", attributes=numbers)
    assert refusal(desk, "O1") == Reason.PRICE_OUTSIDE_STATIC_BAND


# after the fact


def test_what_a_correction_takes_beyond_a_limit_blocks_what_adds_and_lets_pass_what_reduces(desk: Desk) -> None:
    """Limits are asked of what fills have become, whoever made them so: nobody judges a correction."""
    limit(desk, "max_position", 12)
    trade = filled(desk, "O1", 10, BID)
    original = {"original_quantity": 10 * ONE, "original_price": BID}
    answer(
        desk, ExecType.TRADE_CORRECT, trade, last_quantity=20 * ONE, last_price=BID, quantity=20 * ONE, cum_quantity=20 * ONE, **original
    )
    account = desk.fold.accounts["ACME-1"]
    assert account.position("IBM") == 20 * ONE, "beyond the limit of 12"
    assert refusal(desk, "O2", quantity=ONE) == Reason.POSITION_TOO_LARGE
    assert refusal(desk, "O3", quantity=9 * ONE, **SELL) is None
    assert desk.replace("O3", quantity=5 * ONE)[0].type == ExecType.PENDING_REPLACE
    assert desk.cancel("O3")[0].type == ExecType.PENDING_CANCEL
    assert desk.recovered().dump() == desk.fold.dump()
