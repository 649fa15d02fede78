"""Writing records of one topic straight to the bus: what feeds and the liquidity provider do."""

from collections.abc import Sequence
from itertools import repeat

from oms_site.infra.bus.ports import Bus, Outgoing
from schemas.codec import current_version
from schemas.messages import Message
from schemas.topics import Topic
from schemas.wire import Wire

Headers = tuple[tuple[str, bytes], ...]


class TopicWriter:
    """Encodes and sends. Raises `BusError` when it is unknown whether the records were written, after which it must be closed."""

    def __init__(self, bus: Bus, wire: Wire, topic: Topic, *, client_id: str) -> None:
        self._topic = topic
        self._wire = wire
        self._producer = bus.producer(client_id=client_id)

    def prepare(self) -> None:
        """Ask now, of broker and registry, what the first record would wait for."""
        self._wire.header(self._topic, current_version(self._topic.record))
        self._producer.prepare(self._topic.name)

    def send(self, messages: Sequence[Message], headers: Sequence[Headers] | None = None) -> None:
        """Write all, in order, and wait until all are acknowledged. `headers`: those of each."""
        self._producer.send(self._encoded(messages, headers))

    def post(self, messages: Sequence[Message], headers: Sequence[Headers]) -> None:
        """Begin to write all, in order, without waiting for `settle`."""
        self._producer.post(self._encoded(messages, headers))

    def settle(self) -> None:
        """Wait until all that was posted is acknowledged."""
        self._producer.settle()

    def _encoded(self, messages: Sequence[Message], headers: Sequence[Headers] | None) -> list[Outgoing]:
        topic, value, key = self._topic, self._wire.value, self._topic.key
        each = headers if headers is not None else repeat(())
        return [Outgoing(topic.name, getattr(message, key), value(topic, message), None, more) for message, more in zip(messages, each)]  # noqa: B905 - as many as there are messages

    def close(self) -> None:
        """Stop."""
        self._producer.close()
