"""What the risk worker tells of accounts, for people to look at."""

import pytest

from risk import services
from risk.models import AccountExposure
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, NOW
from tests.unit.risk.desk import Desk

pytestmark = pytest.mark.django_db


def test_accounts_that_moved_are_told_once_with_positions_and_open_quantity() -> None:
    desk = Desk()
    desk.new("O1", quantity=3 * ONE)
    desk.new("O2", side="sell", price=ASK, quantity=7 * ONE)
    desk.new("O3", account="ZEN-1", symbol="BAC")
    moved = desk.fold.take_moved()
    assert services.exposures_record(accounts=moved, now=NOW) == 2
    row = AccountExposure.objects.get(pk="ACME-1")
    assert (row.seq, row.open_orders) == (2, 2)
    assert row.symbols == {"IBM": {"position": "0", "open_buy": "3", "open_sell": "7"}}
    assert desk.fold.take_moved() == {}
    desk.cancel("O1")
    assert desk.fold.take_moved().keys() == {"ACME-1"}


def test_a_row_never_goes_back(django_assert_num_queries) -> None:
    desk = Desk()
    desk.new("O1")
    desk.new("O2")
    newer = desk.fold.take_moved()
    services.exposures_record(accounts=newer, now=NOW)
    older = Desk()
    older.new("O1")
    with django_assert_num_queries(1):
        assert services.exposures_record(accounts=older.fold.take_moved(), now=NOW + 1) == 0
    assert AccountExposure.objects.get().seq == 2


def test_a_recovered_worker_tells_every_account_again() -> None:
    desk = Desk()
    desk.new("O1")
    snapshot = desk.fold.dump()
    desk.new("O2", account="ZEN-1")
    again = desk.recovered(snapshot=snapshot, orders=len(desk.orders) - 1, log=1)
    assert again.take_moved().keys() == {"ACME-1", "ZEN-1"}
