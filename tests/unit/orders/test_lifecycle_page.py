"""The page shows the table the code runs on."""

from orders import lifecycle_page


def test_the_page_is_fresh() -> None:
    page = lifecycle_page.PAGE.read_text(encoding="utf-8")
    assert lifecycle_page.renewed(page) == page, "python -m orders.lifecycle_page rewrites it"


def test_an_illegal_pair_is_a_dash() -> None:
    row = next(line for line in lifecycle_page.table().splitlines() if line.startswith("| new |"))
    assert row == "| new | new | - | - | - | - | - | - |"
