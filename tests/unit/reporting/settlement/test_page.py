"""The page shows the table the code runs on."""

from reporting.domain.settlement.page import PAGE, renewed, table


def test_the_page_is_fresh() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == renewed(page), "run: python -m reporting.domain.settlement.page"


def test_a_contradiction_is_a_dash() -> None:
    row = next(line for line in table().splitlines() if line.startswith("| failed |"))
    assert row == "| failed | failed | failed | failed | failed | - | failed | - | - |"
