"""What risk would say to an order now, without any effect: the same checks, over what people have set and what the worker last told.

A prediction, not a promise: the worker decides by its own newer state, by quotes of its own, and knows what was sent in the last second.
"""

from datetime import datetime
from typing import Any

from marketdata import selectors as market_selectors
from risk import selectors
from risk.domain.controls import Controls
from risk.domain.decide import Decision, Market, judge_new
from risk.domain.entitlements import grants_text
from risk.domain.instrument import InstrumentTerms, Reference
from risk.domain.settings import SettingScope
from risk.domain.told import read
from risk.models import AccountExposure, Setting
from risk.services.controls import Control, control_command, microseconds
from risk.services.republish import controls_standing
from schemas.enums import CommandType
from schemas.messages import OrderCommand
from schemas.units import to_units


def order_preview(*, actor: Any, command: OrderCommand, now: datetime) -> Decision:
    """The decision on a new order that is complete, as the account, the controls and the market are told now."""
    account = AccountExposure.objects.filter(pk=command.account).first()
    state = read({} if account is None else account.told)
    at = microseconds(now) or 0
    symbols = {command.symbol, *state.holdings}
    quotes = market_selectors.latest_good_quotes(symbols)
    references = {
        symbol: Reference(to_units(quote.bid), to_units(quote.ask), microseconds(quote.received_at) or 0)
        for symbol, quote in quotes.items()
    }
    return judge_new(state, command, Market(_controls(actor, symbols, now), references, at))


def _controls(actor: Any, symbols: set[str], now: datetime) -> Controls:
    controls = Controls()
    grants = {"grants": grants_text(selectors.grants_of(actor)), "state": "active"}
    entitlement = Control(CommandType.SETTING, SettingScope.ENTITLEMENT.value, actor.get_username(), details=grants)
    for number, control in enumerate((*controls_standing(now), entitlement), start=1):
        controls.apply(control_command(control, user="", now=now, command_id=number))
    for row in Setting.objects.filter(scope=SettingScope.ENABLE.value, current=True):
        controls.settings.enabled[row.key] = microseconds(row.set_at) or 0
    for row in market_selectors.instruments_with_phase().filter(symbol__in=symbols):
        controls.instruments[row.symbol] = InstrumentTerms(
            to_units(row.tick),
            to_units(row.lot),
            to_units(row.max_quantity),
            row.tradable,
            row.currency,
            row.group or row.cfi[:2],
            to_units(row.reference_price),
            market_selectors.jump_of(row.jump),
        )
        controls.phases[row.symbol] = row.phase
    return controls
