"""The desk's lists of what there are millions of: pages by key, counts, searches, and how many queries each costs."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model, Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from matching.models import Trade
from oms_site.infra import keyset
from oms_site.seeding.loading import load
from oms_site.seeding.plan import Past, Size
from orders.models import Execution, Order
from reporting.models import Position, SettlementObligation
from tests.unit.seeding.test_past import END, START

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]
SIZE = Size(orders=400, executions=1_200, accounts=10, start_us=START, end_us=END)
LISTS = (
    *("orders/order", "orders/execution", "matching/trade"),
    *("reporting/position", "reporting/settlementobligation", "reporting/journalentry", "reporting/fillfee"),
)
MOST_QUERIES = 25


@pytest.fixture
def desk() -> Client:
    load(Past(SIZE, 1), today=datetime(2030, 1, 1, tzinfo=UTC).date(), told=lambda _: None)
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def page(desk: Client, path: str) -> str:
    with CaptureQueriesContext(connection) as queries:
        answer = desk.get(f"/admin/{path}")
    assert answer.status_code == 200, path
    assert len(queries) <= MOST_QUERIES, f"{path}: {len(queries)} queries"
    return answer.content.decode()


def ids(shown: str, model: str) -> list[str]:
    return re.findall(rf"/admin/{model}/([^/\"]+)/change/", shown)


def test_the_past_is_in_whole_and_its_positions_are_the_fold_of_its_fills(desk: Client) -> None:
    assert (Order.objects.count(), Execution.objects.count()) == (400, 1_200)
    assert SettlementObligation.objects.count() == 2 * Trade.objects.count() == 2 * SIZE.trades
    for row in Position.objects.all():
        fills = Execution.objects.filter(account=row.account_id, symbol=row.symbol_id, type="trade")
        signed = sum(fill.last_quantity * (1 if fill.side == "buy" else -1) for fill in fills if fill.last_quantity)
        assert row.quantity == signed
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE conrelid = 'orders_execution'::regclass AND contype IN ('f', 'u')")
        assert cursor.fetchone()[0] == 4, "what was dropped to load is there again"
        cursor.execute("SELECT count(*) FROM tracking_outsideedit WHERE row_table LIKE 'orders%'")
        assert cursor.fetchone()[0] == 0, "it is the product that wrote"


def walked(desk: Client, model: str, query: str = "") -> list[str]:
    """The keys of a list, page by page."""
    seen: list[str] = []
    path: str | None = f"{model}/?{query}"
    while path:
        shown = page(desk, path)
        seen += ids(shown, model)
        following = re.search(r'<a href="\?([^"]+)">Next page', shown)
        path = f"{model}/?{following[1]}".replace("&amp;", "&") if following else None
    return list(dict.fromkeys(seen))


PAGED: dict[str, tuple[type[Model], list[str]]] = {
    "orders/order": (Order, ["-pk"]),
    "orders/execution": (Execution, ["-time", "-pk"]),
    "matching/trade": (Trade, ["-pk"]),
    "reporting/settlementobligation": (SettlementObligation, ["-settlement_date", "-pk"]),
}


@pytest.mark.parametrize("model", PAGED)
def test_pages_by_key_show_every_row_once_newest_first(desk: Client, model: str) -> None:
    kind, order = PAGED[model]
    assert walked(desk, model) == list(kind._default_manager.order_by(*order).values_list("pk", flat=True))


def test_a_day_shows_all_of_its_orders_and_trades_by_their_time(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset.KeysetAdmin, "list_per_page", 3)
    day = Trade.objects.order_by("time").first().time.date()  # type: ignore[union-attr] # the past has trades
    orders = Order.objects.filter(created_at__date=day).order_by("-created_at", "-pk")
    trades = Trade.objects.filter(time__date=day).order_by("-time", "-pk")
    assert walked(desk, "orders/order", f"day={day}") == list(orders.values_list("pk", flat=True))
    assert walked(desk, "matching/trade", f"day={day}") == list(trades.values_list("pk", flat=True))


def test_trades_of_an_account_are_what_it_bought_and_what_it_sold(desk: Client) -> None:
    account = Trade.objects.values_list("buy_account", flat=True)[0]
    found = Trade.objects.filter(Q(buy_account=account) | Q(sell_account=account)).order_by("-pk")
    assert found.filter(sell_account=account).exists()
    assert walked(desk, "matching/trade", f"q={account.lower()}") == list(found.values_list("pk", flat=True))


def test_many_rows_are_told_as_about_so_many_and_few_exactly(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert re.search(r"<span>400 orders</span>", page(desk, "orders/order/"))
    monkeypatch.setattr(keyset, "COUNTED", 50)
    assert re.search(r"<span>about 400 orders</span>", page(desk, "orders/order/"))
    assert re.search(r"<span>about \d+ orders</span>", page(desk, "orders/order/?status=filled"))


def test_a_word_is_found_in_the_field_that_has_it_and_an_unknown_one_nowhere(desk: Client) -> None:
    trade = Trade.objects.order_by("pk")[0]
    for model, word in (("orders/order", trade.buy_order), ("orders/execution", trade.pk), ("matching/trade", trade.sell_order)):
        found = ids(page(desk, f"{model}/?q={word}"), model)
        assert found, f"{model} {word}"
    by_symbol = ids(page(desk, f"orders/order/?q={trade.symbol_id.lower()}"), "orders/order")
    assert set(by_symbol) <= set(Order.objects.filter(symbol=trade.symbol_id).values_list("pk", flat=True))
    assert by_symbol
    assert ids(page(desk, "orders/execution/?q=NOSUCH"), "orders/execution") == []
    by_symbol = ids(page(desk, f"orders/execution/?q={trade.symbol_id}"), "orders/execution")
    assert set(by_symbol) <= set(Execution.objects.filter(symbol=trade.symbol_id).values_list("pk", flat=True))
    assert by_symbol


def test_lists_their_filters_and_the_page_of_an_order_cost_few_queries(desk: Client) -> None:
    for model in LISTS:
        page(desk, f"{model}/")
    order = Order.objects.filter(status="filled")[0]
    account = order.account_id
    for query in ("status=rejected", "open=yes", f"account={account}", f"symbol__symbol__exact={order.symbol_id}", "day=2026-03-01"):
        page(desk, f"orders/order/?{query}")
    for query in ("type=rejected", f"account={account}", "day=2026-03-01", f"order__id__exact={order.pk}"):
        page(desk, f"orders/execution/?{query}")
    page(desk, f"orders/order/{order.pk}/change/")


def test_a_filter_offers_the_first_accounts_and_the_chosen_one(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.admin.filters.OFFERED", 3)
    offered = set(re.findall(r"\?account=(PAST-\d+)", page(desk, "orders/order/?account=PAST-0007")))
    assert offered == {"PAST-0000", "PAST-0001", "PAST-0002", "PAST-0007"}
    assert "search for others" in page(desk, "orders/execution/")
