"""Exposures for people to look at, as a risk worker tells them now and then. Decisions never read them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from risk.domain.exposure import AccountState
from risk.models import AccountExposure
from schemas.enums import Side
from schemas.units import format_units

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def exposures_record(*, accounts: Mapping[str, AccountState], now: int) -> int:
    """Write what these accounts hold and have open, one statement for all; `now` in microseconds. How many accounts.

    An account's row never goes back to an earlier record, whichever worker writes it last.
    """
    known = dict(AccountExposure.objects.filter(pk__in=accounts).values_list("pk", "seq"))
    at = _EPOCH + timedelta(microseconds=now)
    rows = [
        AccountExposure(account=code, seq=state.seq, open_orders=len(state.orders), symbols=_symbols(state), updated_at=at)
        for code, state in sorted(accounts.items())
        if state.seq >= known.get(code, 0)
    ]
    AccountExposure.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["seq", "open_orders", "symbols", "updated_at"],
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
