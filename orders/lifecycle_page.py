"""The life cycle as tables for people, made from what the code runs on; `python -m orders.lifecycle_page` rewrites them."""

from pathlib import Path
from typing import NamedTuple

from orders.domain.lifecycle import TRANSITIONS, WORKING, Step

PAGE = Path(__file__).parents[1] / "docs" / "life-cycle.md"


class Change(NamedTuple):
    """A replace of an order of 10 at 100 of which 4 are filled (a stop: of 10 at stop price 100, nothing filled), and what it must do.

    The test of this table sends each row to the engine: the page says what the engine does, or the test fails.
    """

    asked: str
    quantity: int | None
    price: int | None
    stop_price: int | None
    place: str
    result: str


KEPT, TAIL, GONE = "kept", "tail", "-"
REPLACES = (
    Change("quantity down, same price", 8, None, None, KEPT, "open"),
    Change("quantity up", 12, None, None, TAIL, "open; it may trade"),
    Change("another price", None, 101, None, TAIL, "open; it may trade"),
    Change("another price and quantity down", 8, 101, None, TAIL, "open; it may trade"),
    Change("nothing changed", 10, 100, None, KEPT, "open"),
    Change("quantity at what is filled", 4, None, None, GONE, "filled"),
    Change("quantity below what is filled", 2, None, None, GONE, "filled; the quantity is what was filled"),
    Change("another stop price", None, None, 101, TAIL, "waits anew; it acts at once if it is met"),
    Change("stop: quantity down", 8, None, None, KEPT, "waits"),
    Change("stop: quantity up", 12, None, None, TAIL, "waits anew"),
)


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *body])


def table() -> str:
    """Markdown: a row for each step, a column for each working status; a dash is an illegal pair."""
    rows = [[step.value, *(TRANSITIONS.get((status, step), "-") for status in WORKING)] for step in Step]
    return _table([["step \\ status", *WORKING], *rows])


def replaces() -> str:
    """Markdown: what each change of terms does to the order's place in its queue."""
    return _table([["change", "place", "then"], *([row.asked, row.place, row.result] for row in REPLACES)])


PARTS = {"life cycle": table, "replace": replaces}
"""Generated parts of the page, by the name in their markers."""


def markers(name: str) -> tuple[str, str]:
    """What stands before and after a generated part."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def renewed(page: str) -> str:
    """The page with its parts as they are now. Raises `ValueError` without the markers."""
    for name, part in PARTS.items():
        begin, end = markers(name)
        before, rest = page.split(begin)
        _, after = rest.split(end)
        page = f"{before}{begin}\n\n{part()}\n\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
