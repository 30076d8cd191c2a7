"""Exports of other systems, imported into the sandbox with nothing but what the file cannot say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Exit, UsageError
from pipeline.model import Status
from schemas.layouts import shipped
from tests.run.conftest import in_sandbox

if TYPE_CHECKING:
    from pipeline.sandbox.server import Running
    from tests.run.conftest import Tester

SAMPLES = Path(__file__).parents[2] / "samples" / "legacy"
EXPECTED = Path(__file__).parents[1] / "samples" / "legacy"
NAMES = sorted(shipped())
GIVEN = {"BusinessId": "1414974955", "HostId": "1414980011"}
ORDERS = ("NewImageUrl", "NewLargeImageUrl")  # orders to the API, never read back


@pytest.mark.parametrize("name", NAMES)
def test_each_sample_becomes_the_courses_written_by_hand(name: str, tester: Tester, sandbox: Running) -> None:
    """Property by property; a second run finds nothing to do."""
    expected = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    payloads = [row["payload"] for row in expected["rows"] if "payload" in row]
    path = SAMPLES / f"{name}.csv"
    report = tester.import_file(path, sandbox.url, given=GIVEN)
    assert [row.status for row in report.rows] == [Status.CREATED] * len(payloads)
    assert report.exit_code is Exit.DONE
    made = sorted(in_sandbox(sandbox.url), key=lambda record: str(record["SystemId"]))
    for record, payload in zip(made, sorted(payloads, key=lambda each: each["SystemId"]), strict=True):
        readable = {key: value for key, value in payload.items() if key not in ORDERS}
        assert {key: record[key] for key in readable} == readable
    again = tester.import_file(path, sandbox.url, given=GIVEN)
    assert {row.status for row in again.rows} == {Status.UNCHANGED}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_sample_leaves_out_is_told_once(name: str, tester: Tester, sandbox: Running) -> None:
    """Rows by their reason, columns by theirs; and which layout it was read in."""
    expected = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    report = tester.import_file(SAMPLES / f"{name}.csv", sandbox.url, given=GIVEN, first=0)
    told = [finding.message for finding in report.file_findings]
    assert sum("this looks like" in message for message in told) == 1
    for reason in {row["left_out"] for row in expected["rows"] if "left_out" in row}:
        rows = ", ".join(str(row["row"]) for row in expected["rows"] if row.get("left_out") == reason)
        assert sum(f"rows that are {reason} are not imported: {rows}." in message for message in told) == 1


def test_what_the_file_does_not_say_is_asked_for_once(tester: Tester, sandbox: Running) -> None:
    report = tester.import_file(SAMPLES / "moodle.csv", sandbox.url)
    assert report.exit_code is Exit.FILE_REFUSED
    assert [finding.property_name for finding in report.file_findings] == ["BusinessId", "HostId", None]
    assert "this looks like Moodle course upload" in report.file_findings[2].message
    assert "give it for all rows with --set HostId=…" in report.file_findings[1].message


def test_two_systems_may_number_their_courses_alike(tester: Tester, sandbox: Running, tmp_path: Path) -> None:
    """A key belongs to its layout: the second system's course is new, not a change of the first's."""
    moodle = tmp_path / "moodle.csv"
    moodle.write_text("shortname,fullname,category\n101,Bread,1\n", encoding="utf-8")
    canvas = tmp_path / "canvas.csv"
    canvas.write_text(
        "course_id,short_name,long_name,account_id,term_id,status\n101,Salt,Salt,1,1,active\n",
        encoding="utf-8",
    )
    given = {**GIVEN, "Visibility": "Hidden"}
    for path in (moodle, canvas):
        (row,) = tester.import_file(path, sandbox.url, given=given).rows
        assert row.status is Status.CREATED
    assert [record["SystemId"] for record in in_sandbox(sandbox.url)] == ["101", "101"]


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        pytest.param("moodel", "no layout of that name. Nearest: moodle.", id="a name"),
        pytest.param(
            "mine.toml", 'mine.toml, line 4: no property is called "Titel".', id="a mistake in a file"
        ),
    ],
)
def test_a_layout_that_cannot_be_used_is_refused(
    layout: str, words: str, tester: Tester, sandbox: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(
        'name = "mine"\ntitle = "Mine"\nsignature = ["a"]\n[properties.Titel]\ncolumn = "a"\n',
        encoding="utf-8",
    )
    with pytest.raises(UsageError) as caught:
        tester.import_file(SAMPLES / "moodle.csv", sandbox.url, layout=layout)
    assert words in str(caught.value)


def test_a_layout_of_one_s_own_gives_a_price_its_plan(
    tester: Tester, sandbox: Running, tmp_path: Path
) -> None:
    """And `none` reads the same file in our own columns, which it does not have."""
    own = tmp_path / "mine.toml"
    shipped_text = (Path(__file__).parents[2] / "schemas/layouts/moodle.toml").read_text(encoding="utf-8")
    own.write_text(
        shipped_text.replace("[price.tariffs]", '[price.tariffs]\n"49.00" = "1414990021"'), encoding="utf-8"
    )
    tester.import_file(SAMPLES / "moodle.csv", sandbox.url, given=GIVEN, layout=str(own))
    sold = [record for record in in_sandbox(sandbox.url) if record["TariffId"]]
    assert [(record["Visibility"], record["TariffId"]) for record in sold] == [(4, 1414990021)]
    refused = tester.import_file(SAMPLES / "moodle.csv", sandbox.url, given=GIVEN, layout="none")
    assert refused.exit_code is Exit.FILE_REFUSED


def test_a_row_is_fed_from_the_same_cell_it_is_blamed_at(
    tester: Tester, sandbox: Running, tmp_path: Path
) -> None:
    path = tmp_path / "moodle.csv"
    path.write_text("shortname,fullname,category,visible\na,Bread,1,1\nb,,1,2\n", encoding="utf-8")
    report = tester.import_file(path, sandbox.url, given=GIVEN)
    assert [row.status for row in report.rows] == [Status.CREATED, Status.INVALID]
    told = {(finding.cell, finding.column, finding.code) for finding in report.rows[1].findings}
    assert told == {("B3", "fullname", "required"), ("D3", "visible", "value-unknown")}
