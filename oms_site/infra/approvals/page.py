"""The kinds of requests and their life as tables for people, from the code; `python -m oms_site.infra.approvals.page` rewrites them."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from oms_site.infra.approvals.states import NEXT, TOLD, State

PAGE = Path(__file__).parents[3] / "docs" / "governance.md"
_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def _table(rows: Iterable[list[str]]) -> str:
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *body])


def _length(span: timedelta) -> str:
    """`2 hours`, in the largest unit that divides it."""
    unit, word = next((unit, word) for unit, word in _UNITS if not span % unit)
    return f"{span // unit} {word}{'' if span == unit else 's'}"


def _names(states: Iterable[State]) -> str:
    return ", ".join(f"`{state.value}`" for state in states) or "-"


def kinds() -> str:
    """Markdown: a row for each kind, by its name."""
    from oms_site.infra.approvals.kinds import KINDS  # noqa: PLC0415 - kinds are known once Django has started

    rows = [
        [
            *(f"`{kind.name}`", kind.words, ", ".join(sorted(map(str, kind.may_request))), ", ".join(sorted(map(str, kind.may_approve)))),
            *(_length(kind.waits), "-" if kind.lasts is None else f"after at most {_length(kind.lasts)}"),
            "by command, after approval" if kind.deferred else "with the approval",
        ]
        for _, kind in sorted(KINDS.items())
    ]
    return _table([["kind", "what", "asked for by", "decided by", "waits", "undone by itself", "carried out"], *rows])


def states() -> str:
    """Markdown: a row for each state."""
    rows = [
        [
            *(f"`{state.value}`", state.label, _names(following for following in State if following in NEXT[state])),
            " or ".join(f"`{action}`" for action in TOLD[state]),
        ]
        for state in State
    ]
    return _table([["state", "means", "becomes", "audit entry that stands behind it"], *rows])


PARTS = {"kinds": kinds, "states": states}
"""Generated parts of the page, by the name in their markers."""


def renewed(page: str) -> str:
    """The page with its parts as they are now. Raises `ValueError` without the markers."""
    for name, part in PARTS.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, rest = page.split(begin)
        _, after = rest.split(end)
        page = f"{before}{begin}\n\n{part()}\n\n{end}{after}"
    return page


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms_site.settings")
    django.setup()
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
