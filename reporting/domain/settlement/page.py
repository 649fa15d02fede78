"""The life cycle of an instruction as a table in `docs/settlement.md`; `python -m reporting.domain.settlement.page` rewrites it."""

from pathlib import Path

from reporting.domain.settlement.table import EVENTS, TRANSITIONS, State

PAGE = Path(__file__).resolve().parents[3] / "docs" / "settlement.md"
BEGIN, END = "<!-- settlement: begin -->", "<!-- settlement: end -->"


def table() -> str:
    """Markdown: a row for each event, a column for each state; a dash contradicts."""
    rows = [["event \\ state", *State], ["---"] * (len(State) + 1)]
    rows += [[event, *(TRANSITIONS.get((state, event), "-") for state in State)] for event in EVENTS]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def renewed(page: str) -> str:
    """The page with the table as it is now. Raises `ValueError` without the markers."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
