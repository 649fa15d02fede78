"""Decisions about one account's commands: pure, so the same state, quotes and moment give the same answer at every replay."""

from collections.abc import Mapping
from typing import NamedTuple

from risk.domain.ahead import NOTHING, Ahead
from risk.domain.checks import Breach, Context, Proposal, judged_price, run
from risk.domain.checks.loss import loss_elsewhere
from risk.domain.checks.money import Unknown
from risk.domain.controls import Controls, Names
from risk.domain.days import day_of
from risk.domain.decisions import Result
from risk.domain.exposure import AccountState
from risk.domain.instrument import Reference
from risk.domain.marks import Marks
from risk.domain.open_order import OpenOrder, Terms
from risk.domain.refusals import CANCEL_UNDER_WAY
from schemas.enums import OrderType, Side
from schemas.messages import OrderCommand

_BUY, _LIMIT = Side.BUY.value, OrderType.LIMIT.value


class Market(NamedTuple):
    """What a decision sees of the world: the controls, the newest good quotes, what was traded at, and the moment (microseconds).

    `elsewhere` is what a decision that is repeated has recorded of the loss in other symbols (a breach where it could not be told); None:
    it is worked out from the quotes. `ahead` has the kills that are known before their turn in the log.
    """

    controls: Controls
    references: Mapping[str, Reference]
    now: int
    marks: Marks = Marks()
    elsewhere: int | Breach | None = None
    ahead: Ahead = NOTHING


class Decision(NamedTuple):
    """An answer and what it rests on: the breach that refuses (None: it passes), the price it was judged at, the quote, the loss in other
    symbols (1e-8; a breach: it cannot be told), the results of the checks, and the kills it knew ahead of their turn. `results` None:
    nothing was judged, as it could add no risk.
    """

    breach: Breach | None
    price: int | None = None
    reference: Reference | None = None
    elsewhere: int | Breach | None = None
    results: list[Result] | None = None
    ahead: Ahead = NOTHING


FREE = Decision(None)
"""What can add no risk passes unjudged."""


def judge_new(account: AccountState, command: OrderCommand, market: Market) -> Decision:
    """Whether a new order passes all checks. The command has complete terms (`refusals.require_complete`)."""
    quantity, side, asks = command.quantity or 0, command.side or "", command.conditions
    stop, offset, reduces = (None, None, False) if asks is None else (asks.stop_price, asks.trail_offset, asks.reduce_only)
    proposal = Proposal(
        *(command.symbol, side == _BUY, command.price, quantity, quantity, stop, offset, reduces),
        *(command.type or _LIMIT, command.client_order_id, stop is not None or offset is not None, side),
    )
    return _judge(account, proposal, command, None, market)


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


def judge_replace(account: AccountState, order: OpenOrder, command: OrderCommand, terms: Terms, market: Market) -> Decision:
    """Whether an open order may get these terms: judged on the exposure that would result; a pure reduction passes always."""
    if order.cancel_pending:
        return Decision(CANCEL_UNDER_WAY)
    if order.is_reduction(terms):
        return FREE
    proposal = Proposal(
        order.symbol,
        order.side == _BUY,
        terms.price,
        terms.quantity,
        max(terms.quantity - order.cum, 0),
        terms.stop_price,
        order.trail_offset,
        order.reduce_only,
        order.type,
        None,
        terms.stop_price is not None or order.trail_offset is not None,
        order.side,
    )
    return _judge(account, proposal, command, order, market)


def _judge(account: AccountState, proposal: Proposal, command: OrderCommand, order: OpenOrder | None, market: Market) -> Decision:
    controls, at, symbol = market.controls, command.time, proposal.symbol
    trader = (command.trader or command.user) if order is None else (order.trader or "")
    in_force = controls.settings.at(at)
    terms = in_force.accounts.get(command.account)
    names = Names(command.account, symbol, "" if terms is None else terms.desk, trader, command.user)
    limits = controls.limits.of(names.account, desk=names.desk, trader=trader, symbol=symbol, at=at)
    instrument, reference = controls.instruments.get(symbol), market.references.get(symbol)
    holding = account.holding(symbol)
    position, by_hand = holding.position, controls.settings.positions.get(names.account)
    if by_hand is not None:
        position += by_hand.get(symbol, (0, 0))[0]
    working = (holding.buy if proposal.buy else holding.sell) - (0 if order is None else order.reserved)
    price = judged_price(proposal, reference, limits, 1 if instrument is None else instrument.tick)
    context = Context(
        market.now,
        at,
        _day(account.day, command.trade_date, at),
        names,
        controls,
        in_force,
        account,
        holding,
        instrument,
        reference,
        limits,
        position,
        working,
        (position if proposal.buy else -position) + working + proposal.open_quantity,
        price,
        0 if price is None else price * proposal.open_quantity,
        _day_reference(market, symbol, at),
        0,
        0 if order is None else order.reserved_value,
        order is None,
        not command.unsolicited,
        controls.is_foreign(in_force.currencies),
        market.ahead,
    )
    elsewhere = market.elsewhere
    if elsewhere is None and limits.max_daily_loss is not None:
        try:
            elsewhere = loss_elsewhere(context, market.references)
        except Unknown as unknown:
            elsewhere = unknown.breach
    if elsewhere:
        context = context._replace(elsewhere=elsewhere)
    breach, results = run(proposal, context)
    return Decision(breach, price, reference, elsewhere, results, market.ahead)


def _day(known: str, told: str | None, at: int) -> str:
    """The latest of the day the account is at, the date a command tells, and the UTC day it was written on."""
    day = day_of(at)
    day = max(day, known)
    return told if told is not None and told > day else day


def _day_reference(market: Market, symbol: str, at: int) -> int | None:
    """What has been fixed, else what the instrument says, else the middle of the newest good quote."""
    fixed = market.marks.reference(symbol, at)
    if fixed is not None:
        return fixed
    instrument, reference = market.controls.instruments.get(symbol), market.references.get(symbol)
    if instrument is not None and instrument.reference:
        return instrument.reference
    return None if reference is None else reference.twice_mid // 2
