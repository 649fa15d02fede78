"""The admin's page of trades: to look at, for whoever it is."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory

from matching import services
from matching.models import Trade
from tests.integration.matching.conftest import trade

pytestmark = pytest.mark.usefixtures("market")


def test_trades_are_read_only_even_for_a_superuser() -> None:
    services.trades_record(trades=[trade(1)])
    page = admin.site.get_model_admin(Trade)
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("root")
    row = Trade.objects.get()
    assert page.has_view_permission(request, row)
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request, row)
    assert not page.has_delete_permission(request, row)
    assert "delete_selected" not in page.get_actions(request)


@pytest.mark.parametrize("query", [{}, {"q": "ACME-1"}, {"q": "TIBM-0001"}, {"q": "O-S1"}, {"q": "IBM"}, {"maker_side": "sell"}])
def test_the_list_finds_a_trade_by_order_account_symbol_and_id(query: dict[str, str], django_assert_max_num_queries) -> None:
    services.trades_record(trades=[trade(seq) for seq in range(1, 30)])
    request = RequestFactory().get("/", query)
    request.user = User.objects.create_superuser("root")
    with django_assert_max_num_queries(10):
        changes = admin.site.get_model_admin(Trade).get_changelist_instance(request)
        assert "TIBM-0001" in {row.id for row in changes.result_list}
