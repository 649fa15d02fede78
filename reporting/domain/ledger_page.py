"""Writes the example day into `docs/ledger.md` (`python -m reporting.domain.ledger_page`). What happens is data, its numbers follow."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from reporting.domain.books import DAY, Bookkeeper, Fill
from reporting.domain.fees import Schedule, Tier
from reporting.domain.ledger import AssetType, Kind, Line, Lines, Place, balances, deposit_lines
from reporting.domain.objects import wide_text
from reporting.domain.settlement import day_of, settlement_date
from reporting.domain.settlement.delivery import Terms
from reporting.domain.settlement.fold import Life, advised
from schemas.messages import SettlementAdvice
from schemas.units import ONE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ledger.md"
BEGIN, END = "<!-- day: begin -->\n", "<!-- day: end -->"
BP, WIDE = 10_000, ONE * ONE
SCHEDULE = Schedule(1, "", frozenset(), "USD", 0, (Tier(0, -2 * BP, 5 * BP, 0),), minimum=WIDE, tax_rate=10 * BP, tax_side="sell")
_COLUMNS = tuple((kind, asset) for kind in (Kind.AVAILABLE, Kind.RECEIVABLE, Kind.PAYABLE) for asset in ("USD", "IBM"))


def _fill(number: int, side: str, quantity: int, price: int, liquidity: str, *, corrects: int = 0) -> Fill:
    trade = corrects or number
    terms = (side, quantity * ONE, price * ONE, liquidity, number)
    return Fill(f"E{number}", bool(corrects), f"O{trade}", f"T{trade}", "ACME-1", "IBM", *terms)


class _Instruction:
    """What becomes of one as the houses speak; 5 basis points a day for what is late."""

    def __init__(self, side: str, quantity: int, price: int) -> None:
        due = settlement_date(day_of(0))
        self._terms = Terms("ACME-1", "IBM", "USD", side, quantity * ONE, quantity * price * WIDE, due)
        self._life = Life()

    def told(self, status: str, quantity: int = 0, *, late: int = 0, reason: str | None = None) -> Lines:
        """The lines of a word, `late` days after the due date."""
        time = (1 + late) * DAY
        word = SettlementAdvice("S", "custodian", "I", "ACME-1", "IBM", 1, status, quantity * ONE, time, reason, None, 5 * BP)
        outcome = advised(self._terms, self._life, word)
        self._life = outcome.life
        return outcome.delivery.lines if outcome.delivery else ()


def steps() -> Iterator[tuple[str, Lines]]:
    """What happens on the day, and the lines of it."""
    keeper = Bookkeeper(schedules=[SCHEDULE], currencies={"IBM": "USD"}, volumes={}, standing={}, numbers=count(1))

    def booked(fill: Fill) -> Lines:
        return tuple(line for one in keeper.book(fill) for line in one.entry.lines)

    yield "100,000 brought in", deposit_lines("ACME-1", AssetType.CURRENCY, "USD", 100_000 * WIDE)
    yield "bought 100 at 180, taking", booked(_fill(1, "buy", 100, 180, "taker"))
    yield "sold 40 at 190, making", booked(_fill(2, "sell", 40, 190, "maker"))
    yield "bought 10 at 181, taking", booked(_fill(3, "buy", 10, 181, "taker"))
    yield "the 10 were 5 at 182", booked(_fill(4, "buy", 5, 182, "taker", corrects=3))
    yield "and are busted", booked(_fill(5, "buy", 0, 0, "taker", corrects=3))
    bought, sold = _Instruction("buy", 100, 180), _Instruction("sell", 40, 190)
    yield "next day: 30 of the 100 come", bought.told("partial", 30)
    yield "the 40 settle", sold.told("settled", 40)
    yield "the other 70 fail: the seller lacks them", bought.told("failed", reason="securities_lacking")
    yield "two days late they come, with 5 bp a day", bought.told("settled", 70, late=2)
    yield "1,000 taken out", deposit_lines("ACME-1", AssetType.CURRENCY, "USD", -1_000 * WIDE)


def table() -> str:
    """The day as a table: balances of the account after each step."""
    head = (
        "| what happens | "
        + " | ".join(f"{kind.value.replace('_', ' ')} {asset}" for kind, asset in _COLUMNS)
        + " | `@FIRM` fees | `@TAX` |"
    )
    lines: list[Line] = []
    rows = [head, "|---" * (len(_COLUMNS) + 3) + "|"]
    for words, more in steps():
        lines += more
        held = balances(lines)
        places = [Place("ACME-1", kind, _type(asset), asset) for kind, asset in _COLUMNS]
        places += [Place(owner, Kind.FEES, AssetType.CURRENCY, "USD") for owner in ("@FIRM", "@TAX")]
        rows.append(f"| {words} | " + " | ".join(wide_text(held.get(place, 0)) for place in places) + " |")
    return "\n".join(rows) + "\n"


def _type(asset: str) -> AssetType:
    return AssetType.CURRENCY if asset == "USD" else AssetType.INSTRUMENT


def renewed(text: str) -> str:
    """The page with the table as it is now."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
