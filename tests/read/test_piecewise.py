"""What a workbook holds does not depend on the pieces it is read in."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read import archive, piecewise
from pipeline.read.archive import Archive
from pipeline.read.books import CalamineBook
from pipeline.read.piecewise import PiecewiseBook, xlsx_book

if TYPE_CHECKING:
    from pipeline.read.books import Book

_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOOK: Final = {
    "_rels/.rels": f'<Relationships><Relationship Id="b" Type="{_RELATION}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns:r="{_RELATION}"><sheets><sheet name="Plan" sheetId="1" r:id="p"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="p" Type="{_RELATION}/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/styles.xml": '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    "xl/sharedStrings.xml": "<sst><si><t>shared</t></si><si><r><t>in </t></r><r><t>runs</t></r></si></sst>",
}
_CELLS: Final = (
    ' t="inlineStr"><is><t>Wheel &lt;row r="9"&gt;</t></is></c>',
    ' t="inlineStr"><is><t xml:space="preserve"> two </t></is></c>',
    ' t="s"><v>0</v></c>',
    ' t="s"><v>1</v></c>',
    ' t="str"><f>A1&amp;B1</f><v>from a formula</v></c>',
    ' t="b"><v>1</v></c>',
    "><v>17.5</v></c>",
    ' s="1"><v>46000</v></c>',
    "/>",
)


@pytest.fixture(autouse=True)
def tiny_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(piecewise, "_PIECE_BYTES", 100)
    monkeypatch.setattr(archive, "_PIECE_BYTES", 60)


def workbook(sheet: str, **parts: str) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, contents in (_BOOK | {"xl/worksheets/sheet1.xml": sheet} | parts).items():
            written.writestr(name, contents)
    return file


def held(book: Book) -> dict[tuple[int, int], object]:
    """Return what is filled, by row and column."""
    return {
        (number, column): cell
        for number, row in enumerate(book.rows("Plan"), start=1)
        for column, cell in enumerate(row)
        if cell not in ("", None)
    }


@st.composite
def rows(draw: st.DrawFn, prefix: str) -> str:
    """Draw a sheet's rows, some numbered, some with gaps before them, some blank."""
    number, written = 0, []
    for gap in draw(st.lists(st.sampled_from((0, 0, 0, 1, 7)), max_size=12)):
        number += 1 + gap
        tells = gap > 0 or draw(st.booleans())
        columns = sorted(draw(st.sets(st.sampled_from("ABCDE"))))
        cells = [
            f'<{prefix}c r="{column}{number}"' + draw(st.sampled_from(_CELLS)).replace("</", f"</{prefix}")
            for column in columns
        ]
        place = f' r="{number}"' if tells else ""
        written.append(f"<{prefix}row{place}>{''.join(cells)}</{prefix}row>")
    return "".join(written)


@given(drawn=st.sampled_from(["", "x:"]).flatmap(lambda prefix: st.tuples(st.just(prefix), rows(prefix))))
def test_a_sheet_read_in_pieces_holds_what_it_holds_read_at_once(drawn: tuple[str, str]) -> None:
    prefix, written = drawn
    for inner in ("is", "t", "v", "f", "r"):
        written = written.replace(f"<{inner}>", f"<{prefix}{inner}>").replace(
            f"<{inner} ", f"<{prefix}{inner} "
        )
    sheet = (
        f'<{prefix}worksheet xmlns:x="urn:x"><{prefix}dimension ref="A1:E9"/><{prefix}sheetData>{written}'
        f'</{prefix}sheetData><{prefix}rowBreaks count="1"/></{prefix}worksheet>'
    )
    assert held(PiecewiseBook(Archive(workbook(sheet)))) == held(CalamineBook(workbook(sheet)))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param('<row r="2"><!-- <row r="9"> --><c r="B2"><v>1</v></c></row>' * 3, id="a comment"),
        pytest.param('<row r="2"><c r="B2" t="str"><v><![CDATA[<row r="9">]]></v></c></row>' * 3, id="CDATA"),
        pytest.param("<row><c><v>1</v></c></row>" * 20, id="no row that says where it stands"),
        pytest.param('<row r="3"/><row r="4"><c r="A4"/></row>' * 5, id="nothing but blanks"),
        pytest.param("", id="no rows"),
    ],
)
def test_rows_that_cannot_be_parted_are_read_together(rows: str) -> None:
    sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
    assert held(PiecewiseBook(Archive(workbook(sheet)))) == held(CalamineBook(workbook(sheet)))


def test_a_part_that_is_not_what_was_packed_is_not_read() -> None:
    """One letter of a text differs; nothing else would tell."""
    sheet = "<worksheet><sheetData><row><c t='str'><v>Wheel</v></c></row></sheetData></worksheet>"
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as written:
        written.writestr("xl/worksheets/sheet1.xml", sheet)
    changed = io.BytesIO(whole.getvalue().replace(b"Wheel", b"Wheal"))
    with pytest.raises(zipfile.BadZipFile):
        Archive(changed).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(("texts", "book"), [(10, PiecewiseBook), (100_000, CalamineBook)])
def test_a_workbook_whose_cells_share_much_text_is_read_at_once(texts: int, book: type[object]) -> None:
    """The texts would have to be read again with every piece."""
    shared = f"<sst>{'<si><t>shared</t></si>' * texts}</sst>"
    assert type(xlsx_book(workbook("<worksheet/>", **{"xl/sharedStrings.xml": shared}))) is book
