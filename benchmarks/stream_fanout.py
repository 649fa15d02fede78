"""The stream's fan-out on the running demo: how old a quote is when a hundred readers have it, and what that costs the web process.

Every symbol is quoted ten times a second and conflated to the eight that are written at most. Ages count from when the bus had the
quote, so the wait for its turn (up to 120 ms) and the write to PostgreSQL are in them; the spread is the fan-out alone: from the first
reader who has a message to the last.
"""

import asyncio
import json
import os
import resource
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx

from benchmarks import machine, target
from benchmarks.one_web import one_web
from benchmarks.quoted import quoted
from benchmarks.readers import Reader, close, connect

SECONDS = 10.0
SOCKETS_A_USER = 40
QUOTES_A_SECOND = 10
"""Of each symbol."""
_EDGE = 1.0
"""Seconds."""
_TICKS = os.sysconf("SC_CLK_TCK")


def measure(seconds: float = SECONDS) -> dict[str, Any]:
    """Run every part once against the running stack."""
    return asyncio.run(_measure(seconds))


PARTS = {"80 sockets, 5 symbols": (80, 5), "100 sockets, 5 symbols": (100, 5), "100 sockets, 20 symbols": (100, 20)}
STALLED = "100 sockets, 20 symbols, 10 of them stalled"


def rows(got: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What the figures say in a table."""
    told = []
    for name in (*PARTS, STALLED):
        part = got[name]
        age, spread = part["age_ms"], part["first_to_last_reader_ms"]
        measured = (
            f"{part['messages_per_second']:.0f} messages/s, {part['frames_per_second']} frames/s: quote to frame p50 {age['p50']:.0f}, "
            f"p99 {age['p99']:.0f} ms; not received {part['not_received'] + part['left_out']}; "
            f"first to last reader p50 {spread['p50']:.0f}, p99 {spread['p99']:.0f} ms; "
            f"web {part['web_cores']} cores"
        )
        told.append((name, measured, "p99 250 ms or less" if name != STALLED else "the others' p99 at most a tenth more"))
    idle = got["idle"]
    return [*told, ("idle sockets", f"{idle['sockets']} sockets: {idle['kib_a_socket']} KiB each", "410 KiB or less (1,000 in 400 MiB)")]


async def _measure(seconds: float) -> dict[str, Any]:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    demo = target.stack()
    with one_web(demo) as (found, web), quoted(demo, QUOTES_A_SECOND):
        return await _parts(found, web, seconds)


async def _parts(found: dict[str, Any], web: int, seconds: float) -> dict[str, Any]:
    tokens = [user["token"] for user in found["users"] for _ in range(SOCKETS_A_USER)]
    symbols = _symbols(found)
    figures: dict[str, Any] = {"load_before": machine.load()}
    for name, (sockets, followed) in PARTS.items():
        began = time.monotonic()
        readers = await connect(found["ws"], _spread(tokens, sockets), symbols[:followed])
        await _bootstrapped(readers)
        until_all = round(time.monotonic() - began, 1)
        figures[name] = await _watched(readers, readers, web, seconds) | {"all_snapshots_within_s": until_all}
        if followed == 20:
            figures[STALLED] = await _with_stalled(readers, found, web, seconds)
        await close(readers)
    figures["idle"] = await _idle(found["ws"], tokens, web)
    figures["load_after"] = machine.load()
    return figures


async def _watched(readers: list[Reader], counted: list[Reader], web: int, seconds: float) -> dict[str, Any]:
    """What `counted` get in some seconds."""
    for reader in readers:
        reader.forget()
    cpu, own, began, at = _cpu(web), time.process_time(), time.monotonic(), time.time()
    await asyncio.sleep(seconds)
    elapsed = time.monotonic() - began
    used, mine = (_cpu(web) - cpu) / elapsed, (time.process_time() - own) / elapsed
    first: dict[bytes, float] = {}
    last: dict[bytes, float] = {}
    held: dict[bytes, int] = defaultdict(int)
    for reader in counted:
        for message, moment in reader.arrivals.items():
            first[message] = min(first.get(message, moment), moment)
            last[message] = max(last.get(message, moment), moment)
            held[message] += 1
    whole = [message for message, number in held.items() if number == len(counted)]
    return {
        "frames_per_second": round(sum(reader.updates for reader in counted) / elapsed),
        "messages_per_second": round(len(first) / elapsed, 1),
        "age_ms": machine.spread([age for reader in counted for age in reader.ages]),
        "first_to_last_reader_ms": machine.spread([(last[message] - first[message]) * 1000 for message in whole]),
        "not_received": sum(len(counted) - held[message] for message, moment in first.items() if _inside(moment, at, elapsed)),
        "left_out": sum(reader.gaps for reader in counted),
        "cut": sum(reader.gone.is_set() for reader in counted),
        "web_cores": round(used, 2),
        "readers_cores": round(mine, 2),
    }


async def _bootstrapped(readers: list[Reader]) -> None:
    """Every subscribe has its snapshot."""
    async with asyncio.timeout(120):
        for reader in readers:
            gone, there = asyncio.ensure_future(reader.gone.wait()), asyncio.ensure_future(reader.bootstrapped.wait())
            await asyncio.wait([gone, there], return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()
            there.cancel()
    codes = [reader.code for reader in readers if reader.gone.is_set()]
    if codes:
        told = f"{len(codes)} of {len(readers)} sockets were cut before they had all snapshots"
        raise SystemExit(f"{told}: {sorted(set(map(str, codes)))}")


def _inside(moment: float, began: float, elapsed: float) -> bool:
    """Whether a message came neither with the first nor with the last of what was counted: then every reader must have it."""
    return began + _EDGE <= moment <= began + elapsed - _EDGE


async def _with_stalled(readers: list[Reader], found: dict[str, Any], web: int, seconds: float) -> dict[str, Any]:
    """Every tenth reader stops taking anything; the others are counted. Then: how long until the stopped ones are cut."""
    stalled, others = readers[::10], [reader for place, reader in enumerate(readers) if place % 10]
    cut, began = await asyncio.to_thread(_cut, found), time.monotonic()
    for reader in stalled:
        assert reader.transport is not None
        reader.transport.pause_reading()
    figures = await _watched(readers, others, web, seconds)
    async with asyncio.timeout(15):
        while await asyncio.to_thread(_cut, found) < cut + len(stalled):  # noqa: ASYNC110 - the server tells it by its metrics
            await asyncio.sleep(0.1)
    figures["stalled_cut_within_s"] = round(time.monotonic() - began, 1)
    return figures


def _cut(found: dict[str, Any]) -> int:
    """Sockets the server has closed as too slow so far."""
    lines = httpx.get(f"{found['web']}/metrics", timeout=10).text.splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith('oms_stream_closed_total{code="4408"}'))


async def _idle(url: str, tokens: list[str], web: int) -> dict[str, Any]:
    """Memory of the web process for sockets that follow nothing."""
    before = _resident(web)
    readers = await connect(url, tokens, [])
    for reader in readers:
        reader.say(op="ping")
    await asyncio.sleep(1)
    grown = _resident(web) - before
    await close(readers)
    return {"sockets": len(readers), "grown_mib": round(grown / 2**20, 1), "kib_a_socket": round(grown / 2**10 / len(readers))}


def _symbols(found: dict[str, Any]) -> list[str]:
    """Symbols whose quotes are fresh."""
    with target.client(found, "trader1") as rest:
        listed = rest.get("/api/quotes").json()
    rows = listed["results"] if isinstance(listed, dict) else listed
    return [row["symbol"] for row in rows if not row["stale"]][:20]


def _spread(tokens: list[str], number: int) -> list[str]:
    return [tokens[place * len(tokens) // number] for place in range(number)]


def _family(pid: int) -> list[int]:
    """The process and its children: the server's own and the ones that serve."""
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def _cpu(web: int) -> float:
    used = 0
    for pid in _family(web):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        used += int(fields[11]) + int(fields[12])
    return used / _TICKS


def _resident(web: int) -> int:
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in _family(web)) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    print(json.dumps(machine.keep("stream", measure()), indent=2))
