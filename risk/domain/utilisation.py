"""How much of its limits an account uses, per symbol: for people to see. Quantities are integers of 1e-8."""

from dataclasses import dataclass

from risk.domain.limits import Binding


@dataclass(frozen=True, slots=True)
class Use:
    """One symbol of an account against the position limit that binds (None: no limit is set, every order is rejected)."""

    symbol: str
    position: int
    open_buy: int
    open_sell: int
    limit: Binding | None

    @property
    def worst(self) -> int:
        """The larger of the long and the short position that open orders could lead to."""
        return max(self.position + self.open_buy, self.open_sell - self.position)

    @property
    def headroom_buy(self) -> int | None:
        """How much more could be bought."""
        return None if self.limit is None else max(self.limit.value - self.position - self.open_buy, 0)

    @property
    def headroom_sell(self) -> int | None:
        """How much more could be sold."""
        return None if self.limit is None else max(self.limit.value + self.position - self.open_sell, 0)

    @property
    def percent(self) -> int | None:
        """Use of the limit in whole percent, rounded up: 100 means nothing more fits."""
        return None if self.limit is None else -(-100 * max(self.worst, 0) // self.limit.value)
