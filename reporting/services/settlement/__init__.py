"""Settlement: what the houses are told, what they say, what the desk does. ADR 0016."""

from reporting.services.settlement.desk import fail_buy_in, fail_own, fail_retry
from reporting.services.settlement.netting import obligations_net
from reporting.services.settlement.rules import currency_calendar_set, cycle_set, rules_save
from reporting.services.settlement.sending import Moved, settlement_move
from reporting.services.settlement.words import advices_apply

__all__ = [
    "Moved",
    "advices_apply",
    "currency_calendar_set",
    "cycle_set",
    "fail_buy_in",
    "fail_own",
    "fail_retry",
    "obligations_net",
    "rules_save",
    "settlement_move",
]
