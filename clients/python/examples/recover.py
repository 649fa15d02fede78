"""Recover: a copy of an account's orders that survives this program's end. The file holds the newest sequence and the orders as of it.

Run it with OMS_URL, OMS_USER and OMS_PASSWORD set: `python recover.py ACME-1 orders.json [SECONDS]`.

Stop it, trade, start it again: it goes on from its sequence and misses nothing. While it runs the stream reconnects by itself.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from oms_client import Client, Event, Login


def apply(copy: dict[str, Any], event: Event) -> None:
    """A snapshot replaces the orders it does not know better, an update is the order's newest state."""
    if event.type == "snapshot":
        copy["orders"] |= {order["id"]: order for order in event.data}
    elif event.type == "update":
        copy["orders"][event.data["id"]] = event.data
    copy["seq"] = event.seq


def main(account: str, path: Path, quiet: float | None) -> int:
    """Keep the copy until nothing has come for `quiet` seconds."""
    copy = json.loads(path.read_text()) if path.exists() else {"seq": None, "orders": {}}
    web = os.environ["OMS_URL"]
    with Client(web, Login(web, os.environ["OMS_USER"], os.environ["OMS_PASSWORD"])) as oms, oms.stream() as stream:
        stream.follow("orders", account, from_seq=None if copy["seq"] is None else copy["seq"] + 1)
        for event in stream.events(timeout=quiet):
            if event.type == "error":
                print(event.data["message"], file=sys.stderr)
                return 1
            apply(copy, event)
            newer = path.with_suffix(".new")
            newer.write_text(json.dumps(copy))
            newer.replace(path)
    print(f"{len(copy['orders'])} orders as of sequence {copy['seq']}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else None))
