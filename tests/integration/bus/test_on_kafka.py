"""The loops on the real broker: workers killed and frozen, the lag they leave, the commands people use."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from oms_site import env
from oms_site.infra.bus import topics
from oms_site.infra.bus.connection import decode_record, use
from oms_site.infra.bus.kafka import KafkaBus
from oms_site.infra.bus.kafka.admin import admin
from oms_site.infra.bus.kafka.settings import KafkaSettings
from oms_site.infra.bus.lag import lags
from oms_site.infra.bus.models import ConsumedOffset, WorkerSnapshot
from oms_site.infra.bus.ports import Outgoing
from schemas.registry import Registry
from schemas.topics import EXECUTIONS, ORDERS, TOPICS
from schemas.wire import Wire, registrations
from tests.eventually import eventually
from tests.integration.bus.conftest import command

pytestmark = pytest.mark.django_db(transaction=True)

CHECKOUT = Path(__file__).resolve().parents[3]


class Kafka:
    """Topics of the test's own on the real broker."""

    def __init__(self, settings, folder):
        self.settings = settings
        self.bus = KafkaBus(settings)
        self.wire = Wire(Registry(env.SCHEMA_REGISTRY_URL))
        self.folder = folder
        self.processes = []

    def send(self, *messages):
        """Write commands under their keys."""
        producer = self.bus.producer(client_id="test")
        producer.send([Outgoing(ORDERS.name, m.account, self.wire.value(ORDERS, m)) for m in messages])
        producer.close()

    def read(self, topic):
        """Everything committed in a topic, by partition and offset."""
        consumer = self.bus.consumer(None, client_id="test")
        try:
            parts = consumer.partitions(topic)
            ends = consumer.end_offsets(parts)
            consumer.assign(consumer.beginning_offsets(parts))
            found = []
            while any(consumer.position(part) < ends[part] for part in parts):
                found += consumer.poll(200, 5_000)
            return sorted(found, key=lambda record: (record.partition, record.offset))
        finally:
            consumer.close()

    def worker(self, slot):
        """The toy worker in a process of its own."""
        settings = connection.settings_dict
        url = f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
        result = self.folder / f"{uuid.uuid4().hex}.json"
        with result.with_suffix(".log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.bus.workers", str(slot), str(result)],
                cwd=CHECKOUT,
                env=os.environ | {"TOPIC_PREFIX": self.settings.prefix, "DATABASE_URL": url, "LOG_LEVEL": "INFO"},
                stderr=log,
            )
        process.result = result
        self.processes.append(process)
        return process


@pytest.fixture
def kafka(servers, tmp_path):
    settings = KafkaSettings(bootstrap=env.KAFKA_BOOTSTRAP, prefix=f"i{uuid.uuid4().hex[:8]}.")
    with admin(settings) as client:
        topics.create_missing(client)
    made = Kafka(settings, tmp_path)
    for topic, text in registrations():
        made.wire._registry.register(topic.subject, text)
    with use(made.bus, made.wire):
        yield made
    for process in made.processes:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
        print(process.args[-2:], process.result.with_suffix(".log").read_text())  # noqa: T201 - shown when the test failed
    with admin(settings) as client:
        client.delete(list(topics.wanted()))


def answered(kafka):
    return [decode_record(EXECUTIONS, record.value) for record in kafka.read(EXECUTIONS.name)]


def exactly_once(messages, total):
    found = {}
    for message in messages:
        found.setdefault(message.account, []).append(message.seq)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in found.values()), found
    assert len({message.order_id for message in messages}) == len(messages) == total


def test_killed_workers_repeat_nothing_and_lose_nothing(kafka):
    random.seed(7)
    workers = {slot: kafka.worker(slot) for slot in range(2)}
    number = 0
    for round_ in range(6):
        for _ in range(8):
            kafka.send(*[command(f"A-{n % 11}", n) for n in range(number + 1, number + 51)])
            number += 50
        if round_ % 2:
            slot = random.randrange(2)
            workers[slot].send_signal(signal.SIGKILL)
            workers[slot].wait()
            workers[slot] = kafka.worker(slot)
    eventually(lambda: len(answered(kafka)) >= number, within=60, every=0.5, what="every command answered")
    exactly_once(answered(kafka), number)
    assert WorkerSnapshot.objects.exists()
    for worker in workers.values():
        worker.terminate()
    assert all(worker.wait(20) == 0 for worker in workers.values())
    assert kafka.read(ORDERS.dead_letters) == []


def test_a_worker_frozen_beyond_its_session_ends_itself_when_it_wakes(kafka):
    zombie = kafka.worker(0)
    kafka.send(*[command(f"A-{n % 11}", n) for n in range(1, 101)])
    eventually(lambda: len(answered(kafka)) == 100, within=30, every=0.2)
    zombie.send_signal(signal.SIGSTOP)
    kafka.send(*[command(f"A-{n % 11}", n) for n in range(101, 201)])
    heir = kafka.worker(0)
    eventually(lambda: len(answered(kafka)) == 200, within=40, every=0.5, what="the heir has taken over")
    zombie.send_signal(signal.SIGCONT)
    kafka.send(*[command(f"A-{n % 11}", n) for n in range(201, 301)])
    eventually(lambda: len(answered(kafka)) == 300, within=40, every=0.5)
    heir.terminate()
    zombie.terminate()
    heir.wait(20)
    zombie.wait(30)
    exactly_once(answered(kafka), 300)
    reasons = [json.loads(process.result.read_text())["reason"] for process in (zombie, heir)]
    assert any(reason.startswith("fenced") for reason in reasons) or reasons == ["told to", "told to"]


def test_the_lag_of_folds_and_projections_is_what_they_have_not_consumed(kafka, monkeypatch):
    worker = kafka.worker(0)
    kafka.send(*[command(f"A-{n % 11}", n) for n in range(1, 101)])
    eventually(lambda: len(answered(kafka)) == 100, within=30, every=0.2)
    worker.terminate()
    worker.wait(20)
    kafka.send(*[command(f"A-{n % 11}", n) for n in range(101, 131)])
    monkeypatch.setattr("oms_site.infra.bus.lag.settings", lambda: kafka.settings)
    ConsumedOffset.objects.create(group="core", topic="executions", partition=2, offset=0, updated_at="2026-11-24T00:00:00Z")
    found = lags()
    assert sum(lag.behind for lag in found if lag.group == "counting") == 30
    (core,) = [lag for lag in found if lag.group == "core"]
    assert core.behind >= len([r for r in kafka.read("executions") if r.partition == 2])


def test_a_read_that_waits_for_records_does_not_hold_up_the_question_where_the_log_ends(kafka):
    consumer = kafka.bus.consumer(None, client_id="test")
    try:
        parts = consumer.partitions(ORDERS.name)
        consumer.assign(dict.fromkeys(parts, 0))
        took = []
        for _ in range(6):
            assert consumer.poll(0, 10) == []  # from here on a read of a quiet topic waits at the broker
            began = time.monotonic()
            assert set(consumer.end_offsets(parts).values()) == {0}
            took.append(time.monotonic() - began)
        assert min(took[1:]) < 0.2  # the read is answered after half a second
    finally:
        consumer.close()


def test_a_writer_that_was_prepared_begins_its_first_record_without_asking_the_broker(kafka, monkeypatch):
    producer = kafka.bus.producer(client_id="test")
    try:
        producer.prepare(ORDERS.name)
        monkeypatch.setattr(producer._producer._metadata, "request_update", lambda: pytest.fail("the broker is asked"))
        monkeypatch.setattr(producer._producer, "partitions_for", lambda topic: pytest.fail("the broker is asked"))
        producer.post([Outgoing(ORDERS.name, "ACME", b"first")])
        producer.settle()
    finally:
        producer.close()
    assert [record.value for record in kafka.read(ORDERS.name)] == [b"first"]


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_topics_are_created_once_and_checked(kafka, monkeypatch):
    fresh = KafkaSettings(bootstrap=env.KAFKA_BOOTSTRAP, prefix=f"i{uuid.uuid4().hex[:8]}.")
    monkeypatch.setattr("oms_site.management.commands.topics.settings", lambda: fresh)
    with pytest.raises(CommandError, match="orders: missing") as raised:
        run("topics", "check")
    assert raised.value.returncode == 1
    assert "created orders.dead" in run("topics", "create")
    assert "created" not in run("topics", "create")
    assert run("topics", "check") == f"{2 * len(TOPICS)} topics as wanted\n"
    with admin(fresh) as client:
        client.keep_for("orders", 1_000)
        eventually(lambda: topics.differences(client), what="the broker tells the change")
    with pytest.raises(CommandError, match="orders: kept 1000 ms"):
        run("topics", "check")
    run("topics", "create")
    assert run("topics", "check") == f"{2 * len(TOPICS)} topics as wanted\n"
    with admin(fresh) as client:
        client.delete(list(topics.wanted()))
    away = KafkaSettings(bootstrap="127.0.0.1:9", connect_timeout=0.5)
    monkeypatch.setattr("oms_site.management.commands.topics.settings", lambda: away)
    with pytest.raises(CommandError, match="Kafka at"):
        run("topics", "check")


def test_schemas_are_registered_once_and_checked(kafka, monkeypatch):
    first = run("schemas", "register")
    assert "executions-value" in first
    assert run("schemas", "register") == first
    assert run("schemas", "check") == f"{len(TOPICS)} subjects as wanted\n"
    assert "FULL_TRANSITIVE" in run("schemas", "list")
    monkeypatch.setattr(env, "SCHEMA_REGISTRY_URL", "http://127.0.0.1:9/x")
    with pytest.raises(CommandError, match="registry") as raised:
        run("schemas", "check")
    assert raised.value.returncode == 1


def test_dead_letters_are_listed_and_shown(kafka):
    worker = kafka.worker(0)
    producer = kafka.bus.producer(client_id="test")
    producer.send([Outgoing(ORDERS.name, "A-1", b"\x00garbage"), Outgoing(ORDERS.name, "A-1", kafka.wire.value(ORDERS, command("A-2", 1)))])
    producer.close()
    letters = eventually(lambda: (found := kafka.read(ORDERS.dead_letters)) and len(found) == 2 and found, within=30, every=0.2)
    worker.terminate()
    worker.wait(20)
    listed = run("dead_letters", "list", "--topic", "orders")
    assert "2 dead letters" in listed
    assert "wrong_record" in listed
    shown = run("dead_letters", "show", "orders", str(letters[1].partition), str(letters[1].offset))
    assert "counting" in shown
    assert "account='A-2'" in shown
    with pytest.raises(CommandError, match="no letter at 99"):
        run("dead_letters", "show", "orders", "0", "99")
