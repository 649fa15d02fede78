"""Health and metrics over HTTP: who may look, and what is told when a part is missing."""

import pytest
from django.test import Client
from django.utils import timezone

from oms_site import health, readiness
from oms_site.infra.supervision import services

pytestmark = pytest.mark.django_db
OUTSIDE = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_readiness", readiness.Readiness())


def run_worker() -> None:
    now = timezone.now()
    services.workers_sync(names=["relay"], now=now)
    (given,) = services.leases_supervise(now=now, most={"relay": 1}, died=lambda holder, since: False)
    services.lease_renew(
        worker="relay", slot=0, generation=given.generation, holder="h:1", state="running", progress={}, now=now, first=True
    )


def test_livez_asks_nothing(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/livez")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_readyz_is_200_when_every_part_serves_and_tells_each(client: Client) -> None:
    run_worker()
    answer = client.get("/readyz")
    told = answer.json()
    assert answer.status_code == 200, told
    assert told["checks"].keys() == readiness.CHECKS.keys()
    assert told["checks"]["workers"]["detail"] == {"relay/0": "running"}


def test_readyz_is_503_and_names_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness.env, "KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setattr(readiness.env, "SCHEMA_REGISTRY_URL", "http://127.0.0.1:1")
    answer = client.get("/readyz")
    checks = answer.json()["checks"]
    assert answer.status_code == 503
    assert {name for name, check in checks.items() if not check["ok"]} == {"kafka", "registry", "workers"}
    assert "sync_site" in checks["workers"]["detail"]
    assert checks["database"]["ok"]


def test_answers_are_kept_for_a_second(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(readiness, "CHECKS", {"database": lambda: asked.append(1) or "answers"})
    for _ in range(20):
        client.get("/readyz")
    assert len(asked) == 1


def test_outside_only_the_verdict_is_told_and_metrics_are_refused(client: Client) -> None:
    assert client.get("/readyz", **OUTSIDE).json().keys() == {"ready"}
    refused = client.get("/metrics", **OUTSIDE)
    assert refused.status_code == 403
    assert b"oms_" not in refused.content
    assert client.get("/livez", **OUTSIDE).status_code == 200


def test_metrics_are_prometheus_text(client: Client) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert b"# TYPE oms_outbox_depth gauge" in answer.content


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_they_are_read_only(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
