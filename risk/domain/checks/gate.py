"""The gate (RC1 to RC4): who may enter what, nothing that adds risk passes a kill, a halted market or a restriction."""

from risk.domain.checks.proposal import PASSED, Breach, Context, Finding, Noted, Proposal, room_to_reduce
from risk.domain.settings import AccountTradingState, ListKind
from schemas.enums import Phase, Reason
from schemas.units import format_units

_SHUT = frozenset({Phase.HALTED.value, Phase.CLOSED.value})


def entitled(order: Proposal, context: Context) -> Finding:
    """The user may enter this account, side, type and group, where the log knows what it may do. What the desk changes is the desk's."""
    user = context.names.user
    if not context.asked or user not in context.set.entitlements:
        return None
    group = "" if context.instrument is None else context.instrument.group
    account = context.names.account
    gap = context.set.missing((user, account, order.side, order.type, group))
    if gap is None:
        return PASSED
    what = {
        "user": "nothing at all",
        "account": f"account {account}",
        "side": f"to {order.side} for {account}",
        "type": f"{order.type} orders to {order.side} for {account}",
        "symbol": f"{order.symbol} (group {group or 'unknown'}) for {account}",
    }[gap]
    remedy = "ask an admin for the entitlement"
    if gap == "user":
        return Breach(Reason.NOT_ENTITLED, "entitlement", None, user, f"user {user} may enter {what}: {remedy}")
    return Breach(Reason.NOT_ENTITLED, "entitlement", None, user, f"user {user} is not entitled: {what}; {remedy}")


def account_active(order: Proposal, context: Context) -> Finding:
    """The account is active, or close-only and the order can only reduce its position."""
    terms = context.set.accounts.get(context.names.account)
    if terms is None:
        return None
    if terms.state == AccountTradingState.ACTIVE:
        return PASSED
    account = context.names.account
    if terms.state == AccountTradingState.DISABLED:
        message = f"account {account} is disabled: only cancels and reductions pass; operations can activate it"
        return Breach(Reason.ACCOUNT_DISABLED, "account_state", None, terms.state, message)
    room = room_to_reduce(order, context)
    if order.open_quantity <= room:
        return PASSED
    message = f"account {account} is close-only: the order may {order.side} at most {format_units(room)}; operations can activate it"
    return Breach(Reason.ACCOUNT_CLOSE_ONLY, "account_state", format_units(room), format_units(order.open_quantity), message)


def not_killed(order: Proposal, context: Context) -> Finding:
    """Nothing that adds risk passes a kill in force."""
    killed = context.controls.kill_for(context.names, context.ahead) if context.controls.kills or context.ahead else None
    if killed is None:
        return PASSED
    return Breach(Reason.RISK_KILLED, "kill", None, None, f"trading is stopped: {killed}; risk must release the kill first")


def instrument_tradable(order: Proposal, context: Context) -> Finding:
    """The instrument is known and open for trading."""
    instrument = context.instrument
    if instrument is None:
        message = f"{order.symbol} is not known to risk: publish the instrument"
        return Breach(Reason.INSTRUMENT_UNKNOWN, "instrument", None, order.symbol, message)
    if instrument.tradable:
        return PASSED
    message = f"{order.symbol} is not tradable now: only cancels pass"
    return Breach(Reason.INSTRUMENT_NOT_TRADABLE, "instrument", None, order.symbol, message)


def phase_open(order: Proposal, context: Context) -> Finding:
    """The market is neither halted nor closed, as far as risk can be certain: what else a phase refuses, and the pauses a market makes by
    itself, matching knows. The desk's own changes are made in every phase.
    """
    phase = context.controls.phases.get(order.symbol)
    if phase is None or not context.asked:
        return None
    if phase not in _SHUT:
        return PASSED
    message = f"the market of {order.symbol} is {phase}: only cancels and reductions pass; send it again in another phase"
    return Breach(Reason.PHASE_REFUSES, "phase", None, phase, message)


def not_restricted(order: Proposal, context: Context) -> Finding:
    """The symbol is not restricted; one that is watched passes, and is recorded as such."""
    listed = context.set.listed(order.symbol, context.names.account) if context.set.restrictions else ListKind.NONE
    if listed == ListKind.NONE:
        return PASSED
    if listed == ListKind.WATCH:
        return Noted()
    message = f"{order.symbol} is on the restricted list: only cancels and reductions pass; ask compliance"
    return Breach(Reason.INSTRUMENT_RESTRICTED, "restriction", None, order.symbol, message)
