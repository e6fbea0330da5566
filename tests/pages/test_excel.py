"""Lists as Excel files."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.pages.excel import MAX_TEXT, Field, Kind, Sheet, workbook

DAY = date(2026, 11, 21)
FIELDS = (
    Field("Ärende"), Field("Dygn", Kind.NUMBER), Field("Kostnad", Kind.MONEY), Field("Andel", Kind.SHARE),
    Field("Ankomst", Kind.DAY),
)  # fmt: skip
ROW = ("AVH-2026-0001", 31, Decimal("93000.50"), Decimal("0.125"), date(2022, 3, 17))


def made(*rows: tuple, fields: tuple[Field, ...] = FIELDS, **more: object) -> bytes:
    return workbook(Sheet("Placeringar", fields, rows), made=DAY, **more)


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_each_cell_is_of_its_columns_kind():
    sheet = opened(made(ROW))["Placeringar"]
    assert [cell.value for cell in sheet[1]] == [field.label for field in FIELDS]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "n", "d"]
    assert [cell.value for cell in sheet[2]][1:4] == [31, 93000.5, 0.125]
    assert sheet[2][4].value.date() == date(2022, 3, 17)
    assert sheet[2][2].number_format == "#,##0.00"


def test_an_unknown_value_is_an_empty_cell():
    sheet = opened(made((ROW[0], None, None, None, None)))["Placeringar"]
    assert [cell.value for cell in sheet[2]] == [ROW[0], None, None, None, None]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=40))
def test_a_text_stays_a_text(text):
    """Also one that looks like a formula, a number, a link or an escape."""
    content = made((text,), fields=(Field("Text"),))
    cell = opened(content)["Placeringar"]["A2"]
    assert cell.data_type == "s" or (not text and cell.value is None)  # an empty cell may have no kind
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "text", ["=1+1", "+46", "-1", "@SUM(A1)", "\tx", "https://x.se", "0012", "=HYPERLINK()"]
)
def test_what_looks_like_a_formula_is_still_one_text(text):
    content = made((text,), fields=(Field("Text"),))
    cell = opened(content)["Placeringar"]["A2"]
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert cell.quotePrefix == (text[0] in "=+-@\t")


@given(st.decimals(min_value=0, max_value=Decimal("999999999999.99"), places=2))
def test_kronor_come_out_to_the_ore(amount):
    cell = opened(made((amount,), fields=(Field("Kostnad", Kind.MONEY),)))["Placeringar"]["A2"]
    assert Decimal(repr(cell.value)).quantize(Decimal("0.01")) == amount


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.MONEY, 1.5), (Kind.MONEY, "1"), (Kind.NUMBER, True), (Kind.TEXT, 1), (Kind.DAY, "2026-01-01"),
        (Kind.DAY, datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_another_kind_of_value_is_refused(kind, value):
    with pytest.raises(TypeError, match="Kolumn holds"):
        made((value,), fields=(Field("Kolumn", kind),))


def test_a_row_of_the_wrong_length_and_a_text_too_long_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        made((ROW[0],))
    with pytest.raises(ValueError, match="at most"):
        made(("x" * (MAX_TEXT + 1),), fields=(Field("Text"),))
    with pytest.raises(ValueError, match="named"):
        workbook(Sheet("a/b", FIELDS, []), made=DAY)


def test_the_last_sheet_tells_what_the_file_is():
    book = opened(made(ROW, about=[("Hämtad av", "Siri")], secret=True))
    told = dict(row for row in book["Om filen"].iter_rows(min_row=2, values_only=True))
    assert told == {
        "Skapad": "2026-11-21", "Hämtad av": "Siri", "Rader i Placeringar": "1",
        "Sekretess": "Innehåller sekretessbelagda uppgifter",
    }  # fmt: skip
    assert "sekretess" in book["Placeringar"].oddFooter.left.text
    assert "Sekretess" not in dict(opened(made(ROW))["Om filen"].iter_rows(min_row=2, values_only=True))


def test_the_same_list_is_the_same_file_and_names_nobody():
    assert made(ROW) == made(ROW)
    properties = opened(made(ROW)).properties
    assert (properties.creator, properties.lastModifiedBy, properties.title) == (None, None, None)


def test_an_empty_list_is_a_sheet_with_headings():
    sheet = opened(made())["Placeringar"]
    assert (sheet.max_row, sheet["A1"].value) == (1, "Ärende")
