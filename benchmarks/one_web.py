"""One web process of its own beside the demo's two, which people's browsers keep: what a benchmark of the stream asks of one process."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any

import httpx

from benchmarks import target
from oms_site.stack import Stack

_READY_WITHIN = 60
_PROTOCOL = "oms_site.stream.protocol:StreamProtocol"


@contextmanager
def one_web(found: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    """(What `target.stack` says, with the address of this process; its pid.)"""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "uvicorn", "oms_site.asgi:application", "--port", str(port), "--ws", _PROTOCOL, "--ws-max-size", "65536"]
    words += ["--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen(words, cwd=target.CHECKOUT, env=Stack.attach().child_environment(), stdout=subprocess.DEVNULL)
    try:
        _wait(process, f"http://127.0.0.1:{port}/livez")
        yield found | {"web": f"http://127.0.0.1:{port}", "ws": f"ws://127.0.0.1:{port}/ws/stream"}, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    give_up = time.monotonic() + _READY_WITHIN
    while process.poll() is None and time.monotonic() < give_up:
        try:
            if httpx.get(address, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the web process of this benchmark did not start")
