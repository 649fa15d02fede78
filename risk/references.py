"""The newest good quote of every symbol, as risk has seen it: shared by all partitions of one worker."""

from collections.abc import Sequence

from marketdata.domain.quality import is_good
from oms_site.infra.bus.processor import Delivery
from risk.domain.instrument import Reference
from schemas.messages import Quote


class References(dict[str, Reference]):
    """Symbol to the newest good quote. A bad quote changes nothing: the good one before it stands until it is too old."""

    def observe(self, deliveries: Sequence[Delivery]) -> None:
        """Take quotes in the order they came; the age counts from when the broker got them."""
        for delivery in deliveries:
            quote = delivery.message
            if isinstance(quote, Quote) and is_good(quote.bid, quote.ask):
                _, partition, offset = delivery.position
                self[quote.symbol] = Reference(quote.bid, quote.ask, delivery.timestamp, partition, offset)
