"""Fills into positions and the books, trades into settlement instructions, words of the houses into these; positions to the browsers."""

from collections.abc import Sequence
from functools import partial

import orjson

from marketdata import selectors as market_selectors
from oms_site.infra.bus.processor import Delivery, Frame, Handler
from orders import selectors as order_selectors
from orders.domain.lifecycle import FILLS
from reporting import selectors, services
from reporting.domain.objects import Mark, position_object
from schemas.enums import ExecType
from schemas.messages import Execution, SettlementAdvice, Trade
from schemas.topics import EXECUTIONS, SETTLEMENT_STATUS, TRADES

CHANNEL = "positions"
_TRADE = ExecType.TRADE.value


class NotExpected(TypeError):
    """A record of another kind on a topic."""


def positions_project(deliveries: Sequence[Delivery], now: int) -> list[Frame]:
    """Fold a batch's fills into positions; a frame for each. Runs after orders have stored and numbered them, in the same transaction."""
    fills = [fill for fill in (_execution(delivery) for delivery in deliveries) if fill.type in FILLS]
    if not fills:
        return []
    stored = services.positions_project(fills=fills, seqs=order_selectors.fill_seqs([fill.id for fill in fills]))
    if not stored:
        return []
    marks = selectors.marks({fill.symbol for fill in stored})
    return [Frame(CHANNEL, fill.account, fill.seq, "update", partial(_text, fill, marks.get(fill.symbol))) for fill in stored]


def corrections_project(deliveries: Sequence[Delivery], now: int) -> list[Frame]:
    """What corrections of fills, and fills the desk booked, leave to be settled. The market's own fills come by the topic of trades."""
    fills = (_execution(delivery) for delivery in deliveries)
    corrections = [fill for fill in fills if fill.type in FILLS and (fill.type != _TRADE or fill.liquidity is None)]
    if corrections:
        revisions = order_selectors.fill_revisions([fill.id for fill in corrections])
        services.obligations_correct(corrections=corrections, revisions=revisions)
    return []


def books_project(deliveries: Sequence[Delivery], now: int) -> list[Frame]:
    """Post a batch's fills and corrections, and what they cost."""
    fills = (services.fill_of(_execution(delivery)) for delivery in deliveries)
    services.books_post(fills=[fill for fill in fills if fill is not None])
    return []


def obligations_project(deliveries: Sequence[Delivery], now: int) -> list[Frame]:
    """What both sides of a batch's trades owe each other."""
    services.obligations_record(trades=[_trade(delivery) for delivery in deliveries])
    return []


def advices_project(deliveries: Sequence[Delivery], now: int) -> list[Frame]:
    """What clearing house and custodian say of instructions."""
    services.advices_apply(advices=[_advice(delivery) for delivery in deliveries], now=market_selectors.from_microseconds(now))
    return []


def _text(fill: services.StoredFill, mark: Mark | None) -> bytes:
    return orjson.dumps(position_object(fill.account, fill.symbol, fill.held, seq=fill.seq, time=fill.time, mark=mark))


def _execution(delivery: Delivery) -> Execution:
    if not isinstance(delivery.message, Execution):
        raise NotExpected(f"{type(delivery.message).__name__} on {delivery.position.topic}")
    return delivery.message


def _trade(delivery: Delivery) -> Trade:
    if not isinstance(delivery.message, Trade):
        raise NotExpected(f"{type(delivery.message).__name__} on {delivery.position.topic}")
    return delivery.message


def _advice(delivery: Delivery) -> SettlementAdvice:
    if not isinstance(delivery.message, SettlementAdvice):
        raise NotExpected(f"{type(delivery.message).__name__} on {delivery.position.topic}")
    return delivery.message


HANDLERS: dict[str, tuple[Handler, ...]] = {
    EXECUTIONS.name: (positions_project, corrections_project, books_project),
    TRADES.name: (obligations_project,),
    SETTLEMENT_STATUS.name: (advices_project,),
}
