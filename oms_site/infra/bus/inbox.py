"""From a record as read to a delivery to be trusted: decoded, of the right kind, under its own key, on its partition."""

from oms_site.infra.bus.partitioner import partition_of
from oms_site.infra.bus.ports import Record
from oms_site.infra.bus.processor import Delivery, Position
from schemas.enums import CONTROLS
from schemas.errors import WrongRecord
from schemas.messages import Message, OrderCommand
from schemas.topics import BY_NAME, Topic
from schemas.wire import Wire


def read(wire: Wire, record: Record) -> Delivery:
    """The delivery in a record. Raises `CodecError` for a record nothing can be done with, `RegistryUnavailable` for one to try again."""
    topic = BY_NAME[record.topic]
    message = wire.message(topic, record.value)
    key = wire.key(topic, message)
    if (record.key != key or partition_of(key, topic.partitions) != record.partition) and not _everywhere(topic, message):
        raise WrongRecord(f"key {record.key[:40]!r} on partition {record.partition} for {topic.key} {key[:40]!r}", field=topic.key)
    return Delivery(Position(record.topic, record.partition, record.offset), message, record.timestamp)


def _everywhere(topic: Topic, message: Message) -> bool:
    """Whether it is a control on its way to every partition: such a record belongs to no key."""
    return topic.key == "account" and isinstance(message, OrderCommand) and message.command in CONTROLS
