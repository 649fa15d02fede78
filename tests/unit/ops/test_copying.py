"""Rows as PostgreSQL's COPY reads them: what separates rows and columns is escaped where it is part of a value."""

import pytest

from oms_site.infra.postgresql.copying import NULL, rows_text


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([("a", "1"), ("b", "")], "a\t1\nb\t\n"),
        ([("a", NULL)], "a\t\x01\n"),
        ([("one\ttwo", "1")], "one\\ttwo\t1\n"),
        ([("one\ntwo", "1"), ("three", "2")], "one\\ntwo\t1\nthree\t2\n"),
        ([("\\N", "1")], "\\\\N\t1\n"),
        ([("\\.",)], "\\\\.\n"),
        ([("one\rtwo", "ä")], "one\\rtwo\tä\n"),
    ],
)
def test_a_value_stays_one_value(rows: list[tuple[str, ...]], text: str) -> None:
    assert rows_text(rows) == text
