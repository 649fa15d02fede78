"""What an order's records add up to, by the plainest arithmetic there is: it shares nothing with the fold it is compared with. Pure."""

from dataclasses import dataclass

from schemas.enums import ExecType
from schemas.messages import Execution

_REFUSALS = frozenset({ExecType.CANCEL_REJECTED, ExecType.REPLACE_REJECTED})
_FILLS = frozenset({ExecType.TRADE, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})


@dataclass(slots=True)
class OrderCount:
    """An order so far. Quantities and price in 1e-8, notional in 1e-16; `seq` is the account's record it last changed with."""

    account: str = ""
    symbol: str = ""
    seq: int = 0
    steps: int = 0
    quantity: int = 0
    price: int | None = None
    cum: int = 0
    leaves: int = 0
    notional: int = 0

    def take(self, step: Execution) -> int:
        """Count one more record; by how much it moves the position of its account and symbol."""
        self.account, self.symbol, self.seq = step.account, step.symbol, step.seq
        self.steps += 1
        if step.type not in _REFUSALS or self.steps == 1:  # a refusal may tell the terms asked for, or none
            self.leaves, self.quantity, self.price = step.leaves_quantity, step.quantity, step.price
        if step.type in _FILLS:  # a bust has nothing now, a trade had nothing before
            now, was = step.last_quantity or 0, step.original_quantity or 0
            self.cum += now - was
            self.notional += now * (step.last_price or 0) - was * (step.original_price or 0)
            return now - was if step.side == "buy" else was - now
        if step.type == ExecType.RESTATED:
            self.cum = step.cum_quantity  # a split moves what is filled, at the same notional
        return 0
