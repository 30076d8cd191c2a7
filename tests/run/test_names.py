"""Names in place of Ids, looked up at the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from pipeline.errors import Exit
from pipeline.model import Status
from pipeline.run import Order, check_file
from tests.run.conftest import course, in_sandbox, write_courses

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.sandbox.server import Running
    from tests.run.conftest import Tester

LISTS = ("/api/sys/businesses", "/api/spaces/coworkers", "/api/sys/users", "/api/billing/tariffs")


def asked(sandbox: Running, *paths: str) -> int:
    """Count the requests the sandbox had for these paths."""
    seen = requests.get(f"{sandbox.url}/_sandbox/requests", timeout=5).json()
    return sum(request["path"].partition("?")[0] in paths for request in seen)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "courses.csv"


def test_names_become_ids_at_the_target(path: Path, tester: Tester, sandbox: Running) -> None:
    """Whatever their case, accents and blanks; a host by e-mail too; Ids stay what they are."""
    write_courses(
        path,
        course(
            "Pottery",
            BusinessId="london  SHOREDITCH",
            HostId="Jurgen Gross",
            Visibility="Paid",
            TariffId="All courses",
        ),
        course("Weaving", BusinessId="Lisbon", HostId="JOAO.CONCEICAO@example.com"),
        course("Baking"),
    )
    report = tester.import_file(path, sandbox.url)
    assert report.exit_code is Exit.DONE
    assert [(made["BusinessId"], made["HostId"], made["TariffId"]) for made in in_sandbox(sandbox.url)] == [
        (1414974955, 1414980012, 1414990021),
        (1414974956, 1414980013, None),
        (1414974955, 1414980011, None),
    ]
    again = tester.import_file(path, sandbox.url)
    assert {row.status for row in again.rows} == {Status.UNCHANGED}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        pytest.param({"HostId": "John Smith"}, ["1414980015", "1414980016"], id="two of one name"),
        pytest.param({"HostId": "Jon Smyth"}, ['"Jon Smyth"', "Nearest"], id="nobody"),
        pytest.param({"BusinessId": "Lisboa"}, ['Nearest: "Lisbon"', "1414974956"], id="no location"),
        pytest.param(
            {"Visibility": "Paid", "TariffId": "Lisbon course pass"},
            ["Lisbon"],
            id="a plan of another location",
        ),
    ],
)
def test_a_name_that_means_nothing_or_two_things_is_a_fault_at_its_cell(
    cells: dict[str, str], words: list[str], path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Pottery", **cells), course("Weaving"))
    report = tester.import_file(path, sandbox.url)
    assert [row.status for row in report.rows] == [Status.INVALID, Status.CREATED]
    (fault,) = report.rows[0].findings
    assert fault.property_name == [*cells][-1]
    assert all(word in fault.message for word in words)


def test_an_alias_answers_for_all_rows(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery", HostId="Jon Smyth"), course("Weaving", HostId="JON  SMYTH"))
    report = tester.import_file(path, sandbox.url, aliases={"jon smyth": 1414980015})
    assert report.exit_code is Exit.DONE
    assert [made["HostId"] for made in in_sandbox(sandbox.url)] == [1414980015, 1414980015]
    assert asked(sandbox, *LISTS) == 0


def test_a_name_may_be_given_for_all_rows(path: Path, tester: Tester, sandbox: Running) -> None:
    path.write_text("Title,Order,Access,Key\nPottery,1,Public,P\nWeaving,2,Public,W\n", encoding="utf-8")
    report = tester.import_file(path, sandbox.url, given={"BusinessId": "Berlin", "HostId": "Priya Raman"})
    assert report.exit_code is Exit.DONE
    assert {(made["BusinessId"], made["HostId"]) for made in in_sandbox(sandbox.url)} == {
        (1414974957, 1414980014)
    }


def test_many_names_cost_no_more_requests_than_few(path: Path, tester: Tester, sandbox: Running) -> None:
    """Each list is read once a run."""
    counts = []
    for rows in (10, 1000):
        write_courses(
            path,
            *(
                course(f"Course {number}", BusinessId="Lisbon", HostId="Priya Raman")
                for number in range(rows)
            ),
        )
        before = asked(sandbox, *LISTS)
        tester.import_file(path, sandbox.url, first=0)
        counts.append(asked(sandbox, *LISTS) - before)
    assert counts == [3, 3]


def test_a_check_without_an_account_says_that_names_were_not_looked_up(
    path: Path, tmp_path: Path, tester: Tester
) -> None:
    write_courses(path, course("Pottery", HostId="Priya Raman"), course("Weaving"))
    order = Order(command="check", path=path, run_id="run-1", folder=tmp_path)
    report = check_file(order, now=tester.now)
    assert report.exit_code is Exit.DONE
    assert [finding.code for finding in report.file_findings] == ["not-looked-up"]


def test_an_account_without_the_role_is_told_which_it_lacks(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Pottery", HostId="Priya Raman"), course("Weaving"))
    tester.account = "nobody@example.com"
    pottery, weaving = tester.import_file(path, sandbox.url).rows
    (fault,) = pottery.findings
    assert (fault.code, fault.property_name) == ("role-missing", "HostId")
    assert "Coworker-List" in fault.message
    assert weaving.findings == ()
