"""Exposures for people to look at, as a risk worker tells them now and then. Decisions never read them, predictions do."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from marketdata import selectors as market_selectors
from risk.domain.exposure import AccountState
from risk.domain.told import tell
from risk.models import AccountExposure, Setting
from schemas.enums import Side
from schemas.units import ONE, format_units, to_units

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def exposures_record(*, accounts: Mapping[str, AccountState], now: int) -> int:
    """Write what these accounts hold and have open, one statement for all; `now` in microseconds. How many accounts.

    An account's row never goes back to an earlier record, whichever worker writes it last.
    """
    known = dict(AccountExposure.objects.filter(pk__in=accounts).values_list("pk", "seq"))
    newer = {code: state for code, state in sorted(accounts.items()) if state.seq >= known.get(code, 0)}
    if not newer:
        return 0
    at = _EPOCH + timedelta(microseconds=now)
    prices = {symbol: to_units(quote.bid) + to_units(quote.ask) for symbol, quote in market_selectors.latest_good_quotes().items()}
    cash = _cash(newer)
    rows = [
        AccountExposure(
            account=code,
            seq=state.seq,
            open_orders=len(state.orders),
            symbols=_symbols(state),
            totals=_totals(state, prices, cash.get(code), at),
            told=tell(state),
            updated_at=at,
        )
        for code, state in newer.items()
    ]
    AccountExposure.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["seq", "open_orders", "symbols", "totals", "told", "updated_at"],
    )
    return len(rows)


def _symbols(state: AccountState) -> dict[str, dict[str, str]]:
    return {
        symbol: {
            "position": format_units(state.position(symbol)),
            "open_buy": format_units(state.reserved(symbol, Side.BUY)),
            "open_sell": format_units(state.reserved(symbol, Side.SELL)),
        }
        for symbol in sorted(state.positions.keys() | state.working.keys())
    }


def _totals(state: AccountState, prices: Mapping[str, int], cash: int | None, at: datetime) -> dict[str, str]:
    """What is counted over all, in 1e-8 of the account's currency, as if everything were of it. `prices` are bid plus ask, `cash` 1e-8."""
    today = state.day == at.date().isoformat()
    traded, realised = (state.day_traded, state.day_realised) if today else (0, 0)
    open_loss = sum(held.cost - held.position * prices.get(symbol, 2 * held.last_price) // 2 for symbol, held in state.held.items())
    totals = {
        "open_notional": state.open_value,
        "daily_notional": traded + state.open_value,
        "daily_loss": max(open_loss - realised, 0),
    }
    if cash is not None:
        totals["credit_used"] = max(state.buy_value - state.cash - cash * ONE, 0)
    return {name: format_units(-(-value // ONE)) for name, value in totals.items()}


def _cash(accounts: Mapping[str, AccountState]) -> dict[str, int]:
    """Deposits less withdrawals of those accounts that have had any, in 1e-8, all currencies alike."""
    found: dict[str, int] = {}
    for key, value in Setting.objects.filter(scope="cash").values_list("key", "value"):
        account = key.partition("/")[0]
        if account in accounts and value is not None:
            found[account] = found.get(account, 0) + to_units(value)
    return found
