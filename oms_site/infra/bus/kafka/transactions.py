"""`TransactionalProducer` on Kafka."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.structs import OffsetAndMetadata, TopicPartition

from oms_site.infra.bus.kafka.connecting import connected
from oms_site.infra.bus.kafka.consumer import KafkaReader
from oms_site.infra.bus.kafka.failures import translating
from oms_site.infra.bus.kafka.sending import Appender, acknowledged, end
from oms_site.infra.bus.kafka.settings import KafkaSettings
from oms_site.infra.bus.ports import BusError, Consumer, Outgoing, Partition


class KafkaTransactions:
    """One transaction at a time. Any failure, a refusal or a time-out, ends the client: the broker aborts what is open when the
    next client of the same id begins, or after the transaction time-out.
    """

    def __init__(self, settings: KafkaSettings, transactional_id: str) -> None:
        self._settings = settings
        self._producer = connected(KafkaProducer, settings.transactional(transactional_id))
        self._appender = Appender(self._producer, settings.prefix)
        self._dead = False
        try:
            with translating("take over the transactional id"):
                self._producer.init_transactions()
        except BaseException:
            self._die()
            raise

    def commit(self, records: Sequence[Outgoing], offsets: Mapping[Partition, int], consumer: Consumer) -> None:
        """See `ports.TransactionalProducer`."""
        if self._dead:
            raise BusError("this producer failed before: make another")
        if not isinstance(consumer, KafkaReader):
            raise TypeError("offsets are committed for a consumer of the same bus")
        try:
            with translating("commit"):
                self._commit(records, offsets, consumer)
        except BaseException:
            self._die()
            raise

    def close(self) -> None:
        """See `ports.TransactionalProducer`. Between commits nothing is open."""
        if not self._dead:
            self._dead = True
            end(self._producer, wait=1.0)

    def _commit(self, records: Sequence[Outgoing], offsets: Mapping[Partition, int], consumer: KafkaReader) -> None:
        """Each part of the records has the delivery time-out for itself: a kill of all that is open is one command and very many records.

        In all they have the transaction time-out.
        """
        producer, manager, settings = self._producer, self._producer._transaction_manager, self._settings
        producer.begin_transaction()
        for start in range(0, len(records), settings.in_flight):
            futures = self._appender.append(records[start : start + settings.in_flight])
            acknowledged(producer, futures, time.monotonic() + settings.delivery_timeout)
        deadline = time.monotonic() + settings.delivery_timeout
        if offsets:
            consumed = {
                TopicPartition(self._settings.prefix + part.topic, part.index): OffsetAndMetadata(offset, "", -1)
                for part, offset in offsets.items()
            }
            self._await(manager.send_offsets_to_transaction(consumed, consumer.group_metadata), deadline, "send offsets")
        self._await(manager.begin_commit(), deadline, "commit")

    def _await(self, result: Any, deadline: float, doing: str) -> None:
        """Wait for a step with a bound: the client's own methods would wait for ever."""
        self._producer._sender.wakeup()
        if not result.wait(timeout_ms=max(1.0, (deadline - time.monotonic()) * 1000)):
            raise BusError(f"{doing}: no answer in time, the outcome is unknown")

    def _die(self) -> None:
        self._dead = True
        end(self._producer)
