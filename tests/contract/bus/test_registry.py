"""The registry client and the wire on the real registry."""

import json
import uuid

import httpx
import pytest

from oms_site import env
from schemas.codec import encode, frame
from schemas.errors import Incompatible, NotRegistered, RegistryUnavailable, UnknownField, UnknownSchemaId, WrongRecord
from schemas.messages import Execution, OrderCommand, Quote
from schemas.registry import COMPATIBILITY, ID_ATTEMPTS, Registry
from schemas.topics import EXECUTIONS, ORDERS, ORDERS_VALIDATED, QUOTES, TOPICS, Topic
from schemas.versions import latest, versions
from schemas.wire import Wire, registrations

QUOTE = Quote("IBM", 18_125_000_000, 18_126_000_000, None, None, None, None, "Q", 5, "replay")


@pytest.fixture
def registry(servers):
    made = Registry(env.SCHEMA_REGISTRY_URL)
    yield made
    made.close()


@pytest.fixture
def wire(registry):
    for topic, text in registrations():
        registry.set_compatibility(topic.subject)
        registry.register(topic.subject, text)
    return Wire(registry)


@pytest.fixture
def subject():
    return f"s{uuid.uuid4().hex[:8]}-value"


def changed(definition, **fields):
    """A schema with one more field."""
    return json.dumps(dict(definition) | {"fields": [*definition["fields"], fields]})


def test_a_subject_lives_from_its_level_to_its_second_version(registry, subject):
    one, two = (version.text for version in versions(Quote))
    assert registry.versions(subject) == []
    assert registry.latest(subject) is None
    assert registry.compatibility(subject) is None
    registry.set_compatibility(subject)
    assert registry.compatibility(subject) == COMPATIBILITY == "FULL_TRANSITIVE"
    with pytest.raises(NotRegistered):
        registry.id_of(subject, one)
    assert registry.problems(subject, one) == []
    first = registry.register(subject, one)
    assert registry.register(subject, one) == first, "again is no error and no new version"
    assert registry.problems(subject, two) == []
    second = registry.register(subject, two)
    assert registry.versions(subject) == [1, 2]
    assert registry.latest(subject).version == 2
    assert (registry.id_of(subject, one), registry.id_of(subject, two)) == (first, second)
    assert json.loads(registry.schema(second)) == json.loads(two)


def test_what_old_readers_or_writers_would_not_understand_is_refused(registry, subject):
    registry.set_compatibility(subject)
    registry.register(subject, versions(Quote)[0].text)
    bad = changed(versions(Quote)[0].definition, name="venue", type="string")
    assert registry.problems(subject, bad)
    with pytest.raises(Incompatible):
        registry.register(subject, bad)
    assert registry.versions(subject) == [1]


def test_every_step_between_released_versions_is_fully_compatible(registry, subject):
    for record in {topic.record for topic in TOPICS}:
        own = f"{record.__name__}-{subject}"
        registry.set_compatibility(own)
        for version in versions(record):
            assert registry.problems(own, version.text) == []
            registry.register(own, version.text)
        registry.set_compatibility(own)
        backwards = f"back-{own}"
        registry.set_compatibility(backwards)
        for version in reversed(versions(record)):
            registry.register(backwards, version.text)


def test_answers_that_cannot_change_are_asked_for_once(wire, registry, monkeypatch):
    wire.value(QUOTES, QUOTE)
    value = wire.value(QUOTES, QUOTE)
    assert wire.message(QUOTES, value) == QUOTE
    calls = []
    monkeypatch.setattr(registry._client, "request", lambda *a, **k: calls.append(a))
    for _ in range(10):
        assert wire.message(QUOTES, wire.value(QUOTES, QUOTE)) == QUOTE
    assert calls == []


def test_an_unknown_id_is_asked_for_three_times_then_it_is_an_error_of_the_record(registry):
    waits = []
    patient = Registry(env.SCHEMA_REGISTRY_URL, wait=waits.append)
    calls = []
    plain = patient._client.request
    patient._client.request = lambda *arguments, **more: (calls.append(arguments), plain(*arguments, **more))[1]
    with pytest.raises(UnknownSchemaId):
        patient.schema(1_000_000)
    assert len(calls) == ID_ATTEMPTS == 3
    assert len(waits) == 2
    patient.close()


def test_an_id_that_appears_meanwhile_is_found(registry, subject):
    patient = Registry(env.SCHEMA_REGISTRY_URL, wait=lambda seconds: None)
    answers = iter([httpx.Response(404, json={"message": "no"}), httpx.Response(200, json={"schema": '"string"'})])
    patient._client.request = lambda *arguments, **more: next(answers)
    assert patient.schema(77) == '"string"'
    patient.close()


@pytest.mark.parametrize("answer", [httpx.Response(500, text="sorry"), httpx.Response(503), httpx.Response(429)])
def test_a_registry_that_cannot_now_is_no_fault_of_the_record(registry, answer, monkeypatch):
    monkeypatch.setattr(registry._client, "request", lambda *a, **k: answer)
    with pytest.raises(RegistryUnavailable):
        Wire(registry).message(QUOTES, frame(1, encode(QUOTE)))
    with pytest.raises(RegistryUnavailable):
        Wire(registry).value(QUOTES, QUOTE)


def test_a_registry_that_is_away_is_no_fault_of_the_record():
    away = Registry("http://127.0.0.1:9/apis/ccompat/v7", timeout=0.5)
    with pytest.raises(RegistryUnavailable):
        Wire(away).message(QUOTES, frame(1, encode(QUOTE)))
    away.close()


def test_nothing_is_written_with_a_schema_that_nobody_registered(registry, subject):
    unknown = Topic(subject.removesuffix("-value"), Quote, "symbol", 1)
    with pytest.raises(NotRegistered):
        Wire(registry).value(unknown, QUOTE)
    assert registry.versions(subject) == [], "nothing registers at run time"


def test_a_topic_carries_its_record_alone(wire):
    command = OrderCommand("new", 7, "O1", "ACME-1", "IBM", 5)
    with pytest.raises(WrongRecord):
        wire.value(QUOTES, command)
    with pytest.raises(WrongRecord):
        wire.message(QUOTES, wire.value(ORDERS, command))
    assert wire.message(ORDERS_VALIDATED, wire.value(ORDERS, command)) == command, "the same record on both"


def test_data_of_an_older_version_is_read_with_its_own_schema(wire, registry):
    old = registry.id_of(QUOTES.subject, versions(Quote)[0].text)
    body = encode(Quote("IBM", 1, 2, None, None, None, None, "Q", 5, ""))[:-1]
    assert wire.message(QUOTES, frame(old, body)) == Quote("IBM", 1, 2, None, None, None, None, "Q", 5, "")


def test_a_newer_writers_extra_field_is_read_over(wire, registry, subject):
    newer = changed(latest(Quote).definition, name="venue", type=["null", "string"], default=None)
    schema_id = registry.register(subject, newer)
    assert wire.message(QUOTES, frame(schema_id, encode(QUOTE) + b"\x02\x06XYZ")) == QUOTE


def test_a_writer_whose_schema_cannot_be_resolved_is_refused(wire, registry, subject):
    fields = [field for field in latest(Execution).definition["fields"] if field["name"] != "order_id"]
    schema_id = registry.register(subject, json.dumps(dict(latest(Execution).definition) | {"fields": fields}))
    with pytest.raises((UnknownField, ValueError)) as raised:
        wire.message(EXECUTIONS, frame(schema_id, b"\x02E" + bytes(60)))
    assert raised.value.code == "malformed"


def test_another_record_by_the_same_topic_is_refused_by_name(wire, registry, subject):
    other = json.dumps({"type": "record", "name": "Weather", "namespace": "oms", "fields": [{"name": "rain", "type": "long"}]})
    schema_id = registry.register(subject, other)
    with pytest.raises(WrongRecord, match="Weather"):
        wire.message(QUOTES, frame(schema_id, b"\x02"))
