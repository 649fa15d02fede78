"""Whether what a limit, a kill or a setting names is there: a limit of a misspelt account would protect nobody."""

from django.contrib.auth import get_user_model

from marketdata import selectors as market_selectors
from oms_site.infra.errors import InvalidInput
from risk.domain.limits import ACCOUNT, DESK, FIRM, INSTRUMENT, SYMBOL, TRADER
from risk.models import Account, Desk


def require_known(scope: str, key: str, error: type[InvalidInput] = InvalidInput) -> None:
    """Raise `error` on `key` unless it names what the scope says: nothing for the firm, a desk, account, user or instrument."""
    if scope == FIRM:
        if key:
            raise error("key: the firm has none; leave it empty", field="key")
        return
    if not key or not _is_there(scope, key):
        raise error(f"key: no such {'symbol' if scope in (SYMBOL, INSTRUMENT) else scope}", field="key")


def _is_there(scope: str, key: str) -> bool:
    match scope:
        case _ if "\x00" in key:
            return False
        case _ if scope == ACCOUNT:
            return Account.objects.filter(pk=key).exists()
        case _ if scope == TRADER:
            return get_user_model().objects.filter(username=key).exists()
        case _ if scope in (SYMBOL, INSTRUMENT):
            return market_selectors.instrument_exists(key)
        case _ if scope == DESK:
            return Desk.objects.filter(pk=key).exists()
    return False
