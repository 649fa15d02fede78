"""Admin lists at size: milliseconds at the server and queries of each page. Called by `benchmarks.at_size`."""

import time
from typing import Any

from benchmarks.machine import percentile

MOST_MS = 300
MOST_QUERIES = 25
TIMES = 5
SLOWEST = 8


def measure() -> dict[str, Any]:
    """Every page several times; p95 over all of them, and the slowest page."""
    from django.conf import settings  # noqa: PLC0415 - settings are known by now
    from django.contrib.auth.models import User  # noqa: PLC0415 - as above
    from django.test import Client  # noqa: PLC0415 - as above

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    client = Client()
    client.force_login(User.objects.get(username="bench"))
    pages = {path: _page(client, path) for path in _paths()}
    every = [value for page in pages.values() for value in page["ms"]]
    told = {
        path: {"p50_ms": percentile(page["ms"], 0.5), "worst_ms": max(page["ms"]), "queries": page["queries"]}
        for path, page in pages.items()
    }
    most = max(page["queries"] for page in pages.values())
    return {
        "p50_ms": percentile(every, 0.5),
        "p95_ms": percentile(every, 0.95),
        "most_queries": most,
        "pages": told,
    }


def rows(got: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What is told of it: all pages, then the slowest."""
    slowest = sorted(got["pages"].items(), key=lambda page: -page[1]["p50_ms"])[:SLOWEST]
    pages = f"{len(got['pages'])} lists, filters, searches and pages, {got['orders']:,} orders"
    wanted = f"p95 {MOST_MS} ms or less"
    return [
        (pages, f"p50 {got['p50_ms']} ms, p95 {got['p95_ms']} ms", wanted),
        ("queries of one page", f"at most {got['most_queries']}", f"{MOST_QUERIES} or less"),
        *((f"`{path}`", f"p50 {page['p50_ms']} ms, worst {page['worst_ms']} ms, {page['queries']} queries", "") for path, page in slowest),
    ]


def _page(client: Any, path: str) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415 - as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200, path
    asked = len(queries)  # before the next request forgets them
    took: list[float] = []
    for _ in range(TIMES):
        began = time.perf_counter()
        client.get(path)
        took.append(round((time.perf_counter() - began) * 1_000, 1))
    return {"ms": took, "queries": asked}


def _paths() -> list[str]:
    """Lists, deep pages, filters, searches, the page of an order, reports."""
    from matching.models import Trade  # noqa: PLC0415 - as above
    from orders.models import Execution, Order  # noqa: PLC0415 - as above

    half = Order.objects.order_by("pk").values_list("pk", flat=True)[300_000 if Order.objects.count() > 600_000 else 50]
    order = Order.objects.filter(status="filled", pk__gte=half).order_by("pk")[0]
    trade = Trade.objects.filter(buy_order=order.pk).first() or Trade.objects.filter(sell_order=order.pk)[0]
    step = Execution.objects.filter(order=order).order_by("order_seq")[0]
    day = f"{order.created_at:%Y-%m-%d}"
    orders, executions, settlement = "/admin/orders/order/", "/admin/orders/execution/", "/admin/reporting/settlementobligation/"
    return [
        *(orders, f"{orders}?p={order.pk}", f"{orders}?status=rejected", f"{orders}?status=suspended", f"{orders}?open=yes"),
        *(f"{orders}?account={order.account_id}", f"{orders}?symbol__symbol__exact={order.symbol_id}", f"{orders}?day={day}"),
        *(f"{orders}?account={order.account_id}&status=canceled", f"{orders}?q={order.pk}", f"{orders}?q={order.account_id}"),
        *(f"{orders}?q={order.symbol_id}", f"{orders}?q=NOSUCH", f"{orders}{order.pk}/change/"),
        *(executions, f"{executions}?p={step.pk}", f"{executions}?type=rejected", f"{executions}?type=trade_cancel"),
        *(
            f"{executions}?account={order.account_id}",
            f"{executions}?day={day}",
            f"{executions}?q={trade.pk}",
            f"{executions}?q={order.pk}",
        ),
        *(f"{executions}?q={order.symbol_id}", f"{executions}?side=sell", f"{executions}{step.pk}/change/"),
        *("/admin/matching/trade/", f"/admin/matching/trade/?q={order.pk}", f"/admin/matching/trade/?q={order.account_id}"),
        f"/admin/matching/trade/?day={day}",
        *("/admin/reporting/position/", f"/admin/reporting/position/?account={order.account_id}", settlement),
        *(f"{settlement}?account={order.account_id}", f"{settlement}?q={trade.pk}", f"{settlement}?status__exact=settled"),
        *("/admin/reports/blotter", "/admin/reports/executions", "/admin/reports/trades", "/admin/reports/settlement"),
        *(f"/admin/reports/statement?account={order.account_id}&date={day}", "/admin/"),
    ]
