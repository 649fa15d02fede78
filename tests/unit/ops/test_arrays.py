"""Columns as parameters of one statement."""

from enum import StrEnum

import pytest

from oms_site.infra.postgresql.arrays import array_text, columns_text


class Word(StrEnum):
    ONE = "one"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], "{}"),
        ([1, -20], '{"1","-20"}'),
        (["a", "b,c", "{d}", " e ", "", "NULL"], '{"a","b,c","{d}"," e ","","NULL"}'),
        (['say "no"', "back\\slash"], '{"say \\"no\\"","back\\\\slash"}'),
        (['","'], '{"\\",\\""}'),
        ([Word.ONE], '{"one"}'),
    ],
)
def test_an_array_is_what_postgresql_reads(values: list[object], text: str) -> None:
    assert array_text(values) == text


def test_rows_become_columns() -> None:
    assert columns_text([("a", 1), ("b", 2)]) == ['{"a","b"}', '{"1","2"}']
