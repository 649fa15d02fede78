"""The life cycle as a table for people, made from the one the code runs on; `python -m orders.lifecycle_page` rewrites the page."""

from pathlib import Path

from orders.domain.lifecycle import TRANSITIONS, WORKING, Step

PAGE = Path(__file__).parents[1] / "docs" / "life-cycle.md"
BEGIN, END = "<!-- life cycle: begin -->", "<!-- life cycle: end -->"


def table() -> str:
    """Markdown: a row for each step, a column for each working status; a dash is an illegal pair."""
    rows = [["step \\ status", *WORKING], ["---"] * (len(WORKING) + 1)]
    rows += [[step.value, *(TRANSITIONS.get((status, step), "-") for status in WORKING)] for step in Step]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def renewed(page: str) -> str:
    """The page with the table as it is now. Raises `ValueError` without the two markers."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
