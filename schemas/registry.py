"""The schema registry over its Confluent-compatible routes, and the wire format that names a schema by its number there.

Ids never change their schema, so they are kept for the life of the process. At run time nothing registers by itself: that is what
`manage.py schemas register` is for.
"""

import json
import struct
import threading
import time
from typing import Any

import httpx

from schemas.codec import Schema, decode, encode, parse, versions
from schemas.errors import Incompatible, Malformed, NotRegistered, RegistryUnavailable, SchemaError, UnknownSchema
from schemas.messages import Message
from schemas.topics import Topic

COMPATIBILITY = "FULL_TRANSITIVE"
_MAGIC = 0
_HEADER = struct.Struct(">bI")
_TRIES = 3
_PAUSE_SECONDS = 0.2


def frame(schema_id: int, body: bytes) -> bytes:
    """Confluent's wire format: a zero byte, the schema's id as four bytes (big-endian), the Avro body."""
    return _HEADER.pack(_MAGIC, schema_id) + body


def unframe(value: bytes | None) -> tuple[int, bytes]:
    """The schema's id and the body. Raises `Malformed` for an empty value, a short one, or another magic byte."""
    if not value:
        raise Malformed("the value is empty")
    if len(value) <= _HEADER.size:
        raise Malformed(f"{len(value)} bytes are too few for a record")
    magic, schema_id = _HEADER.unpack_from(value)
    if magic != _MAGIC:
        raise Malformed(f"the first byte is {magic}, not 0")
    return schema_id, value[_HEADER.size :]


class Registry:
    """A client of one registry. Safe to share between threads."""

    def __init__(self, url: str, *, timeout: float = 5.0) -> None:
        self._http = httpx.Client(base_url=url.rstrip("/") + "/", timeout=timeout)
        self._by_id: dict[int, Schema] = {}
        self._ids: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    # -- run time --------------------------------------------------------------------------------------------------

    def schema(self, schema_id: int) -> Schema:
        """The schema of an id, cached. Asks up to three times; raises `UnknownSchema` or `RegistryUnavailable`."""
        if (known := self._by_id.get(schema_id)) is not None:
            return known
        answer = self._request("GET", f"schemas/ids/{schema_id}", retry_on=frozenset({404}))
        if answer.status_code == 404:
            raise UnknownSchema(f"the registry has no schema {schema_id}")
        found = parse(self._value(answer, "schema"))
        with self._lock:
            return self._by_id.setdefault(schema_id, found)

    def schema_id(self, subject: str, schema: Schema) -> int:
        """The id of a schema registered under the subject, cached. Raises `NotRegistered` or `RegistryUnavailable`."""
        key = (subject, schema.text)
        if (known := self._ids.get(key)) is not None:
            return known
        answer = self._request("POST", f"subjects/{subject}", {"schema": schema.text})
        if answer.status_code == 404:
            raise NotRegistered(f"{subject}: this version is not registered; run 'manage.py schemas register'")
        with self._lock:
            return self._ids.setdefault(key, int(self._value(answer, "id")))

    # -- deployment ------------------------------------------------------------------------------------------------

    def register(self, subject: str, schema: Schema) -> int:
        """Register a schema (again is no error) and give its id. Raises `Incompatible` with the registry's reason."""
        answer = self._request("POST", f"subjects/{subject}/versions", {"schema": schema.text})
        if answer.status_code == 409:
            raise Incompatible(f"{subject}: {_reason(answer)}")
        return int(self._value(answer, "id"))

    def set_compatibility(self, subject: str, level: str = COMPATIBILITY) -> None:
        """Set a subject's compatibility level explicitly: registries differ in what they assume."""
        self._value(self._request("PUT", f"config/{subject}", {"compatibility": level}), "compatibility")

    def compatibility(self, subject: str) -> str | None:
        """A subject's own level, None where it has none."""
        answer = self._request("GET", f"config/{subject}")
        return None if answer.status_code == 404 else str(self._value(answer, "compatibilityLevel"))

    def is_compatible(self, subject: str, schema: Schema) -> bool:
        """Whether the registry would take this schema as the subject's next version; True for a new subject."""
        answer = self._request("POST", f"compatibility/subjects/{subject}/versions", {"schema": schema.text})
        return answer.status_code == 404 or bool(self._value(answer, "is_compatible"))

    def subject_versions(self, subject: str) -> list[int]:
        """Version numbers registered under a subject, empty for an unknown one."""
        answer = self._request("GET", f"subjects/{subject}/versions")
        if answer.status_code == 404:
            return []
        self._expect(answer)
        return [int(number) for number in answer.json()]

    # -- inside ----------------------------------------------------------------------------------------------------

    def _request(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, retry_on: frozenset[int] = frozenset()
    ) -> httpx.Response:
        """Ask, again after a short pause when nothing came or the answer is one to ask again for."""
        fault = ""
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_PAUSE_SECONDS * attempt)
            try:
                answer = self._http.request(method, path, json=body)
            except httpx.HTTPError as error:
                fault = type(error).__name__
                continue
            if answer.status_code < 500 and answer.status_code not in retry_on:
                return answer
            fault = f"HTTP {answer.status_code}"
            if answer.status_code in retry_on and attempt == _TRIES - 1:
                return answer
        raise RegistryUnavailable(f"the schema registry does not answer {method} {path}: {fault}")

    def _value(self, answer: httpx.Response, name: str) -> Any:
        self._expect(answer)
        return answer.json()[name]

    def _expect(self, answer: httpx.Response) -> None:
        if answer.status_code >= 400:
            raise SchemaError(f"the schema registry refuses {answer.request.url.path}: {_reason(answer)}")


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("message", answer.text))[:500]
    except (json.JSONDecodeError, AttributeError):
        return answer.text[:500]


class Wire:
    """Messages to the bytes of a topic's records and back."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def encode(self, topic: Topic, message: Message) -> bytes:
        """The record's value: header and body. Raises `Unencodable`, `NotRegistered`, `RegistryUnavailable`."""
        return frame(self.registry.schema_id(topic.subject, versions(topic.record)[-1]), encode(message))

    def framed(self, topic: Topic, body: bytes, version: int) -> bytes:
        """The record's value for a body that was encoded earlier with the given version of the schema (1 is the first)."""
        return frame(self.registry.schema_id(topic.subject, versions(topic.record)[version - 1]), body)

    def decode(self, topic: Topic, value: bytes | None) -> Any:
        """The message in a record's value. Raises `Malformed`, `Invalid`, `UnknownSchema`, `RegistryUnavailable`."""
        schema_id, body = unframe(value)
        return decode(topic.record, body, self.registry.schema(schema_id))
