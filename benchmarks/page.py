"""Writes what was measured into `docs/benchmarks.md`, between the markers of a benchmark, so that page and results never differ."""

from typing import Any

from benchmarks.target import CHECKOUT

PAGE = CHECKOUT / "docs" / "benchmarks.md"


def table(kept: dict[str, Any], rows: list[tuple[str, str, str]], *, of: str = "", measured: str = "measured") -> str:
    """The machine and the date, and a row for each figure. `of` says what was measured on."""
    on, figures = kept["machine"], kept["figures"]
    load = f"load average {figures['load_before']:.1f} before, {figures['load_after']:.1f} after (1 is this benchmark itself)"
    head = (
        f"{of and of + '; '}{on['processor']}, {on['cores']} cores, {on['memory_gib']} GiB, Linux {on['kernel']}, "
        f"Python {on['python']}; {kept['at'][:10]}; {load}.\n\n"
    )
    lines = [f"| {what} | {figure} | {wanted} |" for what, figure, wanted in rows]
    return head + f"| what | {measured} | wanted |\n|---|---|---|\n" + "\n".join(lines) + "\n"


def write(name: str, text: str) -> None:
    """Put `text` between the markers of `name`. Raises `ValueError` when the page has none."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{PAGE.name} has no markers for {name}")
    PAGE.write_text(before + begin + text + end + after, encoding="utf-8")
