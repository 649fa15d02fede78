"""What an account holds and has open of one symbol. Quantities and prices are integers of 1e-8, values of 1e-16."""

from typing import Any


class Holding:
    """Position, what it cost, what was realised, and what is open, with its value at the prices the orders were judged at.

    `cost` is what was paid for the position (below zero: what was received for a short one), so cost minus realised is all that was paid
    on balance, whatever the order of the fills. `day_realised` and `day_traded` count for `day` alone.
    """

    __slots__ = (
        "buy",
        "buy_value",
        "cost",
        "day",
        "day_realised",
        "day_traded",
        "last_price",
        "position",
        "realised",
        "sell",
        "sell_value",
    )

    def __init__(self) -> None:
        self.position = 0
        self.cost = 0
        self.realised = 0
        self.last_price = 0
        self.day = ""
        self.day_realised = 0
        self.day_traded = 0
        self.buy = 0
        self.sell = 0
        self.buy_value = 0
        self.sell_value = 0

    @property
    def open_value(self) -> int:
        """Value of all open orders, both sides."""
        return self.buy_value + self.sell_value

    @property
    def paid(self) -> int:
        """What all fills cost on balance."""
        return self.cost - self.realised

    def day_realised_on(self, day: str) -> int:
        """What was realised on a day, if it is the one that is counted."""
        return self.day_realised if self.day == day else 0

    def day_traded_on(self, day: str) -> int:
        """What was traded on a day, if it is the one that is counted."""
        return self.day_traded if self.day == day else 0

    def begin(self, day: str) -> None:
        """Count for another day from now on."""
        self.day = day
        self.day_realised = self.day_traded = 0

    def trade(self, quantity: int, price: int) -> int:
        """Take a fill (a sale is below zero) at its price; what it realised.

        What is closed leaves at the position's average cost; the units of 1e-16 that do not divide stay with what is left.
        """
        held = self.position
        self.position = held + quantity
        if held == 0 or (held > 0) == (quantity > 0):
            self.cost += quantity * price
            return 0
        closed = min(abs(quantity), abs(held))
        part = self.cost * closed // abs(held)
        gained = (closed if held > 0 else -closed) * price - part
        self.cost -= part
        self.realised += gained
        if closed < abs(quantity):  # it goes on to the other side
            self.cost += (held + quantity) * price
        return gained

    def dump(self) -> list[Any]:
        """What does not follow from the open orders, as values JSON can hold: the values are text, as they go beyond 64 bits."""
        day = [self.day, str(self.day_realised), str(self.day_traded)]
        return [self.position, str(self.cost), str(self.realised), self.last_price, *day]

    @classmethod
    def load(cls, values: list[Any]) -> "Holding":
        """The holding that was dumped, nothing of it open yet."""
        made = cls()
        made.position, cost, realised, made.last_price, made.day, day_realised, day_traded = values
        made.cost, made.realised = int(cost), int(realised)
        made.day_realised, made.day_traded = int(day_realised), int(day_traded)
        return made
