"""An account as the risk worker tells it to people, and the account read back from that: enough to predict what a check would say.

Told are holdings, what is open and its value, and the counts of the day; not the orders themselves, nor what was sent in the last second.
"""

from typing import Any, cast

from risk.domain.exposure import AccountState
from risk.domain.holding import Holding
from risk.domain.open_order import OpenOrder


def tell(state: AccountState) -> dict[str, Any]:
    """The account as values JSON can hold. Values of 1e-16 are text, as they go beyond 64 bits."""
    return {
        "orders": len(state.orders),
        "holdings": {
            symbol: [held.dump(), held.buy, held.sell, str(held.buy_value), str(held.sell_value)]
            for symbol, held in sorted(state.holdings.items())
            if held.position or held.buy or held.sell or held.day == state.day
        },
        "day": [state.day, str(state.day_traded), str(state.day_realised), str(state.cash), state.flow.day_sent, state.flow.day_fills],
        "stopped": [state.loss_level, state.loss_at, dict(sorted(state.throttled.items()))],
    }


def read(told: dict[str, Any]) -> AccountState:
    """The account that was told. Of its open orders only the number is known."""
    state = AccountState()
    if not told:
        return state
    state.orders = cast("dict[str, OpenOrder]", dict.fromkeys(map(str, range(told["orders"]))))
    for symbol, (row, buy, sell, buy_value, sell_value) in told["holdings"].items():
        held = state.holdings[symbol] = Holding.load(row)
        held.buy, held.sell, held.buy_value, held.sell_value = buy, sell, int(buy_value), int(sell_value)
        state.buy_value += held.buy_value
        state.open_value += held.open_value
        if held.position:
            state.held[symbol] = held
    state.day, traded, realised, cash, state.flow.day_sent, state.flow.day_fills = told["day"]
    state.day_traded, state.day_realised, state.cash = int(traded), int(realised), int(cash)
    state.loss_level, state.loss_at, state.throttled = told["stopped"]
    return state
