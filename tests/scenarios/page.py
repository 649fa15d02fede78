"""The scenarios as a page for people; `python -m tests.scenarios.page` rewrites it."""

from collections.abc import Iterable
from pathlib import Path

from tests.scenarios.files import LEVELS, Play, Scenario, scenarios

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"
INTRODUCTION = """# The life of an order, scenario by scenario

The public standard for what happens to an order is the set of state-change matrices of FIX 4.4 (appendix D). Each of its rows is a file
in `tests/scenarios/data/`, with what somebody does, and after each step what the order's owner is told: `type/status filled/left`, the
reason, and where it matters the total, the price, the last fill, the average price or the day's share (FIX DayOrderQty/DayCumQty). Rows X
are our own, for what the matrices leave open. Each file is played at four levels, which must agree:

| level | what is played | where the answer is read |
|---|---|---|
| engine | the matching engine alone; it has no say in pending requests, and never hears of what risk refuses | its events |
| messages | risk and matching, chained by the topics' records | the topic `executions` |
| rows | requests through intake into PostgreSQL, the projection of what follows | `Execution` and `Order` rows |
| rest | the running product: REST, the desk's pages, every worker | `GET /api/orders/ID/events` |

`hold matching` and `release` make the races: what is asked while the matching worker is held waits in the order it came, as it does when
the worker is merely late; `hold core` keeps intake from seeing what has already happened. `=> 409 order_closed` is the answer of a request
that is refused; *past intake* is what a command is told that came another way than REST.

Written by `python -m tests.scenarios.page`; a test keeps it fresh. The table behind it is [the life of an order](life-cycle.md).
"""


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, _contents(), *map(_section, scenarios())])


def _contents() -> str:
    rows = [f"| {one.id} | {one.title} | {', '.join(play.name for play in one.plays)} | {_levels(one.plays)} |" for one in scenarios()]
    return "\n".join(["| row | scenario | played | levels |", "|---|---|---|---|", *rows, ""])


def _levels(plays: Iterable[Play]) -> str:
    common = [level for level in LEVELS if all(level in play.levels for play in plays)]
    return "all four" if len(common) == len(LEVELS) else ", ".join(common) or "see below"


def _section(scenario: Scenario) -> str:
    lines = [f"## {scenario.id} {scenario.title}", "", f"{'Left open' if scenario.id.startswith('X') else 'FIX'}: {scenario.row}", ""]
    if scenario.policy:
        lines += [f"Here: {scenario.policy}", ""]
    for play in scenario.plays:
        lines += [f"**{play.name}**" + (f" ({', '.join(play.levels)}: {play.why})" if play.why else ""), "", *_table(play), ""]
    return "\n".join(lines)


def _table(play: Play) -> list[str]:
    rows = ["| step | told |", "|---|---|"]
    for step in play.steps:
        told = "<br>".join(f"`{line.text(tuple(line.named))}`" + (" *past intake*" if line.past_intake else "") for line in step.told)
        rows.append(f"| {step.sentence} | {told} |")
    return rows


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
