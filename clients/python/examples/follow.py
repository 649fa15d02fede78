"""Follow: the top of a symbol's book, kept current from changed levels, and its trades.

Run it with OMS_URL, OMS_USER and OMS_PASSWORD set: `python follow.py IBM [EVENTS]`.
"""

import os
import sys
from itertools import islice

from oms_client import Book, Client, Login


def main(symbol: str, most: int | None) -> int:
    """Print what comes, for ever or `most` events."""
    web = os.environ["OMS_URL"]
    book = Book()
    with Client(web, Login(web, os.environ["OMS_USER"], os.environ["OMS_PASSWORD"])) as oms, oms.stream() as stream:
        stream.follow("book", symbol)
        stream.follow("trades", symbol)
        for event in islice(stream, most):
            match event.channel, event.type:
                case "book", "snapshot":
                    book.snapshot(event.data)
                case "book", "update":
                    book.update(event.data)
                case "trades", "update":
                    print(f"trade {event.value.quantity} at {event.value.price}")
                case _, "error":
                    print(event.data["message"], file=sys.stderr)
                    return 1
            if event.channel == "book" and book.bids and book.asks:
                print(f"{book.seq} {symbol} {book.bids[0].price} / {book.asks[0].price}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None))
