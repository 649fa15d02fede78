"""The matching worker's fold: what it writes, that a replay ends in the same state, and that readers of the book can follow it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import orjson
import pytest
from hypothesis import strategies as st

from matching import handlers, published
from matching.domain.engine import UnknownCommand
from matching.handlers import SPEC, MatchingFold, NotACommand
from oms_site.infra.bus.processor import Delivery, Output, Position
from schemas.codec import MAX_BODY, decode, encode
from schemas.errors import OutOfRange, UnknownWord, WrongType
from schemas.messages import BookUpdate, Execution, OrderCommand, Quote, Trade
from schemas.units import MAX_UNITS
from tests.unit.matching.drawing import CENT, SHARE, command, instrument
from tests.unit.matching.follower import Follower
from tests.unit.matching.holding import holds
from tests.unit.matching.model import Model
from tests.unit.matching.script import command as line
from tests.unit.matching.streams import AUCTIONS, Stream, started


def delivered(commands: Iterable[OrderCommand], partition: int = 2, first: int = 0) -> list[Delivery]:
    """Commands as they lie in the log; the broker got each a moment after it was entered."""
    return [
        Delivery(Position("orders.validated", partition, offset), sent, sent.time + 5_000) for offset, sent in enumerate(commands, first)
    ]


def opened(*commands: OrderCommand) -> tuple[MatchingFold, list[Output]]:
    """A fold that knows X and Y and has handled `commands`, and what it wrote for the last."""
    fold = MatchingFold(2)
    outputs: list[Output] = []
    for delivery in delivered([instrument("X"), instrument("Y"), *commands]):
        outputs = fold.handle(delivery, 0)
    return fold, outputs


def limit(id: str, side: str, quantity: int, price: str, **fields: object) -> OrderCommand:
    return command("new", id, **({"side": side, "type": "limit", "tif": "day", "quantity": quantity, "price": price} | fields))


def of(outputs: list[Output], topic: str) -> list:
    return [output.message for output in outputs if output.topic == topic]


def test_a_new_order_is_reported_unnumbered_with_its_terms() -> None:
    _, outputs = opened(limit("a", "buy", 3, "10.00", account="ACME-1", client_order_id="mine", tif="gtc"))
    assert of(outputs, "matching.reports") == [
        Execution(
            id="M000000Z8-22.0",
            seq=0,
            type="new",
            order_id="a",
            account="ACME-1",
            symbol="X",
            side="buy",
            order_type="limit",
            tif="gtc",
            quantity=3 * SHARE,
            price=1000 * CENT,
            cum_quantity=0,
            leaves_quantity=3 * SHARE,
            time=1_005_000,
            client_order_id="mine",
        )
    ]


def test_a_trade_is_reported_to_both_sides_and_printed_once() -> None:
    _, outputs = opened(
        limit("a", "sell", 5, "10.00", account="ZEN-1", client_order_id="z"),
        limit("t", "buy", 3, "10.50", account="ACME-1"),
    )
    accepted, taker, maker = of(outputs, "matching.reports")
    assert accepted.type == "new"
    assert (taker.order_id, taker.account, taker.side, taker.liquidity) == ("t", "ACME-1", "buy", "taker")
    assert (taker.cum_quantity, taker.leaves_quantity, taker.price) == (3 * SHARE, 0, 1050 * CENT)
    assert (maker.order_id, maker.account, maker.side, maker.liquidity, maker.client_order_id) == ("a", "ZEN-1", "sell", "maker", "z")
    assert (maker.cum_quantity, maker.leaves_quantity, maker.quantity) == (3 * SHARE, 2 * SHARE, 5 * SHARE)
    (trade,) = of(outputs, "trades")
    for report in (taker, maker):
        assert (report.type, report.trade_id, report.last_quantity, report.last_price) == ("trade", trade.id, 3 * SHARE, 1000 * CENT)
    assert trade == Trade(
        id=trade.id,
        seq=1,
        symbol="X",
        quantity=3 * SHARE,
        price=1000 * CENT,
        buy_order="t",
        sell_order="a",
        buy_account="ACME-1",
        sell_account="ZEN-1",
        maker_side="sell",
        time=1_005_000,
    )


def test_ids_come_from_the_place_in_the_log_and_never_twice() -> None:
    _, outputs = opened(*(limit(f"m{n}", "sell", 1, "10.00") for n in range(40)), limit("t", "buy", 40, "10.00"))
    ids = [output.message.id for output in outputs if output.topic != "book"]
    assert len(ids) == len(set(ids)) == 1 + 80 + 40
    assert [trade.id for trade in of(outputs, "trades")][:2] == ["T000000Z8-21A.0", "T000000Z8-21A.1"]


def test_reports_of_one_order_come_in_the_order_of_its_life() -> None:
    _, outputs = opened(limit("a", "sell", 2, "10.00"), limit("t", "buy", 5, "10.00", tif="ioc"))
    mine = [report for report in of(outputs, "matching.reports") if report.order_id == "t"]
    assert [(report.type, report.cum_quantity // SHARE, report.leaves_quantity // SHARE, report.reason) for report in mine] == [
        ("new", 0, 5, None),
        ("trade", 2, 3, None),
        ("canceled", 2, 0, "liquidity_none"),
    ]


def test_a_cancel_is_reported_under_the_name_of_its_request() -> None:
    _, outputs = opened(
        limit("a", "buy", 2, "10.00", client_order_id="order"),
        command("cancel", "a", account="a", client_order_id="request"),
    )
    (report,) = of(outputs, "matching.reports")
    assert (report.type, report.client_order_id, report.reason) == ("canceled", "request", "cancel_requested")
    assert (report.quantity, report.cum_quantity, report.leaves_quantity) == (2 * SHARE, 0, 0)


def test_a_replace_reports_the_new_terms_before_it_trades() -> None:
    _, outputs = opened(limit("a", "sell", 2, "10.00"), limit("b", "buy", 3, "9.00"), command("replace", "b", quantity=4, price="10.00"))
    mine = [report for report in of(outputs, "matching.reports") if report.order_id == "b"]
    assert [(report.type, report.quantity // SHARE, report.price // CENT, report.leaves_quantity // SHARE) for report in mine] == [
        ("replaced", 4, 1000, 4),
        ("trade", 4, 1000, 2),
    ]


def test_a_replace_to_what_is_filled_closes_with_the_quantity_lifted() -> None:
    _, outputs = opened(limit("a", "sell", 10, "10.00"), limit("t", "buy", 8, "10.00"), command("replace", "a", quantity=7))
    (report,) = of(outputs, "matching.reports")
    assert (report.type, report.quantity, report.cum_quantity, report.leaves_quantity) == ("replaced", 8 * SHARE, 8 * SHARE, 0)


def test_a_late_cancel_is_refused_with_the_order_as_it_ended() -> None:
    _, outputs = opened(limit("a", "sell", 2, "10.00"), limit("t", "buy", 2, "10.00"), command("cancel", "a"))
    (report,) = of(outputs, "matching.reports")
    assert (report.type, report.reason, report.side) == ("cancel_rejected", "order_too_late_to_cancel", "sell")
    assert (report.quantity, report.cum_quantity, report.leaves_quantity) == (2 * SHARE, 2 * SHARE, 0)
    assert report.message
    assert not of(outputs, "book")


def test_a_refused_replace_tells_the_terms_that_stay_in_force() -> None:
    _, outputs = opened(limit("a", "sell", 2, "10.00"), command("replace", "a", price="10.001"))
    (report,) = of(outputs, "matching.reports")
    assert (report.type, report.reason, report.price, report.leaves_quantity) == (
        "replace_rejected",
        "price_off_tick",
        1000 * CENT,
        2 * SHARE,
    )


def test_a_refusal_of_an_order_never_seen_is_told_to_the_account_that_asked() -> None:
    _, outputs = opened(command("cancel", "ghost", account="ACME-1"))
    (report,) = of(outputs, "matching.reports")
    assert (report.type, report.order_id, report.account, report.reason) == ("cancel_rejected", "ghost", "ACME-1", "order_unknown")


def test_every_refusal_says_in_words_what_to_do() -> None:
    _, outputs = opened(limit("a", "sell", 2, "10.001"))
    (report,) = of(outputs, "matching.reports")
    assert (report.type, report.leaves_quantity) == ("rejected", 0)
    assert "tick" in report.message


@pytest.mark.parametrize(("entered", "received", "told"), [(5, 9, 9), (9, 5, 9)])
def test_a_fact_never_precedes_its_request(entered: int, received: int, told: int) -> None:
    fold = MatchingFold(0)
    fold.handle(Delivery(Position("orders.validated", 0, 0), instrument(), 0), 0)
    outputs = fold.handle(Delivery(Position("orders.validated", 0, 1), limit("a", "buy", 1, "10.00", time=entered), received), 77)
    assert [output.message.time for output in outputs] == [told, told]


def test_a_command_changes_the_book_in_one_record() -> None:
    _, outputs = opened(
        limit("a", "sell", 2, "10.00"),
        limit("b", "sell", 2, "10.01"),
        limit("c", "sell", 2, "10.02"),
        limit("t", "buy", 7, "10.01"),
    )
    (update,) = of(outputs, "book")
    assert (update.type, update.seq, update.last) == ("update", 4, 1001 * CENT)
    assert [(level.price // CENT, level.quantity // SHARE, level.orders) for level in update.bids] == [(1001, 3, 1)]
    assert [(level.price // CENT, level.quantity // SHARE, level.orders) for level in update.asks] == [(1000, 0, 0), (1001, 0, 0)]


def test_a_new_instrument_has_an_empty_book() -> None:
    _, outputs = opened()
    assert of(outputs, "book") == [BookUpdate("Y", 0, "snapshot", (), (), None, 1_005_000)]


def test_a_whole_book_is_published_after_every_thousandth_change() -> None:
    fold, _ = opened(limit("a", "sell", 1, "10.10"))
    kinds = []
    for number, delivery in enumerate(delivered((limit(f"b{n}", "buy", 1, "10.00") for n in range(2_100)), first=3), 2):
        kinds += [(number, update.seq) for update in of(fold.handle(delivery, 0), "book") if update.type == "snapshot"]
    assert kinds == [(1_000, 1_000), (2_000, 2_000)]


def test_a_start_publishes_every_book_whole_and_takes_no_number() -> None:
    fold, _ = opened(limit("a", "sell", 1, "10.10"))
    before = fold.state_hash()
    snapshots = of(fold.recovered(42), "book")
    assert [(update.symbol, update.type, update.seq, update.time, len(update.asks)) for update in snapshots] == [
        ("X", "snapshot", 1, 42, 1),
        ("Y", "snapshot", 0, 42, 0),
    ]
    assert fold.state_hash() == before


def test_a_record_of_another_kind_has_no_effect_and_is_told() -> None:
    fold, _ = opened()
    quote = Quote("X", 1, 2, None, None, None, None, "Q", 1)
    before = fold.state_hash()
    with pytest.raises(NotACommand):
        fold.handle(Delivery(Position("orders.validated", 2, 9), quote, 0), 0)
    with pytest.raises(UnknownCommand):
        fold.handle(Delivery(Position("orders.validated", 2, 10), command("kill"), 0), 0)
    assert fold.state_hash() == before


def test_what_was_refused_alive_does_not_stop_a_recovery() -> None:
    fold, _ = opened()
    before = fold.state_hash()
    fold.recover(Delivery(Position("orders.validated", 2, 9), Quote("X", 1, 2, None, None, None, None, "Q", 1), 0))
    fold.recover(Delivery(Position("orders.validated", 2, 10), command("kill"), 0))
    assert fold.state_hash() == before


def test_the_worker_is_declared_over_the_validated_commands() -> None:
    assert (SPEC.inputs, SPEC.recover_inputs) == (("orders.validated",), ("orders.validated",))
    assert isinstance(SPEC.fold(3), MatchingFold)


def _log(stream: Stream) -> list[Delivery]:
    """The stream as it lies in the log: what no record can say was never sent, and who asks about an order names its symbol."""
    model = started(Model())
    log = [instrument("X"), instrument("Y")]
    for sent in filter(_can_be_sent, stream):
        order = model.find(sent.id) if sent.command in ("cancel", "replace") else None
        log.append(sent if order is None else replace(sent, symbol=order.symbol))
        model.apply(sent)
    return delivered(log)


def _can_be_sent(sent: OrderCommand) -> bool:
    try:
        encode(sent)
    except (OutOfRange, UnknownWord, WrongType):
        return False
    return True


@holds(cut=st.integers(0, 50))
def test_genesis_replay_and_snapshot_with_tail_end_as_the_live_book(stream: Stream, cut: int) -> None:
    log = _log(stream)
    cut = min(cut, len(log))
    live, genesis, tail = MatchingFold(2), MatchingFold(2), MatchingFold(2)
    snapshot = json.dumps(live.dump())
    written: list[list[Output]] = []
    for number, delivery in enumerate(log):
        if number == cut:
            snapshot = json.dumps(live.dump())
        written.append(live.handle(delivery, number))
    if cut == len(log):
        snapshot = json.dumps(live.dump())
    for delivery in log:
        genesis.recover(delivery)
    tail.restore(json.loads(snapshot))
    again = [tail.handle(delivery, 0) for delivery in log[cut:]]
    assert live.state_hash() == genesis.state_hash() == tail.state_hash()
    assert again == written[cut:]


@holds()
def test_a_reader_of_the_book_topic_has_the_engines_book_at_every_step(stream: Stream) -> None:
    fold = MatchingFold(2)
    followers: dict[str, Follower] = defaultdict(Follower)
    for delivery in _log(stream):
        for update in of(fold.handle(delivery, 0), "book"):
            followers[update.symbol].read(update)
        assert all(followers[symbol].equals(book) for symbol, book in fold.engine.books.items())


@holds(restart=st.integers(2, 50))
def test_a_reader_that_starts_at_any_snapshot_catches_up(stream: Stream, restart: int) -> None:
    log = _log(stream)
    fold = MatchingFold(2)
    followers: dict[str, Follower] = defaultdict(Follower)
    for number, delivery in enumerate(log):
        if number == restart:
            for update in of(fold.recovered(0), "book"):
                followers[update.symbol].read(update)
        outputs = fold.handle(delivery, 0)
        if number >= restart:
            for update in of(outputs, "book"):
                followers[update.symbol].read(update)
    assert all(followers[symbol].equals(fold.engine.books[symbol]) for symbol in followers)


@holds()
def test_a_reader_knows_the_phase_and_what_an_uncross_would_do_now(stream: Stream) -> None:
    _assert_indicative(stream)


@holds(AUCTIONS)
def test_a_reader_of_an_auction_knows_what_an_uncross_would_do_now(stream: Stream) -> None:
    _assert_indicative(stream)


def test_a_mass_cancel_of_every_symbol_tells_what_an_uncross_would_do_without_its_orders() -> None:
    _assert_indicative(Stream(line(text) for text in ("phase auction", "sell a 5 @10", "buy m 5 at_open", "mass_cancel as m")))


def _assert_indicative(stream: Stream) -> None:
    fold, model = MatchingFold(2), Model()
    told: dict[str, BookUpdate] = {}
    for delivery in _log(stream):
        model.apply(delivery.message)
        for update in of(fold.handle(delivery, 0), "book"):
            told[update.symbol] = update
        for symbol, update in told.items():
            market = model.markets[symbol]
            assert (update.phase, update.auction, update.trade_date) == (market.phase, market.auction, market.date)
            would = model.indicative(symbol) if market.phase in ("pre_open", "auction") else None
            assert (update.indicative_price, update.indicative_quantity, update.imbalance) == (would or (None, None, None))


@holds()
def test_numbers_of_trades_and_changes_have_no_gap(stream: Stream) -> None:
    fold = MatchingFold(2)
    trades: dict[str, list[int]] = defaultdict(list)
    for delivery in _log(stream):
        for trade in of(fold.handle(delivery, 0), "trades"):
            trades[trade.symbol].append(trade.seq)
    for numbers in trades.values():
        assert numbers == list(range(1, len(numbers) + 1))


@holds()
def test_every_report_adds_up(stream: Stream) -> None:
    """OrderQty = CumQty + LeavesQty for a live order, LeavesQty = 0 for a closed one; every command on an order is answered first."""
    fold = MatchingFold(2)
    for delivery in _log(stream):
        sent = delivery.message
        reports = of(fold.handle(delivery, 0), "matching.reports")
        if sent.id:
            assert reports[0].order_id == sent.id
        for report in reports:
            assert 0 <= report.cum_quantity <= report.quantity
            if report.type in CLOSING:
                assert report.leaves_quantity == 0
            elif report.type in LIVE:
                assert report.leaves_quantity == report.quantity - report.cum_quantity
            else:
                assert report.leaves_quantity in (0, report.quantity - report.cum_quantity)


CLOSING = {"canceled", "expired", "rejected"}
LIVE = {"new", "replaced", "restated", "triggered", "suspended", "done_for_day"}


@holds()
def test_reports_of_an_order_go_on_where_the_last_one_ended(stream: Stream) -> None:
    """What is filled changes by trades and their corrections alone, and by as much as they say."""
    fold = MatchingFold(2)
    cum: dict[str, int] = {}
    for delivery in _log(stream):
        for report in of(fold.handle(delivery, 0), "matching.reports"):
            if report.type == "rejected":
                continue
            if report.type == "new":
                cum[report.order_id] = 0
            before = cum.get(report.order_id, 0)
            if report.type == "restated" and report.reason == "desk_change" and delivery.message.attributes:
                before = report.quantity - report.leaves_quantity  # a split: counted in new shares
            if report.type in {"trade", "trade_cancel", "trade_correct"}:
                before += (report.last_quantity or 0) - (report.original_quantity or 0)
            assert report.cum_quantity == before
            cum[report.order_id] = report.cum_quantity


def test_a_change_too_wide_for_a_record_is_told_as_the_whole_book() -> None:
    follower = Follower()
    levels = published.LARGEST_SIDE + 1
    fold, _ = opened(*(limit(f"m{n}", "sell", 1, f"{10 + n}.00") for n in range(levels)))
    (whole,) = of(fold.recovered(0), "book")[:1]
    assert len(whole.asks) == published.LARGEST_SIDE
    outputs = fold.handle(delivered([limit("t", "buy", levels, "99999.00")], first=levels + 2)[0], 0)
    (change,) = of(outputs, "book")
    assert (change.type, change.seq, change.asks) == ("snapshot", levels + 1, ())
    follower.read(whole)
    follower.read(change)
    assert follower.equals(fold.engine.books["X"])
    assert len(encode(change)) < len(encode(whole)) < MAX_BODY


def test_more_at_a_price_than_a_record_can_say_is_told_as_the_most_it_can() -> None:
    half = 2**62 - 2**62 % SHARE
    _, outputs = opened(*(replace(limit(id, "buy", 1, "10.00"), quantity=half) for id in "abc"))
    assert [update.bids[0].quantity for update in of(outputs, "book")] == [MAX_UNITS]


@holds()
def test_every_record_can_be_written(stream: Stream) -> None:
    fold = MatchingFold(2)
    for delivery in _log(stream):
        for output in fold.handle(delivery, 0):
            assert decode(type(output.message), encode(output.message)) == output.message


def test_the_hash_is_the_one_snapshots_are_kept_under() -> None:
    fold, _ = opened(limit("ä", "buy", 1, "10.00", client_order_id="€"))
    assert fold.state_hash() == hashlib.sha256(orjson.dumps(fold.dump())).hexdigest()


def test_a_whole_book_comes_no_later_than_promised() -> None:
    assert handlers.SNAPSHOT_EVERY_UPDATES == 1_000


def test_what_was_collected_before_the_opening_is_told_as_traded_in_the_opening_auction() -> None:
    fold = MatchingFold(0)
    phases = [OrderCommand("phase", 1, "", "", "X", 1, phase=phase) for phase in ("pre_open", "continuous")]
    known = OrderCommand("instrument", 1, "", "", "X", 1, attributes={"tick": CENT, "lot": SHARE})
    orders = [OrderCommand("new", 1, side, side, "X", 1, side, "limit", "day", SHARE, 1_000 * CENT) for side in ("buy", "sell")]
    outputs = [
        fold.handle(Delivery(Position("orders.validated", 0, place), command, 1), 1)
        for place, command in enumerate((known, phases[0], *orders, phases[1]))
    ]
    (trade,) = [output.message for output in outputs[-1] if output.topic == "trades"]
    assert (trade.maker_side, trade.auction) == ("none", "opening")
