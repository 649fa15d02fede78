"""The Grafana dashboard as data. `python -m oms_site.dashboard` writes the file that Grafana is provisioned with; `--check` compares.

Queries add up over all processes and containers; only `oms_` and `django_` metrics are used, each of which `/metrics` names.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

TARGET = Path(__file__).resolve().parent.parent / "deploy" / "grafana" / "dashboards" / "oms.json"
SOURCE = {"type": "prometheus", "uid": "prometheus"}
WIDTH, HEIGHT = 8, 7
"""Of a panel; the grid is 24 wide."""


class Query(NamedTuple):
    """One PromQL expression and how its series are named."""

    expression: str
    legend: str


class Panel(NamedTuple):
    """One graph. `unit` is Grafana's word for the axis."""

    title: str
    queries: tuple[Query, ...]
    unit: str = "short"
    description: str = ""


def _rate(metric: str, by: str, title: str, unit: str = "cps", description: str = "") -> Panel:
    """How fast a counter rises, by label."""
    legend = " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(",")) if by else "all"
    grouped = f" by ({by})" if by else ""
    return Panel(title, (Query(f"sum{grouped} (rate({metric}[$__rate_interval]))", legend),), unit, description)


def _quantiles(metric: str, by: str, title: str, description: str = "") -> Panel:
    """Median and 99th percentile of a histogram, by label."""
    grouped = f"sum by (le, {by}) (rate({metric}_bucket[$__rate_interval]))"
    queries = tuple(Query(f"histogram_quantile({q}, {grouped})", f"{{{{{by}}}}} p{int(q * 100)}") for q in (0.5, 0.99))
    return Panel(title, queries, "s", description)


def _gauge(expression: str, legend: str, title: str, unit: str = "short", description: str = "") -> Panel:
    return Panel(title, (Query(expression, legend),), unit, description)


ROWS: dict[str, tuple[Panel, ...]] = {
    "Orders": (
        _rate("oms_orders_entered_total", "outcome", "Orders entered"),
        _quantiles("oms_order_stage_seconds", "stage", "Latency by stage", "From an order's entry until the stage had it."),
        _rate("oms_order_stage_seconds_count", "stage", "Throughput by stage"),
        _rate("oms_risk_decisions_total", "decision", "Risk decisions"),
        Panel(
            "Refusals by rule",
            (Query('sum by (rule) (rate(oms_risk_decisions_total{decision="refused"}[$__rate_interval]))', "{{rule}}"),),
            "cps",
        ),
        _rate("oms_trades_total", "", "Trades"),
    ),
    "Outbox and bus": (
        _gauge("max(oms_outbox_depth)", "commands", "Outbox depth", description="Acknowledged, not yet sent."),
        _gauge("max(oms_outbox_oldest_seconds)", "oldest", "Outbox: age of the oldest", "s"),
        _rate("oms_relay_sent_total", "", "Relay"),
        _gauge("sum by (group, topic) (max by (group, topic, partition) (oms_kafka_lag))", "{{group}} {{topic}}", "Kafka lag by group"),
        _gauge("max by (group, topic, partition) (oms_kafka_lag)", "{{group}} {{topic}}/{{partition}}", "Kafka lag by partition"),
        _rate("oms_bus_records_total", "worker, direction", "Records by worker"),
        _quantiles("oms_bus_batch_seconds", "worker", "Batch time by worker"),
        _rate("oms_bus_transactions_total", "worker, outcome", "Transactions by outcome"),
        _rate("oms_dead_letters_total", "worker, code", "Dead letters"),
        _rate("oms_duplicates_total", "worker", "Repeats dropped"),
    ),
    "Workers": (
        _gauge("max by (worker, slot) (oms_worker_up)", "{{worker}}/{{slot}}", "Up"),
        _gauge(
            "max by (worker, slot) (oms_worker_wanted) - max by (worker, slot) (oms_worker_up)", "{{worker}}/{{slot}}", "Wanted, not up"
        ),
        _gauge("max by (worker, slot) (oms_worker_lease_age_seconds)", "{{worker}}/{{slot}}", "Time since renewal", "s"),
        _gauge("time() - max(oms_sampled_timestamp_seconds)", "sampler", "Age of these samples", "s"),
    ),
    "Market data and stream": (
        _rate("oms_quotes_total", "source", "Quotes by source"),
        _rate("oms_quotes_quality_total", "quality", "Quotes by quality"),
        _rate("oms_quotes_silences_total", "", "Symbols gone stale"),
        _rate("oms_quotes_unlisted_total", "why", "Quotes left out: symbol not listed"),
        _rate("oms_prints_total", "order", "Prints by order of arrival"),
        _rate("oms_replay_rows_total", "", "Replayed rows"),
        _gauge("max(oms_schedule_overdue_seconds)", "overdue", "Calendars: oldest step not applied", "s"),
        _gauge("sum(oms_stream_sockets)", "sockets", "Sockets"),
        _rate("oms_stream_frames_total", "channel", "Frames by channel"),
        _rate(
            "oms_disconnections_total",
            "state",
            "Traders who lost the connection",
            description="Of those who want their orders canceled then.",
        ),
        Panel(
            "Closed and failed",
            (
                Query("sum by (code) (rate(oms_stream_closed_total[$__rate_interval]))", "closed {{code}}"),
                Query("sum(rate(oms_stream_push_failed_total[$__rate_interval]))", "push failed"),
            ),
            "cps",
        ),
    ),
    "House liquidity provider": (
        _rate("oms_house_commands_total", "command", "Commands"),
        _rate("oms_house_refusals_total", "reason", "Refusals by reason"),
        _rate("oms_house_deferred_total", "", "Looks put off", description="A symbol was due, the budget of commands was used up."),
        _gauge("max by (state) (oms_house_symbols)", "{{state}}", "Symbols by state"),
    ),
    "Two people and alerts": (
        _gauge("max(oms_breaks_open)", "breaks", "Drop copy: breaks", description="Values of tables that differ from the log."),
        _gauge("max(oms_drop_copy_age_seconds)", "age", "Drop copy: last comparison", "s"),
        _gauge("max(oms_break_glass_open)", "open", "Break-glass not reviewed"),
        _rate("oms_break_glass_total", "kind", "Break-glass"),
        _gauge("max(oms_reversion_overdue_seconds)", "overdue", "Oldest approval outlived", "s"),
        _rate("oms_reversions_failed_total", "", "Reversions failed"),
        _rate("oms_alerts_total", "kind, severity", "Alerts"),
        _rate("oms_log_ins_total", "outcome", "Log-ins by outcome"),
    ),
    "Settlement": (
        _gauge("sum by (age) (oms_settlement_fails)", "{{age}} days", "Fails open by days late"),
        _rate("oms_settlement_words_total", "source, word, effect", "What clearing house and custodian say"),
    ),
    "Web": (
        _rate("django_http_responses_total_by_status_total", "status", "Answers by status"),
        _quantiles("django_http_requests_latency_seconds_by_view_method", "view", "Latency by view"),
        _rate("django_db_execute_total", "alias", "Queries"),
    ),
    "Processes": (
        _rate("oms_process_cpu_seconds_total", "program", "CPU by program", "percentunit", "1 is one core."),
        _gauge("sum by (program) (oms_process_resident_bytes)", "{{program}}", "Resident memory by program", "bytes"),
        _gauge("count by (program) (oms_process_age_seconds)", "{{program}}", "Processes by program"),
    ),
}


def panels() -> Iterator[dict[str, Any]]:
    """Rows and panels with their places, ids rising from 1."""
    number, top = 0, 0
    for title, row in ROWS.items():
        number += 1
        place = {"x": 0, "y": top, "w": 24, "h": 1}
        yield {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}
        top += 1
        for index, panel in enumerate(row):
            number += 1
            left, down = index % (24 // WIDTH) * WIDTH, index // (24 // WIDTH) * HEIGHT
            yield _drawn(panel, number, {"x": left, "y": top + down, "w": WIDTH, "h": HEIGHT})
        top += -(-len(row) // (24 // WIDTH)) * HEIGHT


def _drawn(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.description,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0, "custom": {"fillOpacity": 8, "showPoints": "never"}}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": query.expression, "legendFormat": query.legend}
            for index, query in enumerate(panel.queries)
        ],
    }


def dashboard() -> dict[str, Any]:
    """The whole dashboard as Grafana reads it."""
    return {
        "uid": "oms",
        "title": "Order management",
        "tags": ["oms"],
        "timezone": "utc",
        "schemaVersion": 39,
        "refresh": "10s",
        "time": {"from": "now-30m", "to": "now"},
        "editable": False,
        "templating": {"list": []},
        "annotations": {"list": []},
        "panels": list(panels()),
    }


def expressions() -> Iterable[str]:
    """Every query of every panel."""
    return (query.expression for row in ROWS.values() for panel in row for query in panel.queries)


def text() -> str:
    """The file's content."""
    return json.dumps(dashboard(), indent=1) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or with `--check` tell whether it is fresh (exit 1 when not)."""
    if arguments == ["--check"]:
        fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text()
        if not fresh:
            sys.stderr.write("the dashboard is stale: run python -m oms_site.dashboard\n")
        return 0 if fresh else 1
    if arguments:
        sys.stderr.write("usage: python -m oms_site.dashboard [--check]\n")
        return 2
    TARGET.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
