"""What `bench_candles` measures, once the settings know its world."""

import random
import time
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from benchmarks import machine
from marketdata.handlers import SPEC
from marketdata.models import Candle, Instrument
from marketdata.projection.candles import project_candles
from marketdata.selectors import listed_of
from oms_site.infra.bus.processor import Delivery, Position
from oms_site.infra.garbage import collect_rarely
from schemas.codec import decode, encode
from schemas.messages import Quote
from schemas.topics import QUOTES
from schemas.units import ONE

SYMBOLS = 100
RATE = 10_000
"""Prints a second, all symbols together."""
_LATE = 50
"""One print in so many is told a second late, into the bars before."""
_FOLLOWED = ":1m"
"""Keys of the stream's channel that somebody follows."""
_WARM = 5
"""Seconds that are not counted."""
_TICKS = 100
"""Clock ticks a second of `/proc`'s times."""


def measured(seconds: int) -> dict[str, Any]:
    """Prints for so long at their pace, after some seconds that are not counted."""
    collect_rarely()  # as every worker does
    Instrument.objects.bulk_create(
        Instrument(symbol=f"S{index:03}", name="bench", currency="USD", reference_price=100) for index in range(SYMBOLS)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    bodies = _bodies(seconds + _WARM)
    begin = time.monotonic()
    _run(bodies, begin, 0, _WARM * RATE)
    before = time.process_time(), _spent(backend), time.monotonic()
    behind, batches, bars = _run(bodies, begin, _WARM * RATE, len(bodies))
    wall = time.monotonic() - before[2]
    own, session = (time.process_time() - before[0]) / wall, (_spent(backend) - before[1]) / wall
    counted = sum(Candle.objects.filter(interval="1h").values_list("trades", flat=True))
    if counted != len(bodies):
        raise SystemExit(f"{counted} prints are in the candles, {len(bodies)} were told")
    return {
        "symbols": SYMBOLS,
        "prints_per_second": round((len(bodies) - _WARM * RATE) / wall),
        "cores": round(own + session, 2),
        "projection_cores": round(own, 2),
        "database_cores": round(session, 2),
        "batches": batches,
        "bars_written_per_second": round(bars / wall),
        "behind_ms": machine.spread(behind),
    }


def _bodies(seconds: int) -> list[bytes]:
    """Prints as they lie in the log, told in order but for the late ones."""
    drawn = random.Random(7)
    begins = int(time.time()) // 3_600 * 3_600_000_000
    prices = [drawn.randrange(2_000, 20_000) for _ in range(SYMBOLS)]
    found = []
    for number in range(seconds * RATE):
        index = drawn.randrange(SYMBOLS)
        prices[index] = max(100, prices[index] + drawn.choice((-1, 0, 0, 1)))
        price = prices[index] * ONE // 100
        at = begins + number * 1_000_000 // RATE - (1_000_000 if number % _LATE == 0 else 0)
        size = drawn.randrange(1, 10) * 100 * ONE
        found.append(encode(Quote(f"S{index:03}", price - ONE // 100, price + ONE // 100, size, size, price, size, "T", at, "bench")))
    return found


def _run(bodies: list[bytes], begin: float, first: int, last: int) -> tuple[list[float], int, int]:
    """Project what is due, batch by batch; how long (ms) the oldest print of each batch waited for its commit, batches, frames."""
    behind, batches, frames = [], 0, 0
    written, place = 0.0, first
    while place < last:
        time.sleep(max(0.0, written + SPEC.min_interval_ms / 1_000 - time.monotonic()))
        written = time.monotonic()
        due = min(last, int((written - begin) * RATE))
        if due <= place:
            continue
        now = time.time_ns() // 1_000
        with transaction.atomic():
            batch = [Delivery(Position(QUOTES.name, 0, at), decode(Quote, bodies[at]), now) for at in range(place, due)]
            day_of = listed_of({delivery.message.symbol for delivery in batch}).day_of
            told = list(project_candles(batch, now, day_of))
        for frame in told:
            if frame.key.endswith(_FOLLOWED):
                frame.data()
        frames += len(told)
        behind.append((time.monotonic() - (begin + place / RATE)) * 1_000)
        batches, place = batches + 1, due
    return behind, batches, frames


def _spent(pid: int) -> float:
    """Seconds of processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
