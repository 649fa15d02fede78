"""Files of reports: whole, and harmless in a spreadsheet."""

import csv
import io

import pytest

from oms_site.infra.errors import InvalidInput
from reporting.exports import csv_text, neutral


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_text_that_would_run_as_a_formula_stays_text(text: str) -> None:
    assert neutral(text, number=False) == f"'{text}"


def test_our_own_numbers_keep_their_sign_and_nothing_is_empty() -> None:
    assert neutral("-5.25", number=True) == "-5.25"
    assert neutral(None, number=True) == neutral(None, number=False) == ""


def test_a_file_reads_back_whatever_its_texts_hold() -> None:
    rows = [{"name": f'say "{index}", please\n', "size": f"-{index}"} for index in range(1200)]
    text = csv_text(rows, ("name", "size"), frozenset({"size"}))
    assert list(csv.DictReader(io.StringIO(text, newline=""))) == rows


def test_a_file_is_whole_or_refused() -> None:
    rows = [{"a": 1}] * 3
    assert csv_text(rows, ("a",), frozenset(), most=3).count("\n") == 4
    with pytest.raises(InvalidInput, match="narrow"):
        csv_text(rows, ("a",), frozenset(), most=2)


def test_no_rows_is_a_header() -> None:
    assert csv_text([], ("a", "b"), frozenset()) == "a,b\r\n"
