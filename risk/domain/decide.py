"""Decisions about one account's commands: pure, so the same state, quote and moment give the same answer at every replay."""

from collections.abc import Mapping
from typing import NamedTuple

from risk.domain.checks import Breach, Context, Proposal, Reference, first_breach
from risk.domain.controls import Controls
from risk.domain.exposure import AccountState
from risk.domain.open_order import OpenOrder, Terms
from risk.domain.refusals import CANCEL_UNDER_WAY
from schemas.enums import Side
from schemas.messages import OrderCommand

_BUY = Side.BUY.value


class Market(NamedTuple):
    """What a decision sees of the world: the controls, the newest good quote by symbol, and the moment (microseconds)."""

    controls: Controls
    references: Mapping[str, Reference]
    now: int


def judge_new(account: AccountState, command: OrderCommand, market: Market) -> Breach | None:
    """Whether a new order passes all checks. The command has complete terms (`refusals.require_complete`)."""
    quantity = command.quantity or 0
    side = command.side or ""
    asks = command.conditions
    if asks is None:
        proposal = Proposal(command.symbol, side == _BUY, command.price, quantity, quantity)
    else:
        proposal = Proposal(
            *(command.symbol, side == _BUY, command.price, quantity, quantity, asks.stop_price, asks.trail_offset, asks.reduce_only)
        )
    working = account.reserved(command.symbol, side)
    return first_breach(proposal, _context(account, command.account, command.symbol, working, market))


def resulting_terms(order: OpenOrder, command: OrderCommand) -> Terms:
    """What a replace asks for; what it leaves out stays as it will be when all that is pending has been accepted."""
    quantity, price, stop_price = order.last_terms
    asked = stop_asked(command)
    return Terms(
        quantity if command.quantity is None else command.quantity,
        price if command.price is None else command.price,
        stop_price if asked is None else asked,
    )


def stop_asked(command: OrderCommand) -> int | None:
    """The stop price a replace names."""
    return None if command.conditions is None else command.conditions.stop_price


def judge_replace(account: AccountState, order: OpenOrder, code: str, terms: Terms, market: Market) -> Breach | None:
    """Whether an open order may get these terms: judged on the exposure that would result; a pure reduction passes always."""
    if order.cancel_pending:
        return CANCEL_UNDER_WAY
    if order.is_reduction(terms):
        return None
    proposal = Proposal(
        order.symbol,
        order.side == _BUY,
        terms.price,
        terms.quantity,
        max(terms.quantity - order.cum, 0),
        terms.stop_price,
        order.trail_offset,
        order.reduce_only,
    )
    working = account.reserved(order.symbol, order.side) - order.reserved
    return first_breach(proposal, _context(account, code, order.symbol, working, market))


def _context(account: AccountState, code: str, symbol: str, working: int, market: Market) -> Context:
    controls = market.controls
    return Context(
        market.now,
        controls.kill_for(code) if controls.kills else None,
        controls.instruments.get(symbol),
        market.references.get(symbol),
        {rule: value for rule, value in controls.limits.of(code)._asdict().items() if value is not None},
        account.positions.get(symbol, 0),
        working,
    )
