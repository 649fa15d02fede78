"""What several checks say when something they need is not there: a breach like any other, as risk fails closed."""

from risk.domain.checks.proposal import Breach, Proposal
from risk.domain.limits import Rule
from schemas.enums import Reason


def limit_missing(rule: Rule) -> Breach:
    """Nobody has set a limit of this rule."""
    return Breach(Reason.LIMIT_MISSING, rule, None, None, f"no limit {rule.value} is set for the firm or the account: risk must set one")


def quote_missing(order: Proposal, rule: Rule = Rule.MAX_QUOTE_AGE) -> Breach:
    """No good quote of the symbol has been seen."""
    return Breach(Reason.PRICE_MISSING, rule, None, None, f"there is no good quote of {order.symbol}: wait for the market")
