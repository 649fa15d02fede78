"""The Grafana dashboard: generated, fresh, and about metrics that are declared."""

import json

from prometheus_client.metrics import MetricWrapperBase

from oms_site import dashboard
from oms_site.infra import metrics
from tests.unit.ops.promql import metrics_of

PROCESSES = {"oms_process_cpu_seconds_total", "oms_process_resident_bytes", "oms_process_age_seconds"}


def declared() -> set[str]:
    """Names of all samples our metrics can have."""
    names = set(PROCESSES)
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            for family in metric.describe():
                endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
                names |= {family.name + ending for ending in endings}
    return names


def test_the_file_is_fresh() -> None:
    assert dashboard.TARGET.read_text(encoding="utf-8") == dashboard.text(), "run python -m oms_site.dashboard"
    assert dashboard.main(["--check"]) == 0
    assert dashboard.main(["--what"]) == 2


def test_a_stale_file_is_found(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(dashboard, "TARGET", tmp_path / "oms.json")
    assert dashboard.main(["--check"]) == 1
    assert dashboard.main([]) == 0
    assert dashboard.main(["--check"]) == 0


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    panels = json.loads(dashboard.text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_every_query_of_ours_reads_declared_metrics_and_every_metric_is_shown() -> None:
    read = set().union(*(metrics_of(expression) for expression in dashboard.expressions()))
    ours = {name for name in read if name.startswith("oms_")}
    assert ours - declared() == set()
    shown = {name.removesuffix("_bucket").removesuffix("_count") for name in ours}
    all_of_ours = {name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum") for name in declared()}
    assert all_of_ours - shown == set()
