"""What an import would do is told before, and held to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import requests

from pipeline.api import Stop
from pipeline.errors import Exit, JournalUnusable, RunLocked
from pipeline.journal import locked
from pipeline.model import MAX_FAULTY, MAX_NEW, OTHER_PLAN
from tests.run.conftest import break_with, course, create_by_hand, in_sandbox, titles, write_courses

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Forecast, Report
    from pipeline.sandbox import Running
    from tests.run.conftest import Tester


def statuses(report: Report) -> list[str]:
    return [row.status.value for row in report.rows]


def forecast_of(report: Report) -> Forecast:
    assert report.forecast is not None
    return report.forecast


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_courses(tmp_path / "courses.csv", course("Pottery"), course("Weaving"))


def test_every_kind_of_row_is_told_and_nothing_is_sent(path: Path, tester: Tester, sandbox: Running) -> None:
    """Unchanged, changed, held, faulty, in doubt, new; and what sending the new one takes."""
    write_courses(path, course("Pottery"), course("Weaving"), course("Baking"))
    break_with(sandbox.url, {"kind": "malformed_json", "at": 3})
    tester.import_file(path, sandbox.url)
    theirs = create_by_hand(sandbox.url, Title="Singing")
    before = titles(sandbox.url)
    rows = (
        course("Pottery"),
        course("Weaving", DisplayOrder=99),
        course("Baking"),
        course("Singing"),
        course(""),
        course("Wine"),
    )
    write_courses(path, *rows)
    report = tester.plan_file(path, sandbox.url)
    assert statuses(report) == ["unchanged", "changed", "in_doubt", "held", "invalid", "not_sent"]
    [candidate] = report.rows[3].candidates
    record = in_sandbox(sandbox.url)[-1]
    assert (candidate.course_id, candidate.title) == (theirs, "Singing")
    assert (candidate.created_on, candidate.updated_by) == (record["CreatedOn"], "admin@example.com")
    assert report.exit_code is Exit.IN_DOUBT
    assert report.rehearsal
    assert titles(sandbox.url) == before
    forecast = forecast_of(report)
    assert (forecast.courses, forecast.seconds) == (1, 0)
    log = requests.get(f"{sandbox.url}/_sandbox/requests", timeout=5).json()
    assert forecast.finish_at <= tester.now()
    assert 4 <= forecast.requests < len(log)


def test_a_plan_writes_down_no_run_and_settles_no_doubt(path: Path, tester: Tester, sandbox: Running) -> None:
    """Its requests are in the journal, for they count against the limits; the doubt waits for an import."""
    break_with(sandbox.url, {"kind": "malformed_json"})
    tester.import_file(path, sandbox.url)

    def rows_of(table: str) -> int:
        with closing(sqlite3.connect(tester.journal_path)) as journal:
            [count] = journal.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - names above
        return int(count)

    before = {table: rows_of(table) for table in ("runs", "rows", "findings", "courses", "snapshots")}
    asked = rows_of("requests")
    assert statuses(tester.plan_file(path, sandbox.url)) == ["in_doubt", "not_sent"]
    assert {table: rows_of(table) for table in before} == before
    assert rows_of("requests") > asked
    assert statuses(tester.import_file(path, sandbox.url)) == ["created", "created"]
    assert titles(sandbox.url) == ["Pottery", "Weaving"]


@pytest.mark.parametrize(
    ("host", "options", "code"),
    [
        pytest.param(1414980011, {}, Exit.DONE, id="all can go"),
        pytest.param("", {}, Exit.NEEDS_A_PERSON, id="a row has faults"),
        pytest.param("", {"all_or_nothing": True}, Exit.FILE_REFUSED, id="all or nothing"),
        pytest.param(1414980011, {"max_new": 1}, Exit.STOPPED, id="too many"),
    ],
)
def test_a_plan_ends_as_the_import_would(
    host: object,
    options: dict[str, object],
    code: Exit,
    path: Path,
    tester: Tester,
    sandbox: Running,
) -> None:
    write_courses(path, course("Pottery"), course("Weaving", HostId=host))
    assert tester.plan_file(path, sandbox.url, **options).exit_code is code


def test_a_file_that_is_refused_has_no_plan(path: Path, tester: Tester, sandbox: Running) -> None:
    path.write_text("Title,Visibility\nPottery,Public\n", encoding="utf-8")
    report = tester.plan_file(path, sandbox.url)
    assert (report.exit_code, report.forecast, report.rows) == (Exit.FILE_REFUSED, None, ())
    write_courses(path, course("Pottery", HostId=""))
    path.write_text(path.read_text(encoding="utf-8").replace("Key", "Colour"), encoding="utf-8")
    assert tester.plan_file(path, sandbox.url, strict=True).exit_code is Exit.FILE_REFUSED


def test_without_access_what_can_be_told_of_the_rows_is_told(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Pottery", HostId="Priya Raman"), course("Weaving", DisplayOrder="x"))
    tester.account = "stranger@example.com"
    report = tester.plan_file(path, sandbox.url)
    assert statuses(report) == ["not_sent", "invalid"]
    assert (report.exit_code, report.forecast) == (Exit.NO_ACCESS, None)


def test_a_plan_is_refused_while_a_run_is_at_work(path: Path, tester: Tester, sandbox: Running) -> None:
    """Both would count their requests alone and break the limits together."""
    tester.import_file(path, sandbox.url)
    [target] = {memory.target for memory in tester.explain(path, sandbox.url, 2).memories}
    with locked(tester.folder / "locks", target, at=tester.now()):
        report = tester.plan_file(path, sandbox.url)
    assert report.exit_code is RunLocked.exit_code
    assert report.stop_reason is not None
    assert report.stop_reason.startswith("Another run is at work")


def test_an_import_is_held_to_its_plan_and_so_is_the_one_that_resumes_it(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    """Stopped half-way, the same approval lets it go on."""
    plan = forecast_of(tester.plan_file(path, sandbox.url)).plan_id
    break_with(sandbox.url, {"kind": "malformed_json"})
    first = tester.import_file(path, sandbox.url, plan_id=plan)
    assert statuses(first) == ["in_doubt", "not_sent"]
    assert forecast_of(tester.plan_file(path, sandbox.url)).plan_id == plan
    assert statuses(tester.import_file(path, sandbox.url, plan_id=plan)) == ["created", "created"]
    assert statuses(tester.import_file(path, sandbox.url, plan_id=plan)) == ["unchanged", "unchanged"]


def test_another_plan_is_refused_before_anything_is_looked_for(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    plan = forecast_of(tester.plan_file(path, sandbox.url)).plan_id
    write_courses(path, course("Pottery"), course("Weaving", DisplayOrder=11))
    report = tester.import_file(path, sandbox.url, plan_id=plan)
    assert statuses(report) == ["not_sent", "not_sent"]
    assert report.exit_code is Exit.STOPPED
    assert report.stop_reason is not None
    assert f"not {plan} as approved" in report.stop_reason
    assert [finding.code for finding in report.file_findings] == [OTHER_PLAN]
    assert titles(sandbox.url) == []


def test_first_belongs_to_a_plan(path: Path, tester: Tester, sandbox: Running) -> None:
    report = tester.plan_file(path, sandbox.url, first=1)
    plan = forecast_of(report).plan_id
    assert (statuses(report), forecast_of(report).courses) == (["not_sent", "left_out"], 1)
    assert tester.import_file(path, sandbox.url, plan_id=plan).exit_code is Exit.STOPPED
    assert statuses(tester.import_file(path, sandbox.url, plan_id=plan, first=1)) == ["created", "left_out"]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        pytest.param({"max_new": 1}, MAX_NEW, "2 courses would be sent, and --max-new allows 1.", id="new"),
        pytest.param(
            {"max_faulty": 33.0},
            MAX_FAULTY,
            "1 of 3 rows have faults, 33.3 %, and --max-faulty allows 33 %.",
            id="faulty",
        ),
    ],
)
def test_a_limit_stops_before_anything_is_sent(
    options: dict[str, object], code: str, words: str, path: Path, tester: Tester, sandbox: Running
) -> None:
    """As the plan says before; the report in the journal says why."""
    write_courses(path, course("Pottery"), course("Weaving"), course("Baking", HostId=""))
    for report in (
        tester.plan_file(path, sandbox.url, **options),
        tester.import_file(path, sandbox.url, **options),
    ):
        assert report.exit_code is Exit.STOPPED
        assert report.stop_reason is not None
        assert report.stop_reason.startswith(words)
        assert [finding.code for finding in report.file_findings] == [code]
        assert statuses(report) == ["not_sent", "not_sent", "invalid"]
    assert titles(sandbox.url) == []


def test_limits_that_are_just_met_stop_nothing(path: Path, tester: Tester, sandbox: Running) -> None:
    """Courses that exist already are not new."""
    write_courses(path, course("Pottery"))
    tester.import_file(path, sandbox.url)
    write_courses(path, course("Pottery"), course("Weaving"), course("Baking"), course("Wine", HostId=""))
    report = tester.import_file(path, sandbox.url, max_new=2, max_faulty=25.0)
    assert statuses(report) == ["unchanged", "created", "created", "invalid"]


def test_a_plan_that_is_interrupted_says_so(path: Path, tester: Tester, sandbox: Running) -> None:
    tester.stop = Stop(code=Exit.INTERRUPTED, reason="interrupted with Ctrl-C")
    report = tester.plan_file(path, sandbox.url)
    assert (report.exit_code, report.stop_reason) == (Exit.INTERRUPTED, "interrupted with Ctrl-C")
    assert statuses(report) == ["not_sent", "not_sent"]


def test_a_plan_without_a_journal_is_none(path: Path, tester: Tester, sandbox: Running) -> None:
    """What was asked of the API has to be noted: it counts against the limits."""
    tester.import_file(path, sandbox.url)
    with closing(sqlite3.connect(tester.journal_path)) as journal:
        journal.execute("DROP TABLE requests")
        journal.commit()
    with pytest.raises(JournalUnusable):
        tester.plan_file(path, sandbox.url)
