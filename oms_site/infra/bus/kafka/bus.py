"""`Bus` on Kafka: makes the clients."""

from oms_site.infra.bus.kafka.consumer import KafkaReader
from oms_site.infra.bus.kafka.producer import KafkaWriter
from oms_site.infra.bus.kafka.settings import KafkaSettings
from oms_site.infra.bus.kafka.transactions import KafkaTransactions


class KafkaBus:
    """Makes clients of one broker under one prefix. Every one raises `BusError` when the broker cannot be reached."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.settings = settings

    def consumer(self, group: str | None, *, client_id: str) -> KafkaReader:
        """See `ports.Bus`."""
        return KafkaReader(self.settings, group, client_id)

    def producer(self, *, client_id: str) -> KafkaWriter:
        """See `ports.Bus`."""
        return KafkaWriter(self.settings, client_id)

    def transactional_producer(self, transactional_id: str) -> KafkaTransactions:
        """See `ports.Bus`."""
        return KafkaTransactions(self.settings, transactional_id)
