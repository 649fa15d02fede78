"""What risk checks and counts as tables for people, made from what the code runs on; `python -m risk.page` rewrites them."""

from collections.abc import Iterable
from pathlib import Path

from risk.domain.catalog import LINES, Line
from risk.domain.decisions import OUTCOMES
from risk.domain.limits import OPTIONAL, UNITS, Rule
from schemas.enums import Reason

PAGE = Path(__file__).parents[1] / "docs" / "risk.md"


def _table(rows: Iterable[list[str]]) -> str:
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *body])


def _codes(line: Line) -> str:
    own = [*line.codes, *([Reason.LIMIT_MISSING] if set(line.limits) - OPTIONAL else [])]
    return ", ".join(f"`{code.value}`" for code in own)


def checks() -> str:
    """Markdown: a row for each rule of the catalog, in the order they are asked."""
    rows = [
        [line.rc, f"`{line.rule}`", line.passes, _codes(line) or "-", line.by or ("yes" if line.may_be_off else "always"), line.source]
        for line in LINES
    ]
    return _table([["RC", "rule", "passes when", "refuses with", "enforced", "source"], *rows])


def limits() -> str:
    """Markdown: a row for each limit."""
    rows = [[f"`{rule.value}`", UNITS[rule], "not asked for" if rule in OPTIONAL else "refuses"] for rule in Rule]
    return _table([["limit", "unit", "without any"], *rows])


def outcomes() -> str:
    """Markdown: a row for each letter of a result."""
    return _table([["letter", "the check"], *([f"`{letter}`", words] for letter, words in OUTCOMES.items())])


PARTS = {"checks": checks, "limits": limits, "outcomes": outcomes}
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
