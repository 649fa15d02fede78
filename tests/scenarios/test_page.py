"""The page shows the files that are played."""

from tests.scenarios import page


def test_the_page_is_fresh() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "python -m tests.scenarios.page rewrites it"
