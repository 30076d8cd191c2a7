from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import FileRefused
from pipeline.model import Finding
from pipeline.tidy import tidy
from schemas.course import plain

if TYPE_CHECKING:
    from tests.tidy.conftest import MakeRaw

HEADERS = ("Notes", "Title", "Location", "Host", "Order", "Access", "Featured", "Image")
ROW = ("aside", " Books ", 999_999_999_999_999.0, "12.0", 1, "Paid (4)", "yes", "https://example.com/a.jpg")


def test_cells_are_typed_by_the_kind_of_their_property(make_raw: MakeRaw) -> None:
    """Columns come in the file's order under our names; what is not imported is not there."""
    sheet = tidy(make_raw(HEADERS, ROW))
    assert sheet.frame.dtypes.astype(str).to_dict() == {
        "Title": "str",
        "BusinessId": "Int64",
        "HostId": "Int64",
        "DisplayOrder": "Int64",
        "Visibility": "Int64",
        "ShowInHomePage": "boolean",
        "NewImageUrl": "str",
    }
    values = [plain(sheet.frame[name])[0] for name in sheet.columns]
    assert values == ["Books", 10**15 - 1, 12, 1, 4, True, "https://example.com/a.jpg"]


def test_an_id_keeps_its_last_digit_beside_a_blank_cell(make_raw: MakeRaw) -> None:
    """A column with gaps never passes through a float."""
    rows = [(None, None, str(2**63 - 1), *ROW[3:]), (None, None, None, *ROW[3:])]
    assert plain(tidy(make_raw(HEADERS, *rows)).frame["BusinessId"]) == [2**63 - 1, None]


def test_a_doubt_is_a_finding_at_its_cell_and_leaves_it_missing(make_raw: MakeRaw) -> None:
    sheet = tidy(make_raw(HEADERS, ROW, (*ROW[:4], 1.5, *ROW[5:])))
    finding = sheet.findings[-1]
    assert finding == Finding(
        code="not-whole",
        message="is 1.5, but must be a whole number in digits, such as 12.",
        severity="fault",
        stage="tidy",
        row=3,
        cell="E3",
        column="Order",
        property_name="DisplayOrder",
        value="1.5",
    )
    assert type(finding.row) is int
    assert plain(sheet.frame["DisplayOrder"]) == [1, None]


def test_what_reading_found_is_kept_before_what_tidying_finds(make_raw: MakeRaw) -> None:
    found = Finding(code="sheet-not-read", message="…", severity="information", stage="read")
    sheet = tidy(make_raw(HEADERS, (*ROW[:6], "perhaps", None), findings=(found,)))
    assert [finding.code for finding in sheet.findings] == ["sheet-not-read", "not-imported", "not-yes-or-no"]


@pytest.mark.parametrize(
    ("cell", "column", "told"),
    [
        pytest.param("E2", "Order", ["DisplayOrder"], id="an imported column"),
        pytest.param("A2", "Notes", [], id="a column that is not imported"),
        pytest.param("J2", None, [None], id="beyond the last header"),
    ],
)
def test_a_cell_that_could_not_be_read_gets_its_property(
    cell: str, column: str | None, told: list[str | None], make_raw: MakeRaw
) -> None:
    """What stands in a column that is not imported need not be read, and is not told."""
    found = Finding(
        code="error-cell",
        message="…",
        severity="fault",
        stage="read",
        row=2,
        cell=cell,
        column=column,
    )
    kept = [finding for finding in tidy(make_raw(HEADERS, ROW, findings=(found,))).findings if finding.row]
    assert kept == [replace(found, property_name=name) for name in told]


def test_the_raw_cells_stay_as_they_were(make_raw: MakeRaw) -> None:
    raw = make_raw(HEADERS, ROW)
    assert list(tidy(raw).raw.cells.loc[2]) == list(ROW)


def test_headers_that_cannot_be_used_refuse_the_file(make_raw: MakeRaw) -> None:
    with pytest.raises(FileRefused, match="the column HostId is missing"):
        tidy(make_raw(("Title", "Location", "Order", "Access"), ("Books", 1, 1, 1)))
