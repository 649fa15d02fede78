"""All real servers: whatever listens, listens on loopback."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from oms_site.stack import Stack, leftovers

LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


def _listeners(pids: list[int]) -> dict[tuple[str, int], int]:
    """Address (as the kernel writes it) and port of every socket these processes listen on."""
    inodes = {}
    for pid in pids:
        with suppress(FileNotFoundError):  # a process that has ended meanwhile, a file it has closed, listens no more
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(FileNotFoundError):
                    inodes[os.readlink(entry)] = pid
    found = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            address, port = fields[1].rsplit(":", 1)
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found[address, int(port, 16)] = inodes[f"socket:[{fields[9]}]"]
    return found


@pytest.mark.servers
def test_every_server_listens_on_loopback_alone(servers: Stack) -> None:
    found = _listeners(leftovers.members(servers.layout.run_dir))
    ports = servers.ports.as_dict()
    assert {address for address, _ in found} <= LOOPBACK, found
    assert {port for _, port in found} >= {ports[name] for name in ("postgres", "redis", "kafka", "kafka_controller", "registry")}
    assert {port for _, port in found} <= set(ports.values())
