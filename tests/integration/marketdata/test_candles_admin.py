"""The admin's list of candles shows what REST shows, one interval at a time, by symbol and time, and nobody edits it."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from marketdata.models import Candle, CandleRow
from tests.integration.marketdata.conftest import NOW_US, candles_projected, delivered
from tests.unit.marketdata.printed import a_print

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
MINUTE = 60_000_000
DAY = 86_400_000_000
PAGE = "/admin/marketdata/candlerow/"


@pytest.fixture
def shown():
    """The rows of the list as text, by the filters of the address."""
    prints = [a_print("IBM", 10, 1, NOW_US - DAY), a_print("IBM", 12, 1, NOW_US), a_print("IBM", 15, 3, NOW_US + MINUTE)]
    candles_projected(delivered("quotes", *prints, a_print("BAC", 7, 2, NOW_US)))
    browser = Client()
    browser.force_login(User.objects.create_superuser("root", password="not used"))

    def rows(**filters):
        page = browser.get(PAGE, filters)
        assert page.status_code == 200
        texts = re.findall(r'<td class="field-(\w+)[^"]*">(.*?)</td>', page.content.decode())
        cells = [(name, re.sub(r"<[^>]+>", "", text)) for name, text in texts if name != "start"]
        width = len({name for name, _ in cells})
        return [dict(cells[at : at + width]) for at in range(0, len(cells), width)]

    return rows


def test_one_minute_bars_newest_first_unless_another_interval_is_chosen(shown):
    rows = shown()
    assert [(row["symbol"], row["interval"], row["close"]) for row in rows] == [
        ("IBM", "1m", "15"), ("BAC", "1m", "7"), ("IBM", "1m", "12"), ("IBM", "1m", "10"),
    ]  # fmt: skip
    assert {row["interval"] for row in shown(interval="1d")} == {"1d"}


def test_a_row_shows_the_bar_as_it_is_stored(shown):
    [row] = [row for row in shown(interval="1h", symbol="IBM") if row["trades"] == "2"]
    assert row == {
        "symbol": "IBM", "interval": "1h", "open": "12", "high": "15", "low": "12", "close": "15", "volume": "4", "vwap": "14.25",
        "trades": "2", "source": "replay", "version": "1",
    }  # fmt: skip


def test_symbol_and_time_narrow_it_down(shown):
    assert [row["close"] for row in shown(symbol="BAC")] == ["7"]
    assert [row["close"] for row in shown(symbol="IBM", start__year="2026", start__month="11", start__day="23")] == ["10"]


def test_the_view_holds_every_candle_once_under_a_key_of_its_own(shown):
    assert CandleRow.objects.count() == Candle.objects.count() == len(set(CandleRow.objects.values_list("key", flat=True)))
    assert CandleRow.objects.filter(key="IBM:1m:2026-11-24T15:04:00Z").exists()
