"""The example day of docs/ledger.md, every number by hand."""

from decimal import Decimal

from reporting.domain.ledger import sums
from reporting.domain.ledger_page import BEGIN, END, PAGE, renewed, steps

FEE_TAKEN = Decimal(100) * 180 * Decimal("0.0005")
REBATE = Decimal(40) * 190 * Decimal("0.0002")
TAX = Decimal(40) * 190 * Decimal("0.0010")
LEAST = Decimal(1)
"""5 bp of 10 x 181 are 0.905, and of 5 x 182 0.455: the least is 1.00."""

LATE = Decimal(70) * 180 * Decimal("0.0005") * 2
"""12.60, from who did not deliver."""

BY_HAND = [
    # available USD, IBM; to come USD, IBM; to pay USD, IBM; the firm's fees; the tax
    (Decimal(100_000), 0, 0, 0, 0, 0, 0, 0),
    (100_000 - FEE_TAKEN, 0, 0, 100, -Decimal(18_000), 0, FEE_TAKEN, 0),
    (100_000 - FEE_TAKEN + REBATE - TAX, 0, Decimal(7_600), 100, -Decimal(18_000), -40, FEE_TAKEN - REBATE, TAX),
    (99_991 + REBATE - TAX - LEAST, 0, Decimal(7_600), 110, -Decimal(18_000) - 1_810, -40, FEE_TAKEN - REBATE + LEAST, TAX),
    (99_991 + REBATE - TAX - LEAST, 0, Decimal(7_600), 105, -Decimal(18_000) - 910, -40, FEE_TAKEN - REBATE + LEAST, TAX),
    (99_991 + REBATE - TAX, 0, Decimal(7_600), 100, -Decimal(18_000), -40, FEE_TAKEN - REBATE, TAX),
    (99_991 + REBATE - TAX - 5_400, 30, Decimal(7_600), 70, -Decimal(12_600), -40, FEE_TAKEN - REBATE, TAX),
    (99_991 + REBATE - TAX - 5_400 + 7_600, -10, 0, 70, -Decimal(12_600), 0, FEE_TAKEN - REBATE, TAX),
    (99_991 + REBATE - TAX - 5_400 + 7_600, -10, 0, 70, -Decimal(12_600), 0, FEE_TAKEN - REBATE, TAX),
    (99_991 + REBATE - TAX - 18_000 + 7_600 + LATE, 60, 0, 0, 0, 0, FEE_TAKEN - REBATE, TAX),
    (99_991 + REBATE - TAX - 18_000 + 7_600 + LATE - 1_000, 60, 0, 0, 0, 0, FEE_TAKEN - REBATE, TAX),
]


def test_every_number_of_the_day_is_what_one_reckons_by_hand() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = page.split(BEGIN)[1].split(END)[0].splitlines()[2:]
    told = [tuple(Decimal(cell.strip()) for cell in row.split("|")[2:-1]) for row in rows]
    assert told == BY_HAND
    assert BY_HAND[-1][0] == Decimal("88597.52")


def test_each_step_is_zero_in_sum() -> None:
    assert [sums(lines) for _, lines in steps()] == [{}] * len(BY_HAND)


def test_the_page_is_fresh() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == renewed(text), "run: python -m reporting.domain.ledger_page"
