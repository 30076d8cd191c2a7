from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.read import Limits, Reading, read_sheet

if TYPE_CHECKING:
    from tests.read.conftest import Refuse, Refused, WriteText

PAGE = """<html><head><meta charset="{charset}"><style>td {{ color: red }}</style></head><body>
<table><tr><td>Menu<td>Home</table>
<table>
  <tr><th>Title</th><th>HostId</th><th>Group</th><th>Summary</th></tr>
  <tr><td>Bücher &amp; mehr</td><td>007</td><td rowspan=2>Abends</td>
      <td>one<br>two   three <b>four</b><!-- not this --><script>nor(this)</script></td></tr>
  <tr><td>Taxes</td><td>2</td><td></td></tr>
  <tr><td colspan="2">Bread</td><td>x</td><td><table><tr><td>within</table></td></tr>
</table></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "utf-16"])
def test_the_table_of_a_page_is_read_as_a_browser_shows_it(charset: str, write_text: WriteText) -> None:
    raw = read_sheet(write_text(PAGE.format(charset=charset).encode(charset), name="courses.xls"))
    assert raw.headers == ("Title", "HostId", "Group", "Summary")
    assert raw.cells.to_numpy().tolist() == [
        ["Bücher & mehr", "007", "Abends", "one\ntwo three four"],
        ["Taxes", "2", "Abends", None],
        ["Bread", None, "x", "within"],
    ]
    finding, merged = raw.findings
    assert (finding.code, merged.code) == ("misnamed", "merged")
    assert 'such as "Abends".' in merged.message
    assert "but a web page, and is read as such" in finding.message


@pytest.mark.parametrize(
    ("page", "code"),
    [
        pytest.param(b"<html><p>Sign in first</p></html>", "no-table", id="no table"),
        pytest.param(b"<!DOCTYPE html>", "damaged", id="nothing at all"),
        pytest.param(
            "<table><tr><td>Bücher".encode("cp1252"), "not-text", id="in an encoding it does not tell"
        ),
        pytest.param(b"<meta charset=klingon><table><tr><td>Title", "not-text", id="in none there is"),
    ],
)
def test_a_page_without_a_table_that_can_be_read_is_refused(
    page: bytes, code: str, write_text: WriteText, refused: Refused
) -> None:
    assert refused(write_text(page, name="courses.xls")).code == code


def test_the_encoding_of_a_page_can_be_named(write_text: WriteText) -> None:
    path = write_text("<table><tr><th>Title<tr><td>Bücher".encode("cp1252"), name="courses.html")
    assert read_sheet(path, Reading(encoding="cp1252")).cells.loc[2, 0] == "Bücher"


def test_a_page_has_no_sheets_and_keeps_the_limits(write_text: WriteText, refuse: Refuse) -> None:
    path = write_text(PAGE.format(charset="utf-8"), name="courses.html")
    assert refuse(path, Reading(sheet="Plan")).code == "no-sheet"
    assert refuse(path, Reading(limits=Limits(rows=2))).code == "too-many-rows"


def test_a_cell_that_says_it_spans_a_million_columns_spans_as_many_as_a_sheet_has(
    write_text: WriteText,
) -> None:
    page = "<table><tr><th>Title<th>HostId<tr><td colspan=1000000>Books<td>1<tr><td rowspan=x>Taxes<td>2"
    raw = read_sheet(write_text(page, name="courses.html"))
    assert raw.cells[0].tolist() == ["Books", "Taxes"]
    assert [finding.code for finding in raw.findings] == ["row-too-long"]


def test_a_page_with_two_tables_of_courses_is_refused(write_text: WriteText, refused: Refused) -> None:
    table = "<table><tr><th>Title<th>HostId<tr><td>Books<td>1</table>"
    problem = refused(write_text(f"<html>{table}{table}", name="courses.html"))
    assert problem.code == "several-tables"


@pytest.mark.parametrize(
    "page", ["<meta charset=undefined><table><tr><td>Title", f"<table><tr><td rowspan={'9' * 5000}>Title"]
)
def test_nonsense_in_a_page_ends_in_words(page: str, write_text: WriteText, refused: Refused) -> None:
    assert refused(write_text(page, name="courses.html")).code in {"not-text", "no-rows"}
