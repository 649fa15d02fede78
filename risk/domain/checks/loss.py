"""What the account has lost and traded on its day (RC20, RC21), and what a burst of fills has stopped (RC23)."""

from collections.abc import Mapping, Sequence

from risk.domain.checks.missing import limit_missing, quote_missing
from risk.domain.checks.money import Unknown, converted, currency_of, over_all, units_up
from risk.domain.checks.position import open_value
from risk.domain.checks.prices import plain
from risk.domain.checks.proposal import Breach, Context, Finding, Proposal, room_to_reduce
from risk.domain.exposure import NOTHING_HELD
from risk.domain.holding import Holding
from risk.domain.instrument import Reference
from risk.domain.limits import Rule
from schemas.enums import Reason
from schemas.units import ONE, format_units

CLOSE_ONLY, DISABLED = 1, 2
_NONE = (0, 0)


def loss_level(loss: int, limit: int) -> int:
    """What a loss leads to: 0 nothing, 1 close-only beyond the limit, 2 disabled beyond twice of it."""
    if loss <= limit:
        return 0
    return CLOSE_ONLY if loss <= 2 * limit else DISABLED


def loss_here(context: Context) -> int:
    """The loss of the day in the order's symbol, in 1e-8 of the account's currency. A gain is below zero. Raises `Unknown`."""
    if context.holding is NOTHING_HELD and not context.position:
        return 0
    return units_up(_loss_of(context, context.names.symbol, context.holding, context.reference))


def loss_elsewhere(context: Context, references: Mapping[str, Reference]) -> int:
    """The loss of the day in all other symbols, in 1e-8 of the account's currency. Raises `Unknown`.

    A position is worth the middle of the newest good quote of its symbol, however old; where none has been seen, the price of the account's
    last fill in it, or what it was taken over at.
    """
    account, symbol = context.account, context.names.symbol
    by_hand = context.controls.settings.positions.get(context.names.account)
    if by_hand is None and not context.foreign:
        if not account.held and not account.day_realised:
            return 0
        twice = 0
        for other, holding in account.held.items():
            if other != symbol:
                twice += holding.position * _twice_price(holding, _NONE, references.get(other)) - 2 * holding.cost
        realised = account.day_realised - context.holding.day_realised_on(context.day) if account.day == context.day else 0
        return units_up(-realised - twice // 2)
    symbols = (account.holdings.keys() | (by_hand or {}).keys()) - {symbol}
    return units_up(sum(_loss_of(context, other, account.holding(other), references.get(other)) for other in sorted(symbols)))


def _loss_of(context: Context, symbol: str, holding: Holding, reference: Reference | None) -> int:
    """In 1e-16."""
    by_hand = context.controls.settings.positions.get(context.names.account, {}).get(symbol, _NONE)
    price = _twice_price(holding, by_hand, reference)
    twice = (holding.position + by_hand[0]) * price - 2 * (holding.cost + by_hand[1])
    loss = -holding.day_realised_on(context.day) - twice // 2
    return converted(context, Rule.MAX_DAILY_LOSS, loss, currency_of(context, symbol))


def _twice_price(holding: Holding, by_hand: Sequence[int], reference: Reference | None) -> int:
    if reference is not None:
        return reference.bid + reference.ask
    if holding.last_price:
        return 2 * holding.last_price
    return 2 * by_hand[1] // by_hand[0] if by_hand[0] else 0


def loss_within_limit(order: Proposal, context: Context) -> Finding:
    """The loss of the day, realised and unrealised, is at most `max_daily_loss`, and none has stopped the account before.

    Beyond it only what reduces the position passes, beyond twice of it nothing does; both last until a person enables the account again.
    """
    limit = context.limits.max_daily_loss
    if limit is None:
        return limit_missing(Rule.MAX_DAILY_LOSS)
    if isinstance(context.elsewhere, Breach):
        return context.elsewhere
    if context.reference is None:
        return quote_missing(order, Rule.MAX_DAILY_LOSS)
    account, code = context.account, context.names.account
    try:
        loss = loss_here(context) + context.elsewhere
    except Unknown as unknown:
        return unknown.breach
    now = loss_level(loss, limit)
    before = account.loss_level if account.loss_at > context.controls.settings.enabled.get(code, 0) else 0
    level = max(now, before)
    if level == 0 or (level == CLOSE_ONLY and order.open_quantity <= room_to_reduce(order, context)):
        return limit, loss
    state, passes = ("close-only", "orders that reduce") if level == CLOSE_ONLY else ("disabled", "cancels and reductions")
    code_ = Reason.LOSS_CLOSE_ONLY if level == CLOSE_ONLY else Reason.LOSS_DISABLED
    why = f"it has lost {format_units(loss)} on the day" if now >= before else "of an earlier loss"
    return Breach(
        code_,
        Rule.MAX_DAILY_LOSS,
        format_units(limit),
        format_units(loss) if now >= before else None,  # an earlier loss is no new one
        f"account {code} is {state}: {why}; only {passes} pass until risk enables it again",
    )


def daily_notional_within_limit(order: Proposal, context: Context) -> Finding:
    """What was traded on the day, with everything open, is worth at most `max_daily_notional`."""
    limit = context.limits.max_daily_notional
    if limit is None:
        return limit_missing(Rule.MAX_DAILY_NOTIONAL)
    if context.price is None:
        return quote_missing(order, Rule.MAX_DAILY_NOTIONAL)
    try:
        total = traded_of_day(context) + open_value(context, Rule.MAX_DAILY_NOTIONAL)
    except Unknown as unknown:
        return unknown.breach
    if total <= limit * ONE:
        return limit, -(-total // ONE)
    return Breach(
        Reason.DAILY_NOTIONAL_TOO_LARGE,
        Rule.MAX_DAILY_NOTIONAL,
        format_units(limit),
        plain(total),
        f"what was traded today and is open would be worth more than {format_units(limit)}: cancel open orders, or wait for the next day",
    )


def traded_of_day(context: Context) -> int:
    """Value of the day's fills in the account's currency. Raises `Unknown`."""
    day = context.day
    if context.account.day != day:
        return 0
    if not context.foreign:
        return context.account.day_traded
    return over_all(context, Rule.MAX_DAILY_NOTIONAL, 0, lambda holding: holding.day_traded_on(day))


def not_throttled(order: Proposal, context: Context) -> Finding:
    """No burst of fills (`max_executions_rate`) has stopped the account or the trader; asked for where it is limited, or one has."""
    throttled, limit = context.account.throttled, context.limits.max_executions_rate
    enabled = context.controls.settings.enabled
    for name in (context.names.account, context.names.trader) if throttled else ():
        if throttled.get(name, 0) > enabled.get(name, 0):
            most = "" if limit is None else format_units(limit)
            message = f"{name} is stopped after too many fills in one second: risk must enable it again; cancels and reductions pass"
            return Breach(Reason.EXECUTIONS_THROTTLED, Rule.MAX_EXECUTIONS_RATE, most or None, None, message)
    return None if limit is None else (limit, None)
