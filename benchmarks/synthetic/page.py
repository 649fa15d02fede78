"""What `docs/synthetic.md` shows: tables between markers and plots, all from the tapes of `benchmarks.synthetic.tapes`."""

from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path

from benchmarks.synthetic import facts
from benchmarks.synthetic.numbers import autocorrelations, correlation
from benchmarks.synthetic.plots import Panel, svg
from benchmarks.synthetic.tapes import CHECKOUT, LISTINGS, SYMBOLS, Tape, real, synthetic
from marketdata.domain.synthetic import COURSES, REGIMES, SESSION_STEPS

PAGE = CHECKOUT / "docs" / "synthetic.md"
IMAGES = CHECKOUT / "docs" / "img"
EQUITIES = ("IBM", "BAC", "AIG")
SIGN_LAGS, MOVE_LAGS = range(1, 61), range(1, 31)

Column = Mapping[str, str]


def of(tape: Tape, symbol: str) -> Column:
    """Every fact of a symbol."""
    listing = LISTINGS[symbol]
    return facts.of_quotes(tape[symbol], listing.tick) | facts.of_prints(tape[symbol], listing.tick, listing.round_lot * listing.lot)


def _table(columns: Mapping[str, Column]) -> str:
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    head = f"| | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}\n"
    return head + "".join(f"| {name} | {' | '.join(column.get(name, '') for column in columns.values())} |\n" for name in names)


def _together(tape: Tape) -> Column:
    changes = {symbol: facts.returns(tape[symbol], 10) for symbol in EQUITIES}
    return {f"{one} with {two}": f"{correlation(changes[one], changes[two]):+.2f}" for one, two in combinations(EQUITIES, 2)}


def against_the_files() -> str:
    """Each symbol of the files beside the same of the regime `open`; then how the equities move together."""
    found, made = real(), synthetic("open")
    columns = {}
    for symbol in SYMBOLS:
        columns[f"{symbol} file"] = of(found, symbol)
        columns[f"{symbol} open"] = of(made, symbol)
    together = {"file": _together(found)} | {regime: _together(synthetic(regime)) for regime in REGIMES}
    return f"{_table(columns)}\nCorrelation of returns of 10 s:\n\n{_table(together)}"


def regimes() -> str:
    """IBM under every regime."""
    return _table({name: of(synthetic(name), "IBM") for name in REGIMES})


def _change(tape: Tape, symbol: str) -> list[float]:
    middles = facts.middles(tape[symbol], 5)
    return [100 * (middle - middles[0]) / middles[0] for middle in middles]


def _plot(name: str) -> str:
    tape = synthetic(name, SESSION_STEPS) if name not in REGIMES else synthetic(name)
    end = f"{tape['IBM'][-1].time // 60_000_000 + 1} min"
    wide = [row.ask - row.bid for row in tape["IBM"]]
    widths = [sum(wide[at : at + 50]) / (50 * LISTINGS["IBM"].tick) for at in range(0, len(wide), 50)]
    return svg(
        [
            Panel(f"{name}: price, change in percent", {symbol: _change(tape, symbol) for symbol in SYMBOLS}, "0", end),
            Panel("spread of IBM in ticks, means of 10 s", {"IBM": widths}, "0", end, floor=0),
            Panel("prints of IBM in 10 s", {"IBM": facts.arrivals(tape["IBM"], 10)}, "0", end, floor=0),
        ]
    )


def _moves(tape: Tape, symbol: str) -> list[float]:
    sizes = [abs(change) for change in facts.returns(tape[symbol], 1)]
    return autocorrelations(sizes, MOVE_LAGS)


def _memory() -> str:
    sides = {name: {s: facts.signs(tape[s]) for s in EQUITIES} for name, tape in (("file", real()), ("open", synthetic("open")))}
    return svg(
        [
            *(
                Panel(
                    f"sign of prints, autocorrelation, {name}",
                    {symbol: autocorrelations(signs, SIGN_LAGS) for symbol, signs in found.items()},
                    "1 print",
                    f"{SIGN_LAGS[-1]} prints",
                    floor=0,
                    ceiling=0.8,
                )
                for name, found in sides.items()
            ),
            *(
                Panel(
                    f"absolute return of 1 s, autocorrelation, {name}",
                    {symbol: _moves(tape, symbol) for symbol in SYMBOLS},
                    "1 s",
                    f"{MOVE_LAGS[-1]} s",
                    floor=-0.1,
                    ceiling=0.4,
                )
                for name, tape in (("file", real()), ("open", synthetic("open")))
            ),
        ]
    )


TABLES: dict[str, Callable[[], str]] = {"against the files": against_the_files, "regimes": regimes}
"""Parts of the page by the name in their markers."""


def plots() -> dict[Path, str]:
    """Every plot by its path."""
    return {IMAGES / f"synthetic-{name}.svg": _plot(name) for name in COURSES} | {IMAGES / "synthetic-memory.svg": _memory()}


def page() -> str:
    """The page with its tables as they are now. Raises `ValueError` without the markers."""
    text = PAGE.read_text(encoding="utf-8")
    for name, build in TABLES.items():
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"{PAGE.name} has no markers for {name}")
        text = before + begin + build() + end + after
    return text
