"""The page about two people says what the code runs on."""

from oms_site.infra.approvals.page import PAGE, renewed


def test_the_tables_of_the_page_are_fresh() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == renewed(text), "run: python -m oms_site.infra.approvals.page"
