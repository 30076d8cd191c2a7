"""Each content is taken once, and a file that lost many rows is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Exit
from pipeline.journal import End
from pipeline.model import MAX_SHRINK, State, Status
from pipeline.send import Word
from tests.run.conftest import course, create_by_hand, titles, write_courses

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.sandbox import Running
    from tests.run.conftest import Tester


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_courses(tmp_path / "courses.csv", course("Pottery", Key="A"), course("Weaving", Key="B"))


def test_the_same_content_is_taken_once_under_any_name(
    tester: Tester, sandbox: Running, file: Path, tmp_path: Path
) -> None:
    assert tester.taken_before(file, sandbox.url) is None
    tester.import_file(file, sandbox.url)
    copy = tmp_path / "another.csv"
    copy.write_bytes(file.read_bytes())
    for path in (file, copy):
        before = tester.taken_before(path, sandbox.url)
        assert before is not None
        assert (before.run_id, before.exit_code) == ("run-1", Exit.DONE)


@pytest.mark.parametrize(
    "options",
    [
        {"given": {"GroupName": "Crafts"}},
        {"layout": "none"},
        {"aliases": {"somebody": 5}},
        {"strict": True},
    ],
    ids=lambda options: next(iter(options)),
)
def test_what_is_read_in_another_way_is_taken_anew(
    tester: Tester, sandbox: Running, file: Path, options: dict[str, object]
) -> None:
    tester.import_file(file, sandbox.url)
    assert tester.taken_before(file, sandbox.url, **options) is None


def test_a_layout_of_ones_own_that_was_edited_is_another_way_of_reading(
    tester: Tester, sandbox: Running, file: Path, tmp_path: Path
) -> None:
    layout = tmp_path / "mine.toml"
    layout.write_text(
        'name = "mine"\ntitle = "Mine"\nsignature = ["Title", "HostId"]\n'
        + "".join(
            f'[properties.{name}]\ncolumn = "{name}"\n'
            for name in ("Title", "HostId", "BusinessId", "DisplayOrder", "Visibility")
        ),
        encoding="utf-8",
    )
    tester.import_file(file, sandbox.url, layout=str(layout))
    assert tester.taken_before(file, sandbox.url, layout=str(layout)) is not None
    with layout.open("a", encoding="utf-8") as more:
        more.write('[properties.SystemId]\ncolumn = "Key"\n')
    assert tester.taken_before(file, sandbox.url, layout=str(layout)) is None


def test_another_target_takes_it_anew(tester: Tester, sandbox: Running, file: Path) -> None:
    tester.import_file(file, sandbox.url)
    tester.account = "admin@example.com"
    assert tester.taken_before(file, sandbox.url) is None


def test_faults_and_refusals_are_told_once(tester: Tester, sandbox: Running, tmp_path: Path) -> None:
    faulty = write_courses(tmp_path / "faulty.csv", course("Pottery"), course("", Key="B"))
    refused = tmp_path / "refused.csv"
    refused.write_bytes(b"\x00\x01\x02" * 100)
    for path, code in ((faulty, Exit.NEEDS_A_PERSON), (refused, Exit.FILE_REFUSED)):
        assert tester.import_file(path, sandbox.url).exit_code is code
        before = tester.taken_before(path, sandbox.url)
        assert before is not None
        assert before.exit_code is code


def leave_some_out(tester: Tester, url: str, file: Path) -> None:
    tester.import_file(file, url, first=1)


def stop_early(tester: Tester, url: str, file: Path) -> None:
    tester.import_file(file, url, max_new=1)


@pytest.mark.parametrize("broken_off", [leave_some_out, stop_early])
def test_what_was_not_done_to_its_end_is_taken_again(
    tester: Tester, sandbox: Running, file: Path, broken_off: Callable[[Tester, str, Path], None]
) -> None:
    broken_off(tester, sandbox.url, file)
    options = {"first": 1} if broken_off is leave_some_out else {}
    assert tester.taken_before(file, sandbox.url, **options) is None


def test_a_row_a_person_decided_to_send_is_sent(tester: Tester, sandbox: Running, file: Path) -> None:
    """It was held in the run that took the file; their word came after."""
    create_by_hand(sandbox.url, Title="Pottery")
    assert tester.import_file(file, sandbox.url).tally[Status.HELD] == 1
    assert tester.taken_before(file, sandbox.url) is not None
    tester.resolve(file, sandbox.url, 2, Word(created_id=None, by="me"))
    assert tester.taken_before(file, sandbox.url) is None
    tester.import_file(file, sandbox.url)
    assert titles(sandbox.url) == ["Pottery", "Weaving", "Pottery"]


def test_a_file_that_lost_many_rows_is_held_until_it_is_whole_again(
    tester: Tester, sandbox: Running, tmp_path: Path
) -> None:
    file = tmp_path / "courses.csv"
    rows = [course(f"Course {number}", Key=f"C-{number}") for number in range(10)]
    write_courses(file, *rows)
    assert tester.import_file(file, sandbox.url, max_shrink=20).exit_code is Exit.DONE
    write_courses(file, *rows[:7])
    for _ in range(2):  # what was held is no version to compare with
        held = tester.import_file(file, sandbox.url, max_shrink=20)
        assert held.exit_code is Exit.STOPPED
        assert [finding.code for finding in held.file_findings][-1] == MAX_SHRINK
        assert "7 rows are left of 10" in str(held.stop_reason)
    assert tester.plan_file(file, sandbox.url, max_shrink=20).exit_code is Exit.STOPPED
    write_courses(file, *rows[:8])
    assert tester.import_file(file, sandbox.url, max_shrink=20).exit_code is Exit.DONE


def test_a_smaller_file_of_another_name_or_target_is_no_shrinking(
    tester: Tester, sandbox: Running, tmp_path: Path
) -> None:
    write_courses(tmp_path / "big.csv", *(course(f"Course {number}") for number in range(10)))
    small = write_courses(tmp_path / "small.csv", course("Alone"))
    tester.import_file(tmp_path / "big.csv", sandbox.url)
    assert tester.import_file(small, sandbox.url, max_shrink=0).exit_code is Exit.DONE


def test_a_course_in_doubt_keeps_its_content_open(tester: Tester, sandbox: Running, file: Path) -> None:
    tester.import_file(file, sandbox.url)
    with tester.journal() as journal:
        log = journal.log(run_id="run-1", host="host", now=tester.now)
        [target] = {record.target for record in [journal.read_run("run-1")] if record}
        log.target = target
        [identity, *_] = journal.known(str(target))
        log.end_course(identity[1], identity[0], End(state=State.IN_DOUBT, reason="lost"))
        log.settle()
    assert tester.taken_before(file, sandbox.url) is None
