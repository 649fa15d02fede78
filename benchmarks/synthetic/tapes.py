"""The tapes the page compares: 25 minutes of four symbols, from the real files and from each regime."""

from collections import defaultdict
from functools import cache
from pathlib import Path

from marketdata.demo import DEMO_INSTRUMENTS
from marketdata.domain.synthetic import Listing, SyntheticMarket
from marketdata.domain.tape import Good, read_tape
from schemas.messages import Quote
from schemas.units import to_units

CHECKOUT = Path(__file__).resolve().parents[2]
DATA = CHECKOUT.parent / "shared" / "data"
FILES = ("us_equities_nbbo_20131007_open.csv", "eurusd_fxcm_20140508_ecb.csv")
SYMBOLS = ("IBM", "BAC", "AIG", "EURUSD")
SEED = 1
STEPS, STEP_US = 25 * 60 * 5, 200_000

LISTINGS = {
    demo.symbol: Listing(
        demo.symbol,
        to_units(demo.reference_price),
        to_units(demo.tick),
        to_units(demo.lot),
        100_000 if demo.group == "FX" else 100,
        demo.group,
    )
    for demo in DEMO_INSTRUMENTS
    if demo.symbol in SYMBOLS
}

Tape = dict[str, list[Quote]]


@cache
def synthetic(regime: str, steps: int = STEPS, seed: int = SEED) -> Tape:
    """Each symbol's rows under a regime."""
    market = SyntheticMarket(LISTINGS.values(), seed=seed, regime=regime)
    found: Tape = defaultdict(list)
    for step in range(steps):
        for row in market.step(step * STEP_US):
            found[row.symbol].append(row)
    return dict(found)


@cache
def real(folder: Path = DATA) -> Tape:
    """Each symbol's rows in the files. Raises `OSError` without them."""
    found: Tape = defaultdict(list)
    for name in FILES:
        for row in read_tape([(folder / name).read_bytes()], known=frozenset(SYMBOLS)):
            if isinstance(row, Good):
                found[row.quote.symbol].append(row.quote)
    return dict(found)
