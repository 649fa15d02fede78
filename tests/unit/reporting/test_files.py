"""Files of reports: whole, typed, and harmless in a spreadsheet."""

import csv
import hashlib
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pypdf
import pytest

from reporting.files.cells import json_row, neutral, number_text
from reporting.files.csv_file import csv_pieces
from reporting.files.making import Hashed
from reporting.files.pdf_file import Heading, PdfDocument
from reporting.files.xlsx_file import xlsx_write
from reporting.reports.definition import Column, Kind, Row

COLUMNS = (
    *(Column("name"), Column("size", Kind.NUMBER), Column("seq", Kind.COUNT), Column("at", Kind.TIME), Column("day", Kind.DATE)),
    Column("reversal", Kind.FLAG),
)
AT = datetime(2026, 11, 24, 15, 4, 5, 123456, tzinfo=UTC)
FULL: Row = ("Acme", Decimal("-1234567.25000000"), 7, AT, date(2026, 11, 24), True)
NOTHING: Row = (None,) * 6
RISKY = ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", chr(0xFF1D) + "1"]


def as_csv(*rows: Row) -> str:
    return b"".join(csv_pieces(COLUMNS, [rows] if rows else [])).decode()


def sheets(*batches: list[Row], **options: int) -> list[list[list[object]]]:
    file = io.BytesIO()
    xlsx_write(file, "Sizes", COLUMNS, batches, **options)
    book = openpyxl.load_workbook(file)
    return [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets]


def pdf(rows: list[Row], columns: tuple[Column, ...] = COLUMNS) -> list[str]:
    file = io.BytesIO()
    document = PdfDocument(file, Heading("Sizes", "How large things are.", [("name", "Acme")], AT, "trader1"))
    hashed = Hashed(columns, [rows] if rows else [])
    document.table(columns, hashed)
    document.finish(hashed.digest)
    return [page.extract_text() for page in pypdf.PdfReader(file).pages]


@pytest.mark.parametrize("text", RISKY)
def test_a_text_that_would_run_as_a_formula_stays_text(text: str) -> None:
    assert neutral(text) == f"'{text}"
    file = io.BytesIO()
    xlsx_write(file, "Sizes", COLUMNS, [[(text, *NOTHING[1:])]])
    cell = openpyxl.load_workbook(file).active["A2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True), "no formula, and none when it is edited"


def test_our_own_numbers_keep_their_sign_and_nothing_is_empty() -> None:
    header, full, nothing = csv.reader(io.StringIO(as_csv(FULL, NOTHING), newline=""))
    assert header == ["name", "size", "seq", "at", "day", "reversal"]
    assert full == ["Acme", "-1234567.25", "7", "2026-11-24T15:04:05.123456Z", "2026-11-24", "yes"]
    assert nothing == [""] * 6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0E-8", "0"),
        ("-0.00", "0"),
        ("1E-8", "0.00000001"),
        ("100", "100"),
        ("12300.500", "12300.5"),
        ("3500.00000000", "3500"),
        ("-0.00000000", "0"),
        ("0.000000000", "0"),
    ],
)
def test_a_number_is_written_as_short_as_it_can_be_and_without_exponent(value: str, text: str) -> None:
    assert number_text(Decimal(value)) == text


def test_a_csv_file_reads_back_whatever_its_texts_hold() -> None:
    names = [f'say "{index}", please\nnow' for index in range(1200)]
    text = as_csv(*((name, *FULL[1:]) for name in names))
    assert [row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))] == names
    assert as_csv() == "name,size,seq,at,day,reversal\r\n"


def test_cells_of_a_workbook_have_their_types() -> None:
    ((header, full, nothing),) = sheets([FULL], [NOTHING])
    assert header == ["name", "size", "seq", "at", "day", "reversal"]
    name, size, seq, at, day, reversal = full
    assert (name, size, seq, reversal) == ("Acme", -1234567.25, 7, True)
    assert isinstance(at, datetime)
    assert abs((at - AT.replace(tzinfo=None)).total_seconds()) < 0.001
    assert str(day) == "2026-11-24 00:00:00"
    assert nothing == [None] * 6


def test_a_number_a_spreadsheet_would_round_is_a_text() -> None:
    ((_, row),) = sheets([(None, Decimal("123456789012.12345678"), *NOTHING[2:])])
    assert row[1] == "123456789012.12345678"


def test_a_workbook_goes_on_on_the_next_sheet_with_its_header() -> None:
    first, second, third = sheets([FULL] * 3, [FULL] * 2, sheet_rows=3)
    assert [len(sheet) for sheet in (first, second, third)] == [3, 3, 2]
    assert first[0] == second[0] == third[0]
    ((header,),) = sheets()
    assert header[0] == "name", "no rows are a header"


@pytest.mark.parametrize("text", ["<b>&amp;", "bell\x07", "_x0041_", "two\nlines", "  blanks  ", "中文", "<r><t>not markup</t></r>"])
def test_any_text_comes_back_from_a_workbook(text: str) -> None:
    ((_, row),) = sheets([(text, *NOTHING[1:])])
    value = row[0] if isinstance(row[0], str) else ""
    assert openpyxl.utils.escape.unescape(value) == text


def test_a_page_of_a_pdf_says_what_it_is_which_of_how_many_and_the_hash_of_the_data() -> None:
    pages = pdf([FULL] * 100)
    digest = hashlib.sha256(as_csv(*[FULL] * 100).encode()).hexdigest()
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        for words in ("Sizes", "name: Acme", f"page {number}", f"of {len(pages)}", digest, "as of 2026-11-24 15:04:05 UTC", "for trader1"):
            assert words in page, f"page {number} lacks {words}"
    assert sum(page.count("-1,234,567.25") for page in pages) == 100


def test_a_pdf_without_rows_says_so_and_loses_no_letter() -> None:
    assert "No rows." in pdf([])[0]
    assert "\\u4e2d" in pdf([("中", *NOTHING[1:])])[0]


def test_too_many_columns_for_a_page_wrap_and_stay_whole() -> None:
    columns = tuple(Column(f"column_{index}") for index in range(25))
    (page,) = pdf([tuple(f"value-{index:02}-of-a-long-row" for index in range(25))], columns)
    assert "".join(page.split()).count("ofalongrow") + "".join(page.split()).count("of-a-long-row") == 25


def test_a_row_is_told_by_rest_with_decimals_as_text() -> None:
    assert json_row(COLUMNS, FULL) == {
        "name": "Acme",
        "size": "-1234567.25",
        "seq": 7,
        "at": "2026-11-24T15:04:05.123456Z",
        "day": "2026-11-24",
        "reversal": True,
    }
    assert set(json_row(COLUMNS, NOTHING).values()) == {None}
