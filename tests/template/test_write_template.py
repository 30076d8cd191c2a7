"""The template workbook: what people see in it, and that it comes back as courses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import openpyxl
import pytest
from lxml import html
from openpyxl.worksheet.properties import PageSetupProperties

from pipeline.check import check
from pipeline.errors import FileRefused
from pipeline.model import letter_of
from pipeline.read import read_sheet
from pipeline.tidy import tidy
from schemas.properties import PROPERTIES, SPELLINGS, fold_header

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from openpyxl.worksheet.datavalidation import DataValidation

    from pipeline.model import Cell, Checked
    from tests.conftest import SaveByOffice
    from tests.template.conftest import Fill

RED = "#FFC7CE"
LONDON, PRIYA, EVENINGS = "1414974955", "1414980011", "1414990021"
PLACED: Mapping[str, Cell] = {"BusinessId": LONDON, "HostId": PRIYA, "DisplayOrder": 10}
FREE: Mapping[str, Cell] = {**PLACED, "Title": "Bread", "Visibility": "Public"}
PAID: Mapping[str, Cell] = {**PLACED, "Title": "Beer", "Visibility": "Paid", "TariffId": EVENINGS}


def row_of(path: Path, number: int) -> list[str | None]:
    return [
        None if cell.value is None else str(cell.value)
        for cell in openpyxl.load_workbook(path)["Courses"][number]
    ]


def checked(path: Path) -> Checked:
    """Return a file as an import judges it; there is nothing to tell."""
    judged = check(tidy(read_sheet(path)))
    assert judged.findings == ()
    return judged


def drop_downs(path: Path) -> dict[str, DataValidation]:
    """Return the drop-downs by the cells they are for."""
    found = openpyxl.load_workbook(path)["Courses"].data_validations.dataValidation
    return {str(offer.sqref): offer for offer in found if offer.type == "list"}


def test_the_header_names_every_property_and_marks_the_required_ones(bare_template: Path) -> None:
    """Without a directory the columns are called as the API calls its properties."""
    assert row_of(bare_template, 4) == [
        f"{name} *" if entry.required else name for name, entry in PROPERTIES.items()
    ]


def test_columns_with_names_to_choose_from_ask_for_names(template: Path) -> None:
    """A location is asked for as Location, and read as BusinessId."""
    headers = [header or "" for header in row_of(template, 4)]
    assert headers[:6] == ["Location *", "Host *", "Title *", "DisplayOrder *", "Visibility *", "Tariff"]
    assert [SPELLINGS[fold_header(header)] for header in headers] == list(PROPERTIES)


def test_the_help_row_holds_each_property_s_help(template: Path) -> None:
    """By these very words a reader knows that the row is no course."""
    assert row_of(template, 5) == [entry.help for entry in PROPERTIES.values()]


def test_the_note_on_a_header_says_everything_about_it(template: Path, bare_template: Path) -> None:
    """Help, whether it is required, limit, example and other names; none that the header says already."""
    notes = {
        path: {
            str(cell.value): cell.comment.text
            for cell in openpyxl.load_workbook(path)["Courses"][4]
            if cell.comment is not None
        }
        for path in (template, bare_template)
    }
    assert notes[template]["SummaryText"] == (
        "Short summary under the title.\nAt most 400 characters.\n"
        "Example: Keep your books in order in six short lessons.\nAlso called: Summary"
    )
    assert notes[template]["Location *"].endswith("Also called: BusinessId, LocationId, Business")
    assert notes[bare_template]["BusinessId *"].endswith("Also called: LocationId, Business, Location")
    assert "\nRequired.\n" in notes[template]["Title *"]
    assert "Also called" not in notes[template]["ShowOverview"]


def test_the_sheet_says_where_its_names_are_from(template: Path, bare_template: Path) -> None:
    """Source and day stand above the example and in the hidden sheet; without names neither does."""
    origin = "Names are those of the sandbox on 2026-03-04."
    book = openpyxl.load_workbook(template)
    assert str(book["Courses"]["A2"].value).endswith(origin)
    assert book["TemplateLists"]["A1"].value == origin
    assert "2026" not in str(row_of(bare_template, 2))


def test_only_the_courses_are_seen(template: Path) -> None:
    """The lists stand in a hidden sheet."""
    sheets = openpyxl.load_workbook(template).worksheets
    assert [(sheet.title, sheet.sheet_state) for sheet in sheets] == [
        ("Courses", "visible"),
        ("TemplateLists", "hidden"),
    ]


@pytest.mark.parametrize(
    ("cells", "choices"),
    [
        pytest.param("A6:A2000", ["=Lisbon", "London, Shoreditch"], id="location"),
        pytest.param("B6:B2000", ["João Conceição", "Priya Shah"], id="host"),
        pytest.param("E6:E2000", ["Public", "Hidden", "Private", "Paid"], id="visibility"),
        pytest.param("F6:F2000", ["Evening classes"], id="tariff"),
        pytest.param("I6:I2000", ["yes", "no"], id="flag"),
    ],
)
def test_a_drop_down_offers_what_the_hidden_sheet_holds(
    template: Path, cells: str, choices: list[str]
) -> None:
    """Each goes through a defined name; what looks like a formula stays text."""
    book = openpyxl.load_workbook(template)
    ((sheet, area),) = book.defined_names[drop_downs(template)[cells].formula1].destinations
    offered = [cell for (cell,) in book[sheet][area]]
    assert [cell.value for cell in offered] == choices
    assert {cell.data_type for cell in offered} == {"s"}


def test_without_a_directory_only_words_have_drop_downs(bare_template: Path) -> None:
    """Ids are typed."""
    assert {offer.formula1 for offer in drop_downs(bare_template).values()} == {"Visibilities", "Answers"}


def test_an_id_may_stand_where_names_are_offered(template: Path) -> None:
    """A name that is not in the list may be kept; a visibility nobody knows may not."""
    assert {cells: offer.errorStyle for cells, offer in drop_downs(template).items() if cells < "G"} == {
        "A6:A2000": "warning",
        "B6:B2000": "warning",
        "E6:E2000": None,  # stop, which is what Excel does without a word
        "F6:F2000": "warning",
    }


def test_nobody_can_type_over_the_example(template: Path) -> None:
    """A course above the header would not be imported."""
    validations = openpyxl.load_workbook(template)["Courses"].data_validations.dataValidation
    (guard,) = [entry for entry in validations if entry.type == "custom"]
    assert (str(guard.sqref), guard.formula1, guard.showErrorMessage) == ("A1:S5", "FALSE", True)


def test_excel_takes_every_text_of_the_drop_downs(template: Path) -> None:
    """Excel calls a workbook damaged whose titles exceed 32 characters or whose texts exceed 255."""
    for offer in openpyxl.load_workbook(template)["Courses"].data_validations.dataValidation:
        assert max(len(offer.promptTitle or ""), len(offer.errorTitle or "")) <= 32
        assert max(len(offer.prompt or ""), len(offer.error or "")) <= 225


def test_the_sheet_is_ready_for_screen_and_paper(template: Path) -> None:
    """The head stays while scrolling; a print is as wide as its page, each with the header."""
    sheet = openpyxl.load_workbook(template)["Courses"]
    assert sheet.freeze_panes == "A6"
    assert sheet.print_title_rows == "$4:$4"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr == PageSetupProperties(fitToPage=True)


@pytest.mark.parametrize(
    ("column", "number_format"),
    [
        pytest.param("A", "0", id="an-id-shows-all-its-digits"),
        pytest.param("C", "@", id="a-title-becomes-no-date"),
        pytest.param("D", "General", id="an-order-shows-its-fractions"),
        pytest.param("S", "@", id="a-key-keeps-its-zeros"),
    ],
)
def test_cells_keep_what_is_typed(bare_template: Path, column: str, number_format: str) -> None:
    """The whole column has the format, below the last drop-down too."""
    sheet = openpyxl.load_workbook(bare_template)["Courses"]
    assert sheet.column_dimensions[column].number_format == number_format


def test_a_template_without_courses_is_refused_in_words(template: Path) -> None:
    """Neither the example nor the help row is a course."""
    with pytest.raises(
        FileRefused, match=r"nothing stands below the header in row 4\. Add a row per course\."
    ):
        read_sheet(template)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_filled_in_and_saved_by_libreoffice_it_has_no_fault(
    template: Path, fill: Fill, saved_by_office: SaveByOffice, kind: str
) -> None:
    """Every course is there, and a key keeps its zeros."""
    filled = fill(template, [{**FREE, "SystemId": "007", "Active": "no"}, PAID])
    judged = check(tidy(read_sheet(saved_by_office(filled, kind))))
    assert [finding.code for finding in judged.findings] == ([] if kind == "xlsx" else ["unknowable"])
    first, second = (row.course for row in judged.rows)
    assert first is not None
    assert second is not None
    assert (first.own_key, first.values["Active"], first.values["Visibility"]) == ("007", False, 1)
    assert (second.title, second.values["TariffId"]) == ("Beer", int(EVENINGS))


def test_the_example_is_a_course_that_could_be_sent(bare_template: Path, fill: Fill) -> None:
    """Written below the header it has no fault and no warning."""
    example = dict(zip(PROPERTIES, row_of(bare_template, 3), strict=True))
    (row,) = checked(fill(bare_template, [example])).rows
    assert row.course is not None
    assert row.course.title == "Bookkeeping basics"


def test_the_example_has_names_where_names_are_asked_for(template: Path) -> None:
    """It shows what the first drop-downs offer."""
    assert row_of(template, 3)[:3] == ["=Lisbon", "João Conceição", "Bookkeeping basics"]


COLOURED: Mapping[str, tuple[Mapping[str, Cell], str]] = {
    "nothing-is-missing": (FREE, ""),
    "a-price-with-its-tariff": (PAID, ""),
    "longest-summary": ({**FREE, "SummaryText": "x" * 400}, ""),
    "summary-too-long": ({**FREE, "SummaryText": "x" * 401}, "G"),
    "summary-too-long-with-wide-gaps": ({**FREE, "SummaryText": "x" + " " * 400 + "y"}, "G"),
    "paid-without-tariff": ({**PAID, "TariffId": None}, "F"),
    "paid-by-number": ({**FREE, "Visibility": 4}, "F"),
    "paid-by-word-and-number": ({**FREE, "Visibility": "paid (4)"}, "F"),
    "no-title": ({**FREE, "Title": None}, "C"),
    "blanks-for-a-title": ({**FREE, "Title": "  "}, "C"),
    "a-title-alone": ({"Title": "Bread"}, "ABDE"),
    "an-optional-cell-alone": ({"GroupName": "Food"}, "ABCDE"),
    "nothing": ({}, ""),
}


def test_cells_turn_red_that_would_be_faults(
    template: Path, fill: Fill, saved_by_office: SaveByOffice
) -> None:
    """Required ones in a row that holds anything, a text too long, a price without a tariff."""
    filled = fill(template, [*(row for row, _ in COLOURED.values()), FREE])
    shown = dict(red_cells(saved_by_office(filled, "html")))
    assert {case: shown[number] for number, case in enumerate(COLOURED, start=6)} == {
        case: red for case, (_, red) in COLOURED.items()
    }


def red_cells(page: Path) -> Iterator[tuple[int, str]]:
    """Yield each row's number and the letters of its red cells."""
    table = html.fromstring(re.sub(r"<\?xml[^>]*>", "", page.read_text(encoding="utf-8"))).find(".//table")
    assert table is not None
    for number, row in enumerate(table.iterfind(".//tr"), start=1):
        cells = row.findall("td")
        yield (
            number,
            "".join(letter_of(place) for place, cell in enumerate(cells) if cell.get("bgcolor") == RED),
        )
