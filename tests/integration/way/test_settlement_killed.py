"""Both who says what has moved and who books it are killed for good with settlement under way: nothing is lost, nothing moves twice."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.eventually import eventually
from tests.live import Live

TRADES = 200
QUANTITY, PRICE = 40, 60
ODDS = """
from django.contrib.auth.models import User
from django.utils import timezone
from reporting import selectors, services
odds = dict.fromkeys(("fail", "late", "partial", "mismatch"), 0) if {certain} else {{"fail": 2, "late": 1, "partial": 2, "mismatch": 1}}
services.rules_save(actor=User.objects.get(username="ops1"), values=odds, expected_version=selectors.settlement_rules().version,
    reason="a drill", now=timezone.now())
"""
MAKE = f"""
from oms_site.infra.tracking.context import acting
from reporting import services
from schemas.messages import Trade
from schemas.units import ONE
with acting("trades of the past", request_id="test"):
    services.obligations_record(trades=[
        Trade("{{name}}%04d" % day, 1, "WMT", {QUANTITY} * ONE, {PRICE} * ONE, "O-B", "O-S", "ZEN-1", "HOUSE-LP", "sell",
            {{time}} - day * 7 * 86_400_000_000)
        for day in range({TRADES})
    ])
"""
"""Each of a week of its own: there is nothing to net."""
MOVED = """
SELECT account.owner, account.asset, sum(line.amount) FROM reporting_journalentry AS entry
JOIN reporting_journalline AS line ON line.entry_id = entry.id JOIN reporting_ledgeraccount AS account ON account.id = line.account_id
WHERE entry.cause = 'settlement' AND entry.cause_id LIKE %s AND account.kind = 'available' GROUP BY account.owner, account.asset
"""


@pytest.fixture
def certain(live_stack: Live) -> Iterator[None]:
    live_stack.manage("shell", "-c", ODDS.format(certain=True))
    yield
    live_stack.manage("shell", "-c", ODDS.format(certain=False))


@pytest.mark.usefixtures("certain")
def test_settled_once_each_though_the_houses_and_the_books_were_killed_on_the_way(live_stack: Live) -> None:
    first = datetime.now(UTC) - timedelta(days=14)
    name = f"TKILL{int(first.timestamp())}"
    with psycopg.connect(live_stack.stack.postgres_url(), autocommit=True) as database:

        def count(condition: str) -> int:
            row = database.execute(
                f"SELECT count(*) FROM reporting_settlementobligation WHERE trade_id LIKE %s AND {condition}", [f"{name}%"]
            )
            return int(row.fetchone()[0])  # type: ignore[index]

        def kill(worker: str) -> None:
            held = "SELECT holder FROM supervision_workerlease WHERE worker_id = %s AND state = 'running'"
            (holder,) = eventually(lambda: database.execute(held, [worker]).fetchone(), within=30, what=f"{worker} runs")
            os.kill(int(holder.rsplit(":", 1)[1]), signal.SIGKILL)

        live_stack.manage("shell", "-c", MAKE.format(name=name, time=int(first.timestamp()) * 1_000_000))
        eventually(lambda: count("sent > 0"), within=30, every=0.02, what="the houses are told")
        kill("houses")
        kill("core")
        eventually(lambda: count("released > 0"), within=90, every=0.02, what="what is matched is released")
        kill("core")
        kill("houses")
        eventually(lambda: count("status = 'settled'") == 2 * TRADES, within=120, what="all is settled")
        moved = {(owner, asset): amount for owner, asset, amount in database.execute(MOVED, [f"{name}%"])}
    shares, cash = TRADES * QUANTITY, TRADES * QUANTITY * PRICE
    assert moved.keys() == {(owner, asset) for owner in ("ZEN-1", "HOUSE-LP", "@CLEARING") for asset in ("WMT", "USD")}
    assert (moved["ZEN-1", "WMT"], moved["ZEN-1", "USD"]) == (shares, -cash)
    assert (moved["HOUSE-LP", "WMT"], moved["HOUSE-LP", "USD"]) == (-shares, cash)
    assert "equal" in live_stack.manage("rebuild_books").stdout
