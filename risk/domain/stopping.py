"""What a fill stops: an account that has lost too much, an account or a trader that trades too often (RC20, RC23, RC29)."""

from risk.domain.checks import Context
from risk.domain.checks.loss import loss_elsewhere, loss_here, loss_level
from risk.domain.checks.money import Unknown
from risk.domain.controls import Names
from risk.domain.decide import Market
from risk.domain.decisions import Latch
from risk.domain.exposure import AccountState
from risk.domain.limit_table import Limits
from risk.domain.limits import TRADER, Rule
from risk.domain.settings import Mode
from risk.domain.settings_in_force import InForce
from schemas.messages import Execution
from schemas.units import ONE


def stopped_by(account: AccountState, fill: Execution, market: Market) -> list[Latch]:
    """What the account's newest fill, taken already, stops until a person enables it again. Limits hold by the moment of the decision."""
    controls, code = market.controls, fill.account
    in_force = controls.settings.at(market.now)
    terms = in_force.accounts.get(code)
    names = Names(code, fill.symbol, "" if terms is None else terms.desk, account.flow.last_trader)
    limits = controls.limits.of(code, desk=names.desk, symbol=fill.symbol, at=market.now)
    found = _burst(account, fill, names, limits, market) if controls.limits.has(Rule.MAX_EXECUTIONS_RATE) else []
    if limits.max_daily_loss is not None and fill.symbol in market.references:
        found += _loss(account, names, limits.max_daily_loss, in_force, market)
    return [latch for latch in found if not _lets_go(latch.rule, names, in_force)]


def _burst(account: AccountState, fill: Execution, names: Names, limits: Limits, market: Market) -> list[Latch]:
    found: list[Latch] = []
    of_trader = market.controls.limits.own(TRADER, names.trader, Rule.MAX_EXECUTIONS_RATE, market.now)
    for name, limit, trader in ((names.account, limits.max_executions_rate, None), (names.trader, of_trader, names.trader)):
        if limit is None or not name:
            continue
        count = account.flow.filled_within(fill.time, trader) * ONE
        if count > limit:
            found.append(Latch(Rule.MAX_EXECUTIONS_RATE.value, name, 0, limit, count))
    return found


def _loss(account: AccountState, names: Names, limit: int, in_force: InForce, market: Market) -> list[Latch]:
    """A loss that has stopped the account before stops it again only if it has become more serious."""
    controls, symbol = market.controls, names.symbol
    context = Context(
        *(market.now, market.now, account.day, names, controls, in_force, account, account.holding(symbol)),
        *(controls.instruments.get(symbol), market.references.get(symbol), Limits(max_daily_loss=limit), 0, 0, 0, None, 0),
        foreign=controls.is_foreign(in_force.currencies),
    )
    try:
        loss = loss_here(context) + loss_elsewhere(context, market.references)
    except Unknown:
        return []  # the next order is refused for what is missing
    level = loss_level(loss, limit)
    before = account.loss_level if account.loss_at > controls.settings.enabled.get(names.account, 0) else 0
    return [Latch(Rule.MAX_DAILY_LOSS.value, names.account, level, limit, loss)] if level > before else []


def _lets_go(rule: str, names: Names, in_force: InForce) -> bool:
    """Whether the rule is not enforced now."""
    mode = in_force.modes.get(rule, Mode.ENFORCE)
    bypassed = any((key, rule) in in_force.bypasses for key in (names.account, names.symbol)) if in_force.bypasses else False
    return mode is not Mode.ENFORCE or bypassed
