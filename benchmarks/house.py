"""What the house's own load does to users' orders: `python -m benchmarks.house [SECONDS]`.

Single orders at 20/s (as `single_orders`) three times on the running demo: with the house off, quoting every symbol by the defaults, and
with three levels ten times as often. In each of the three another customer's orders rest behind the market, so that every order fills
whether or not the house is there. How the house quotes is put back afterwards.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import django

from benchmarks import machine, single_orders, target
from benchmarks.kill_running import until
from oms_site.stack import Stack

SECONDS = 30
RATE = 20
MAKER, DESK = "trader2", "ops1"
BEHIND = Decimal("0.005")
"""How far from the market the other customer rests: within the 1 % that the measured orders reach through it."""
DEFAULTS = {"on": True, "levels": 1, "step": 1, "skew": 0, "min_spread": 1, "interval_ms": 1_000, "size": None, "max_inventory": None}
PHASES: dict[str, dict[str, Any]] = {
    "off": {"on": False},
    "default": DEFAULTS,
    "ten times": DEFAULTS | {"levels": 3, "interval_ms": 100},
}
QUOTING = "SELECT count(*) FROM marketdata_housestate WHERE orders > 0 AND told_at > now() - interval '15 seconds'"


def measure(seconds: int = SECONDS) -> dict[str, Any]:
    """All three, once."""
    load = machine.load()
    found = target.stack()
    os.environ.update(Stack.attach().environment())
    django.setup()
    figures: dict[str, Any] = {}
    with target.database(found) as database, target.client(found, MAKER) as maker, _put_back():
        for name, settings in PHASES.items():
            symbols = _set(settings)
            wanted = 0 if name == "off" else 1
            until(lambda wanted=wanted: bool(_quoting(database)) == bool(wanted), f"the house is {name}")
            with _resting(found, maker):
                figures[name] = _phase(maker, seconds) | {"quoted_symbols": _quoting(database), "symbols": symbols}
    return {"load_before": load, "load_after": machine.load(), **figures}


def _phase(rest: Any, seconds: int) -> dict[str, Any]:
    sent, deferred, began = *_counters(rest), time.monotonic()
    got = single_orders.measure(RATE, seconds)
    took = time.monotonic() - began
    sent_after, deferred_after = _counters(rest)
    return got | {"house_commands_per_second": round((sent_after - sent) / took, 1), "house_deferred": round(deferred_after - deferred)}


def _quoting(database: Any) -> int:
    return int(database.execute(QUOTING).fetchone()[0])


def _counters(rest: Any) -> tuple[float, float]:
    """Commands the house has sent, and looks its budget has put off."""
    lines = [line.rsplit(" ", 1) for line in rest.get("/metrics").raise_for_status().text.splitlines() if not line.startswith("#")]
    return tuple(
        sum(float(value) for name, value in lines if name.startswith(f"oms_house_{counter}_total")) for counter in ("commands", "deferred")
    )


def _set(settings: dict[str, Any]) -> int:
    """For every instrument, by the service the page uses; how many there are."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - once the settings know the demo
    from django.utils import timezone  # noqa: PLC0415

    from marketdata.models import HouseQuoting  # noqa: PLC0415
    from marketdata.services import house_save  # noqa: PLC0415

    desk, rows = User.objects.get(username=DESK), list(HouseQuoting.objects.all())
    for row in rows:
        house_save(actor=desk, symbol=row.pk, values=settings, expected_version=row.version, reason="a benchmark", now=timezone.now())
    return len(rows)


@contextmanager
def _put_back() -> Iterator[None]:
    """What was set before holds again at the end, whatever happened."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - once the settings know the demo
    from django.utils import timezone  # noqa: PLC0415

    from marketdata.models import HouseQuoting  # noqa: PLC0415
    from marketdata.services import HOUSE_FIELDS, house_save  # noqa: PLC0415

    before = {row.pk: {name: getattr(row, name) for name in HOUSE_FIELDS} for row in HouseQuoting.objects.all()}
    try:
        yield
    finally:
        desk, versions = User.objects.get(username=DESK), dict(HouseQuoting.objects.values_list("pk", "version"))
        for symbol, values in before.items():
            given = {"expected_version": versions[symbol], "reason": "after a benchmark", "now": timezone.now()}
            house_save(actor=desk, symbol=symbol, values=values, **given)


@contextmanager
def _resting(found: dict[str, Any], maker: Any) -> Iterator[None]:
    """Another customer's bid and offer behind each measured market; canceled at the end."""
    account = target.person(found, MAKER)["accounts"][0]
    ticks = {row["symbol"]: Decimal(row["tick"]) for row in maker.get("/api/instruments").raise_for_status().json()["results"]}
    ids = []
    for symbol in single_orders.SYMBOLS:
        quote = maker.get(f"/api/quotes/{symbol}").raise_for_status().json()
        for side, price in (("buy", Decimal(quote["bid"]) * (1 - BEHIND)), ("sell", Decimal(quote["ask"]) * (1 + BEHIND))):
            terms = {"type": "limit", "tif": "gtc", "quantity": "5000", "price": str(price // ticks[symbol] * ticks[symbol])}
            answer = maker.post("/api/orders", json={"account": account, "symbol": symbol, "side": side} | terms)
            ids.append(answer.raise_for_status().json()["id"])
    try:
        yield
    finally:
        for order in ids:
            maker.delete(f"/api/orders/{order}")


def rows(got: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What, measured, wanted."""
    told = []
    for name in PHASES:
        one = got[name]
        fill = one["post_to_fill_ms"]
        measured = f"p50 {fill['p50']}, p99 {fill['p99']}, worst {fill['worst']} ms; {one['filled']} of {one['sent']} filled"
        house = f"house {name}: {one['house_commands_per_second']} commands/s, put off {one['house_deferred']} times"
        told.append((f"POST to fill at {one['rate']}/s, {house}", measured, "p99 400 ms or less"))
    return told


if __name__ == "__main__":
    print(json.dumps(machine.keep("house", measure(int(sys.argv[1]) if sys.argv[1:] else SECONDS)), indent=2))
