"""What risk knows of an instrument and of its market. Prices and quantities are integers of 1e-8, times microseconds."""

from typing import NamedTuple

from marketdata.domain.quality import DEFAULT_JUMP


class InstrumentTerms(NamedTuple):
    """An instrument as it was published. `currency` and `group` are empty, `reference` None where its publisher does not say.

    `jump` is how far its quotes may move at once, as a fraction in 1e-8.
    """

    tick: int
    lot: int
    max_quantity: int
    tradable: bool
    currency: str = ""
    group: str = ""
    reference: int | None = None
    jump: int = DEFAULT_JUMP


class Reference(NamedTuple):
    """A good quote, when the broker got it, and where it stands in the log of quotes."""

    bid: int
    ask: int
    time: int
    partition: int = 0
    offset: int = 0

    @property
    def twice_mid(self) -> int:
        """Bid and ask together: the middle without a rounding."""
        return self.bid + self.ask
