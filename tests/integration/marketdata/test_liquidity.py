"""The liquidity provider through the whole log: real risk, real matching, a customer, kills of every sort."""

from decimal import Decimal
from pathlib import Path

import pytest

from marketdata.domain.quality import STALE_AFTER, is_good
from marketdata.domain.tape import read_tape
from marketdata.liquidity import STOPPED
from marketdata.models import HouseState
from marketdata.services import house_save, house_switch, instrument_save
from schemas.units import ONE
from tests.integration.marketdata.conftest import NOW, quote
from tests.integration.marketdata.house import House
from tests.integration.marketdata.markets import boss

pytestmark = [pytest.mark.usefixtures("instruments"), pytest.mark.servers]

EQUITIES = Path(__file__).resolve().parents[4] / "shared" / "data" / "us_equities_nbbo_20131007_open.csv"
IBM = {"tick": ONE // 100, "lot": ONE, "max_quantity": 10**6 * ONE, "tradable": 1, "version": 1}


@pytest.fixture
def house(instruments):
    return House({"IBM": IBM})


def prices(*texts):
    return [quote("IBM", text, text).bid for text in texts]


def test_it_begins_with_a_mass_cancel_and_quotes_the_close(house):
    house.quotes(quote("IBM", "181.69", "181.90"), quote("IBM", "181.70", "181.91"))
    house.pass_time()
    assert house.house_commands()[0].command == "mass_cancel"
    assert house.resting() == (prices("181.70"), prices("181.91"))


def test_a_customer_fills_against_it_and_it_offers_the_full_size_again(house):
    house.quotes(quote("IBM", "181.69", "181.90"))
    house.pass_time()
    house.order("U1", "buy", *prices("181.90"), lots=300)
    assert [fill.last_quantity // ONE for fill in house.fills("U1")] == [300]
    house.pass_time()
    assert house.resting() == (prices("181.69"), prices("181.90"))
    last = house.executions()[-1]
    assert (last.type, last.leaves_quantity // ONE, last.cum_quantity // ONE) == ("replaced", 2_700, 300)


def test_a_killed_provider_comes_back_with_one_bid_and_one_ask(house):
    """Killed at any point: nothing is withdrawn, the next life cancels what it finds and quotes anew."""
    for number in range(12):
        house.quotes(quote("IBM", f"181.{10 + number}", f"181.{30 + number}"))
        house.now += 1_000_000
        house.session.step()
        if number % 3:
            house.work()
        house.start()
        house.quotes(quote("IBM", f"181.{10 + number}", f"181.{30 + number}"))
        house.settle()
        bids, asks = house.resting()
        assert (len(bids), len(asks)) == (1, 1)


def test_two_providers_at_once_end_with_one_bid_and_one_ask(house):
    """A run that was thought dead goes on for a while beside the new one."""
    zombie = house.session
    house.quotes(quote("IBM", "181.69", "181.90"))
    house.pass_time()
    house.start()
    for number in range(6):
        house.quotes(quote("IBM", f"181.{50 + number}", f"181.{70 + number}"))
        house.now += 1_000_000
        zombie.step()
        house.settle()
    zombie.withdraw()
    for number in range(25):
        house.quotes(quote("IBM", f"181.{50 + number}", f"181.{70 + number}"))
        house.pass_time()
    assert house.resting() == (prices("181.74"), prices("181.94"))


def test_it_quotes_on_after_the_clock_was_set_back(house):
    house.quotes(quote("IBM", "181.69", "181.90"))
    house.pass_time()
    house.now -= 3_600_000_000
    house.start()
    house.quotes(quote("IBM", "181.70", "181.91"))
    house.pass_time()
    assert house.resting() == (prices("181.70"), prices("181.91"))


def test_it_leaves_the_book_when_it_stops_when_the_market_is_stale_and_when_quotes_are_bad(house):
    def quoting():
        house.quotes(quote("IBM", "181.69", "181.90"))
        house.pass_time()
        assert house.resting() == (prices("181.69"), prices("181.90"))

    quoting()
    house.pass_time(STALE_AFTER + 1)
    assert house.resting() == ([], [])
    quoting()
    house.quotes(quote("IBM", "181.95", "181.90"))
    house.pass_time()
    assert house.resting() == ([], [])
    quoting()
    house.session.withdraw()
    house.work()
    assert house.resting() == ([], [])


def test_an_instrument_switched_off_is_left_at_the_next_reading_of_the_terms(house):
    house.quotes(quote("IBM", "181.69", "181.90"))
    house.pass_time()
    house_switch(actor=boss(), symbols=["IBM"], on=False, reason="enough", now=NOW)
    house.session._reload_at = 0.0
    house.pass_time()
    assert house.resting() == ([], [])


def test_while_killed_it_asks_less_and_less_often_and_comes_back_after_the_release(house):
    house.quotes(quote("IBM", "181.69", "181.90"))
    house.pass_time()
    house.kill("HOUSE-LP")
    assert house.resting() == ([], [])
    before = len(house.house_commands("new"))
    for _ in range(120):
        house.quotes(quote("IBM", "181.69", "181.90"))
        house.pass_time()
    assert len(house.house_commands("new")) - before <= 2 * 8
    house.kill("HOUSE-LP", on=False)
    for _ in range(61):
        house.quotes(quote("IBM", "181.69", "181.90"))
        house.pass_time()
    assert house.resting() == (prices("181.69"), prices("181.90"))


def test_a_record_that_cannot_be_read_is_counted_and_passed_over(house):
    from oms_site.infra.bus.ports import Outgoing

    house.producer.send([Outgoing("quotes", "IBM", b"\x00\x00\x00\x00\x07nonsense")])
    house.read["quotes", 0] = house.read["quotes", 1] = house.read["quotes", 2] = house.read["quotes", 3] = 10**9
    house.session.step()
    assert house.counts["unreadable"] == 1


@pytest.mark.parametrize(("side", "start"), [("buy", 3_000), ("sell", 2_500)])
def test_a_resting_order_fills_at_a_price_the_real_file_reaches_and_the_house_never_has_two(house, side, start):
    rows = read_tape([EQUITIES.read_bytes()], known=frozenset({"IBM", "BAC", "AIG"}), selected=frozenset({"IBM"}))
    quotes = [row.quote for row in rows][start - 200 : start + 2_000]
    good = [number for number, row in enumerate(quotes) if number > 250 and is_good(row.bid, row.ask)]
    best = min(quotes[n].ask for n in good) if side == "buy" else max(quotes[n].bid for n in good)
    reached = next(n for n in good if (quotes[n].ask <= best if side == "buy" else quotes[n].bid >= best))
    due, entered = quotes[0].time, False
    for number, row in enumerate(quotes):
        if row.time >= due:
            house.pass_time()
            bids, asks = house.resting()
            assert len(bids) <= 1
            assert len(asks) <= 1
            if house.fills("U1"):
                break
            due = row.time + 1_000_000
            if number > 250 and not entered:
                house.order("U1", side, best)
                entered = True
                assert not house.fills("U1")
        house.quotes(row)
    [fill] = house.fills("U1")
    assert fill.last_price == best
    assert number >= reached
    assert not [e for e in house.executions() if e.type in ("rejected", "replace_rejected")]


def reload(house):
    house.session._reload_at = house.session._tell_all_at = 0.0
    house.pass_time()


def test_a_new_instrument_is_quoted_once_matching_has_told_its_book_and_the_others_go_on(house):
    house.quotes(quote("IBM", "181.69", "181.90"))
    house.pass_time()
    instrument_save(actor=boss(), symbol="NEW", values={"name": "New", "reference_price": Decimal(182)}, now=NOW)
    house.quotes(quote("NEW", "181.69", "181.90"), quote("IBM", "181.70", "181.91"))
    reload(house)
    assert house.resting("IBM") == (prices("181.70"), prices("181.91"))
    assert {command.symbol for command in house.house_commands("new")} == {"IBM"}, "on its way to matching"
    house.control(command="instrument", symbol="NEW", attributes=IBM)
    reload(house)
    house.quotes(quote("NEW", "181.69", "181.90"))
    house.pass_time()
    assert house.resting("NEW") == (prices("181.69"), prices("181.90"))
    assert house.counts["refused"] == 0


def test_settings_hold_from_the_next_second_on_and_what_is_done_is_told(house):
    house.quotes(quote("IBM", "181.69", "181.90"))
    house.pass_time()
    values = {"levels": 3, "size": Decimal(200), "step": 2}
    house_save(actor=boss(), symbol="IBM", values=values, expected_version=1, reason="thin", now=NOW)
    reload(house)
    assert house.resting() == (prices("181.65", "181.67", "181.69"), prices("181.90", "181.92", "181.94"))
    reload(house)
    told = HouseState.objects.get(pk="IBM")
    assert (told.state, told.why, told.bid, told.ask, told.bid_size, told.orders) == (
        *("quoting", "", Decimal("181.69"), Decimal("181.90")),
        *(Decimal(600), 6),
    )
    house.session.withdraw()
    house.work()
    assert house.resting() == ([], [])
    told = HouseState.objects.get(pk="IBM")
    assert (told.state, told.why, told.orders) == ("withdrawn", STOPPED, 0)


def test_an_account_like_any_other_is_refused_by_its_limits_backs_off_and_says_so(house):
    house.control(command="limit", scope="account", key="HOUSE-LP", rule="max_quantity", value=1_000 * ONE)
    house.quotes(quote("IBM", "181.69", "181.90"))
    for _ in range(25):
        house.quotes(quote("IBM", "181.69", "181.90"))
        house.pass_time()
    assert house.resting() == ([], [])
    assert len(house.house_commands("new")) <= 2 * 4, "after 0, 2, 6 and 14 seconds"
    assert house.counts["refused"] == len(house.house_commands("new"))
    reload(house)
    told = HouseState.objects.get(pk="IBM")
    assert (told.state, told.why.partition(":")[0], told.refusals) == ("withdrawn", "refused", house.counts["refused"])
    assert told.refused_with in told.why


def test_the_next_life_knows_what_the_account_holds_from_the_log(house):
    house.quotes(quote("IBM", "181.69", "181.90"))
    house.pass_time()
    house.order("U1", "buy", *prices("181.90"), lots=300)
    house.order("U2", "sell", *prices("181.69"), lots=100)
    house.start()
    reload(house)
    assert HouseState.objects.get(pk="IBM").inventory == -200
