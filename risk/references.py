"""The newest good quote of every symbol, as risk has seen it: shared by all partitions of one worker."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from marketdata.domain.quality import DEFAULT_JUMP, Judge, Quality
from oms_site.infra.bus.processor import Delivery
from risk.domain.instrument import Reference
from schemas.messages import Quote


class References(dict[str, Reference]):
    """Symbol to the newest good quote. A bad quote changes nothing: the good one before it stands until it is too old.

    `jump` says how far a symbol's quotes may move at once (`Judge`).
    """

    def __init__(self) -> None:
        super().__init__()
        self.jump: Callable[[str], int] = lambda symbol: DEFAULT_JUMP
        self._judges: defaultdict[str, Judge] = defaultdict(Judge)

    def observe(self, deliveries: Sequence[Delivery]) -> None:
        """Take quotes in the order they came; the age counts from when the broker got them."""
        for delivery in deliveries:
            quote = delivery.message
            if not isinstance(quote, Quote):
                continue
            judge = self._judges[quote.symbol]
            worth = judge.judge(quote.bid, quote.ask, quote.source, delivery.timestamp, self.jump(quote.symbol))
            if worth is Quality.GOOD:
                _, partition, offset = delivery.position
                self[quote.symbol] = Reference(quote.bid, quote.ask, delivery.timestamp, partition, offset)
