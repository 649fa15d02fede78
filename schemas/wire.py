"""A topic's records as Kafka carries them: the codec and the registry together, with what each schema id means remembered."""

import json
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from schemas import codec
from schemas.errors import WrongRecord
from schemas.messages import Message
from schemas.registry import Registry
from schemas.topics import BY_NAME, Topic
from schemas.versions import versions


@dataclass(frozen=True, slots=True)
class _Writer:
    """What a schema id stands for: a version of ours, or a parsed schema of somebody else's for the same record."""

    record: str
    version: int | None
    foreign: Any


class Wire:
    """Writes and reads values. One a process; remembers ids for its life."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._headers: dict[tuple[str, int], bytes] = {}
        self._writers: dict[int, _Writer] = {}
        self._keys = {topic.name: attrgetter(topic.key) for topic in BY_NAME.values()}

    def header(self, topic: Topic, version: int) -> bytes:
        """The five bytes before a body of `version` on a topic. Raises `NotRegistered`, `RegistryUnavailable`, `LookupError`."""
        header = self._headers.get((topic.name, version))
        if header is None:
            schema_id = self._registry.id_of(topic.subject, versions(topic.record)[version - 1].text)
            header = self._headers[topic.name, version] = codec.frame(schema_id, b"")
        return header

    def value(self, topic: Topic, message: Message) -> bytes:
        """The value of a message for a topic. Raises `WrongRecord`, `CodecError`, `NotRegistered`, `RegistryUnavailable`."""
        if type(message) is not topic.record:
            raise WrongRecord(f"{topic.name} carries {topic.record.__name__}, not {type(message).__name__}")
        return self.header(topic, codec.current_version(topic.record)) + codec.encode(message)

    def message(self, topic: Topic, value: bytes | None) -> Message:
        """The message in a value read from a topic.

        Raises `CodecError` (nothing will ever make it readable) or `RegistryUnavailable` (try again).
        """
        schema_id, body = codec.unframe(value)
        writer = self._writers.get(schema_id) or self._learn(schema_id)
        if writer.record != topic.record.__name__:
            raise WrongRecord(f"{topic.name} carries {topic.record.__name__}, not {writer.record}")
        if writer.version is not None:
            message: Message = codec.decode(topic.record, body, writer.version)
            return message
        foreign: Message = codec.decode_foreign(topic.record, body, writer.foreign)
        return foreign

    def key(self, topic: Topic, message: Message) -> str:
        """The message's key on a topic: decides the partition and so the order."""
        return str(self._keys[topic.name](message))

    def _learn(self, schema_id: int) -> _Writer:
        """Ask the registry once what an id means."""
        definition = json.loads(self._registry.schema(schema_id))
        name = str(definition.get("name", "")) if isinstance(definition, dict) else ""
        writer = _Writer(name, None, None)
        for topic in BY_NAME.values():
            if topic.record.__name__ == name:
                known = {json.dumps(v.definition, sort_keys=True): v.number for v in versions(topic.record)}
                number = known.get(json.dumps(definition, sort_keys=True))
                writer = _Writer(name, number, None if number else codec.parse_foreign(definition))
                break
        self._writers[schema_id] = writer
        return writer


def registrations() -> list[tuple[Topic, str]]:
    """Every (topic, schema text) there has to be, oldest versions first: what `schemas register` does and `schemas check` wants."""
    return [(topic, version.text) for topic in BY_NAME.values() for version in versions(topic.record)]
