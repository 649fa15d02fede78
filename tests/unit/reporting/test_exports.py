"""Files of reports: whole, and harmless in a spreadsheet."""

import csv
import io

import pytest

from reporting.exports import csv_lines, neutral


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_text_that_would_run_as_a_formula_stays_text(text: str) -> None:
    assert neutral(text, number=False) == f"'{text}"


def test_our_own_numbers_keep_their_sign_and_nothing_is_empty() -> None:
    assert neutral("-5.25", number=True) == "-5.25"
    assert neutral(None, number=True) == neutral(None, number=False) == ""


def test_a_file_is_written_chunk_by_chunk_and_reads_back() -> None:
    rows = [{"name": f'say "{index}", please\n', "size": f"-{index}"} for index in range(1200)]
    chunks = list(csv_lines(rows, ("name", "size"), frozenset({"size"})))
    assert len(chunks) == 3
    read = list(csv.DictReader(io.StringIO("".join(chunks), newline="")))
    assert read == rows


def test_no_rows_is_a_header() -> None:
    assert list(csv_lines([], ("a", "b"), frozenset())) == ["a,b\r\n"]
