"""The gauges that no single worker knows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oms_site import sampling
from oms_site.infra import metrics
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.bus.ports import BusError
from oms_site.infra.supervision import services
from oms_site.infra.supervision.models import DesiredWorker

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_outbox_leases_and_lag_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for age in (3, 1):
        OutboxMessage.objects.create(topic="orders", key="A", schema_version=1, body=b"", created_at=NOW - timedelta(seconds=age))
    services.workers_sync(names=["relay", "risk"], now=NOW)
    services.leases_supervise(now=NOW - timedelta(seconds=2), most={"relay": 1, "risk": 1}, died=lambda holder, since: False)
    services.lease_renew(worker="risk", slot=0, generation=1, holder="h:1", state="running", progress={}, now=NOW, first=True)
    DesiredWorker.objects.filter(name="relay").update(state="stop")
    monkeypatch.setattr(sampling, "lags", lambda: [("core", "executions", 2, 41)])
    sampling.sample(NOW)
    assert metrics.OUTBOX_DEPTH._value.get() == 2
    assert metrics.OUTBOX_OLDEST_SECONDS._value.get() == pytest.approx(3)
    assert [metrics.WORKER_UP.labels(name, "0")._value.get() for name in ("relay", "risk")] == [0, 1]
    assert [metrics.WORKER_WANTED.labels(name, "0")._value.get() for name in ("relay", "risk")] == [0, 1]
    assert metrics.KAFKA_LAG.labels("core", "executions", "2")._value.get() == 41
    assert metrics.SAMPLED_AT._value.get() == NOW.timestamp()


def test_without_a_broker_the_age_of_the_samples_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> list[tuple[str, str, int, int]]:
        raise BusError("no broker")

    metrics.SAMPLED_AT.set(1)
    monkeypatch.setattr(sampling, "lags", away)
    sampling.sample(NOW)
    assert metrics.SAMPLED_AT._value.get() == 1
    assert metrics.OUTBOX_DEPTH._value.get() == 0
