"""Trades follow from the commands, and rows from the trades: a difference is found and named."""

from dataclasses import replace

import pytest

from matching import services
from matching.handlers import MatchingFold
from matching.models import Trade as TradeRow
from matching.verify import printed_differences, replayed_trades, row_differences
from oms_site.infra.bus.processor import Delivery, Position
from schemas.messages import Quote, Trade
from tests.unit.matching.drawing import command, instrument

pytestmark = pytest.mark.usefixtures("market")


def log() -> list[Delivery]:
    """Forty sells met by forty buys, and two records that were never the engine's."""
    terms = {"type": "limit", "tif": "day", "quantity": 1, "price": "10.00", "symbol": "IBM"}
    sent = [instrument("IBM"), command("kill"), Quote("IBM", 1, 2, None, None, None, None, "Q", 1)]
    sent += [command("new", f"s{n}", side="sell", account="ZEN-1", **terms) for n in range(40)]
    sent += [command("new", f"b{n}", side="buy", account="ACME-1", **terms) for n in range(40)]
    return [Delivery(Position("orders.validated", 3, offset), message, 2_000_000) for offset, message in enumerate(sent)]


@pytest.fixture
def printed() -> list[Trade]:
    fold = MatchingFold(3)
    commands = [delivery for delivery in log() if getattr(delivery.message, "command", "") in {"new", "instrument"}]
    outputs = [output.message for delivery in commands for output in fold.handle(delivery, 0)]
    return [message for message in outputs if isinstance(message, Trade)]


def test_what_was_printed_follows_from_the_commands(printed: list[Trade]) -> None:
    assert printed_differences(list(replayed_trades(3, log())), printed, final=True) == (40, [])


@pytest.mark.parametrize("fault", ["missing", "twice", "altered"])
def test_a_trade_that_does_not_follow_is_named(printed: list[Trade], fault: str) -> None:
    wrong = {
        "missing": printed[:-1],
        "twice": [*printed, printed[-1]],
        "altered": [*printed[:-1], replace(printed[-1], price=printed[-1].price + 1)],
    }[fault]
    _, differences = printed_differences(list(replayed_trades(3, log())), wrong, final=True)
    assert len(differences) == 1
    assert printed[-1].id in differences[0]


def test_trades_of_later_commands_are_not_judged(printed: list[Trade]) -> None:
    early = list(replayed_trades(3, log()[:-1]))
    assert printed_differences(early, printed, final=False) == (39, [])


def test_rows_equal_what_was_printed(printed: list[Trade]) -> None:
    services.trades_record(trades=printed)
    assert row_differences(printed, TradeRow.objects.all()) == (40, [])


def test_rows_that_differ_are_named(printed: list[Trade]) -> None:
    services.trades_record(trades=printed)
    TradeRow.objects.filter(id=printed[0].id).delete()
    TradeRow.objects.filter(id=printed[1].id).update(quantity=7)
    _, differences = row_differences(printed[:-1], TradeRow.objects.all())
    assert [line.split(":")[0] for line in differences] == [printed[0].id, printed[1].id, printed[-1].id]
