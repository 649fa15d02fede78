"""Bootstrap: one account as it is now. Orders, fills and positions from the stream's snapshots, which carry the sequence to follow from.

Run it with OMS_URL, OMS_USER and OMS_PASSWORD set: `python bootstrap.py ACME-1`.
"""

import os
import sys

from oms_client import Client, Login


def main(account: str) -> int:
    """Print the account."""
    web = os.environ["OMS_URL"]
    with Client(web, Login(web, os.environ["OMS_USER"], os.environ["OMS_PASSWORD"])) as oms, oms.stream() as stream:
        for channel in ("orders", "executions", "positions"):
            stream.follow(channel, account)
        for event in stream.settle():
            if event.type == "error":
                print(f"{event.channel} {event.key}: {event.data['message']}", file=sys.stderr)
                return 1
            if event.type == "snapshot":
                print(f"{event.channel} of {event.key} as of sequence {event.seq}")
                for record in event.value:
                    print(f"  {record}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
