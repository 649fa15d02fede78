"""Asks everything the product stands on whether it serves. Each check is a function that raises or returns what it saw."""

import socket
import struct
import time
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

import httpx
import redis as redis_client
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from oms_site import env
from oms_site.infra.redis import client as redis
from oms_site.infra.supervision.selectors import slots_list

TIMEOUT_SECONDS = 1.0
KEPT_SECONDS = 1.0
_FAILURES = (DatabaseError, redis_client.RedisError, httpx.HTTPError, OSError, RuntimeError)


class NotReady(RuntimeError):
    """A part answers, but not as it must."""


class Answer(NamedTuple):
    """Whether a part serves, what it said, and how long it took (milliseconds)."""

    ok: bool
    detail: Any
    milliseconds: int


def database() -> str:
    """PostgreSQL runs a query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "answers"


def migrations() -> str:
    """No migration of the code is missing in the database; asked until it is so, then remembered."""
    if not _Migrated.done:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if missing:
            raise NotReady(f"{missing} not applied: run manage.py migrate")
        _Migrated.done = True
    return "applied"


class _Migrated:
    done = False


def redis_server() -> str:
    """Redis answers a ping."""
    redis().ping()
    return "answers"


def kafka() -> str:
    """A broker of the list answers an ApiVersions request (version 0: the one every broker knows)."""
    client = b"oms-readiness"
    request = struct.pack(">hhih", 18, 0, 1, len(client)) + client
    failure: OSError = ConnectionError("no broker is named")
    for broker in env.KAFKA_BOOTSTRAP.split(","):
        host, _, port = broker.strip().rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS) as link:
                link.settimeout(TIMEOUT_SECONDS)
                link.sendall(struct.pack(">i", len(request)) + request)
                head = link.recv(10, socket.MSG_WAITALL)
        except OSError as error:
            failure = error
            continue
        if len(head) == 10 and struct.unpack(">iih", head)[1:] == (1, 0):
            return "answers"
        failure = ConnectionError("not the answer of a broker")
    raise failure


def registry() -> str:
    """The schema registry lists its subjects."""
    subjects = httpx.get(f"{env.SCHEMA_REGISTRY_URL}/subjects", timeout=TIMEOUT_SECONDS).raise_for_status().json()
    return f"{len(subjects)} subjects"


def workers() -> dict[str, str]:
    """Every wanted slot is held and works."""
    slots = [slot for slot in slots_list(timezone.now()) if slot.wanted]
    found = {f"{slot.worker}/{slot.slot}": slot.state for slot in slots}
    down = [name for name, state in found.items() if state not in {"running", "paused"}]
    if not slots:
        raise NotReady("no worker is set up: run manage.py sync_site")
    if down:
        raise NotReady("not running: " + ", ".join(f"{name} ({found[name]})" for name in down))
    return found


CHECKS: dict[str, Callable[[], Any]] = {
    "database": database,
    "migrations": migrations,
    "redis": redis_server,
    "kafka": kafka,
    "registry": registry,
    "workers": workers,
}


def ask(check: Callable[[], Any]) -> Answer:
    """One check's answer; a failure is an answer too."""
    began = time.monotonic()
    try:
        ok, detail = True, check()
    except _FAILURES as error:
        ok, detail = False, f"{type(error).__name__}: {error}".splitlines()[0]
    return Answer(ok, detail, round((time.monotonic() - began) * 1000))


class Readiness:
    """All answers, asked at most once a second however often they are wanted."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._at = float("-inf")
        self._answers: dict[str, Answer] = {}

    def answers(self) -> dict[str, Answer]:
        """The newest answers; while one caller asks anew the others wait for it."""
        with self._lock:
            if time.monotonic() - self._at > KEPT_SECONDS:
                self._answers = {name: ask(check) for name, check in CHECKS.items()}
                self._at = time.monotonic()
            return self._answers


def as_json(answers: dict[str, Answer], now: datetime) -> dict[str, Any]:
    """What `/readyz` tells."""
    return {
        "ready": all(answer.ok for answer in answers.values()),
        "time": now.isoformat(),
        "checks": {name: answer._asdict() for name, answer in answers.items()},
    }
