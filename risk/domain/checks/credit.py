"""Whether open buys are covered by cash and credit line (RC18). Values are integers of 1e-16."""

from collections import Counter

from risk.domain.checks.missing import quote_missing
from risk.domain.checks.money import Unknown, converted, currency_of, paid_by_currency, units_up
from risk.domain.checks.prices import plain
from risk.domain.checks.proposal import Breach, Context, Finding, Proposal
from risk.domain.limits import Rule
from schemas.enums import Reason
from schemas.units import ONE, format_units


def credit_covers(order: Proposal, context: Context) -> Finding:
    """What open buys may cost beyond the account's cash is at most its `credit_line`, in the account's currency.

    Each currency is paid from its own cash: what is missing of it is drawn from the line. Sells draw nothing; their fills bring cash.
    Asked for only where the account has a line or was ever given cash.
    """
    line, cash = context.limits.credit_line, context.controls.settings.cash.get(context.names.account)
    if not order.buy or (line is None and cash is None):
        return None
    limit = line or 0
    currency = currency_of(context, order.symbol)
    if not currency:
        message = f"nobody has said in which currency {order.symbol} is paid: publish the instrument with it"
        return Breach(Reason.CURRENCY_MISSING, Rule.CREDIT_LINE, format_units(limit), None, message)
    if context.price is None:
        return quote_missing(order, Rule.CREDIT_LINE)
    asked = context.value - context.freed
    try:
        drawn = _drawn(context, currency, asked, cash or {})
    except Unknown as unknown:
        return unknown.breach
    if drawn <= limit * ONE:
        return limit, units_up(drawn)
    left = format_units(max((limit * ONE - drawn + asked) // ONE, 0))
    return Breach(
        Reason.CREDIT_EXCEEDED,
        Rule.CREDIT_LINE,
        format_units(limit),
        plain(drawn),
        f"open buys would draw more than the line of {format_units(limit)}: {left} is left; deposit cash, cancel open buys or buy less",
    )


def _drawn(context: Context, currency: str, asked: int, cash: dict[str, int]) -> int:
    """What the line would have to give. Raises `Unknown`."""
    account = context.account
    if not context.foreign:
        return max(account.buy_value + asked - account.cash - cash.get(currency, 0) * ONE, 0)
    needs: Counter[str] = Counter({currency: asked})
    for code, value in paid_by_currency(context):
        needs[code] += value
    for code, amount in cash.items():
        needs[code] -= amount * ONE
    return sum(converted(context, Rule.CREDIT_LINE, value, code) for code, value in needs.items() if value > 0)
