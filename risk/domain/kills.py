"""Which open orders a kill covers, and which of them it may spare as they can only reduce a position."""

from collections.abc import Mapping, Sequence

from risk.domain.exposure import AccountState
from risk.domain.limits import ACCOUNT, DESK, FIRM, INSTRUMENT, TRADER
from risk.domain.open_order import OpenOrder
from risk.domain.settings_in_force import InForce, SettingTable
from schemas.enums import Side
from schemas.messages import OrderCommand

_BUY = Side.BUY.value


def covered(kill: OrderCommand, code: str, account: AccountState, settings: SettingTable) -> list[OpenOrder]:
    """The open orders of one account that a kill cancels, in entry order. A desk's are those of the accounts described as its own."""
    scope, key = kill.scope or "", kill.key or ""
    if not account.orders or not _covers_account(scope, key, code, settings.at(kill.time)):
        return []
    symbol = key if scope == INSTRUMENT else ""
    trader = key if scope == TRADER else None
    orders = list(account.select(symbol, None, trader))
    if not (kill.attributes or {}).get("spare_reducing"):
        return orders
    spared = _reducing(account, settings.positions.get(code, {}))
    return [order for order in orders if order.id not in spared]


def _covers_account(scope: str, key: str, code: str, in_force: InForce) -> bool:
    if scope in (FIRM, TRADER, INSTRUMENT):
        return True
    if scope == ACCOUNT:
        return key == code
    terms = in_force.accounts.get(code)
    return scope == DESK and terms is not None and terms.desk == key


def _reducing(account: AccountState, by_hand: Mapping[str, Sequence[int]]) -> set[str]:
    """Orders that could only reduce a position, were all those of their symbol and side that were entered before them filled."""
    found: set[str] = set()
    left: dict[tuple[str, str], int] = {}
    for order in account.orders.values():
        place = (order.symbol, order.side)
        if place not in left:
            held = account.position(order.symbol) + by_hand.get(order.symbol, (0, 0))[0]
            left[place] = max(-held if order.side == _BUY else held, 0)
        left[place] -= order.reserved
        if left[place] >= 0:
            found.add(order.id)
    return found
