"""The sample DAG, run by Airflow itself against a sandbox."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.run.conftest import break_with, course, titles, write_courses

if TYPE_CHECKING:
    from pipeline.sandbox import Running

pytestmark = pytest.mark.installs

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """How Airflow's database remembers the import of one file."""

    state: str
    tries: int
    report: str | None  # the XCom "report"
    result: str | None  # what the task returned


class Airflow:
    """An Airflow of one command at a time, with an SQLite database in a folder."""

    def __init__(self, programs: Path, home: Path) -> None:
        self._program = programs / "airflow"
        self._database = home / "airflow.db"
        self.environment = {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "samples" / "schedules"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of Airflow's commands."""
        return subprocess.run(
            [self._program, *words],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )

    def tries(self) -> list[Try]:
        """Return what is remembered of each file of the last run, in their order."""
        with closing(sqlite3.connect(self._database)) as database:
            ((run,),) = database.execute("SELECT run_id FROM dag_run ORDER BY id DESC LIMIT 1")
            kept = {
                (key, index): json.loads(value)
                for key, index, value in database.execute(
                    "SELECT key, map_index, value FROM xcom WHERE task_id = 'import_file' AND run_id = ?",
                    (run,),
                )
            }
            return [
                Try(
                    state=state,
                    tries=tries,
                    report=kept.get(("report", index)),
                    result=kept.get(("return_value", index)),
                )
                for state, tries, index in database.execute(
                    "SELECT state, try_number, map_index FROM task_instance"
                    " WHERE task_id = 'import_file' AND run_id = ? ORDER BY map_index",
                    (run,),
                )
            ]


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where Airflow is installed: AIRFLOW_PROGRAMS, else an environment made from its lock file."""
    if "AIRFLOW_PROGRAMS" in os.environ:
        return Path(os.environ["AIRFLOW_PROGRAMS"])
    folder = tmp_path_factory.mktemp("airflow")
    python = Path(sys.executable).resolve()
    subprocess.run([python, "-m", "venv", folder], check=True)
    install = ("install", "--quiet", "--no-deps", "--require-hashes", "-r", ROOT / ".ci" / "airflow.lock")
    subprocess.run([folder / "bin" / "python", "-m", "pip", *install], check=True)
    return folder / "bin"


@pytest.fixture(scope="module")
def home(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an Airflow that is set up as the DAG says, in seconds."""
    folder = tmp_path_factory.mktemp("home")
    airflow = Airflow(programs, folder)
    for words in (("db", "migrate"), ("pools", "set", "course_import", "1", "one at a time")):
        airflow.run(*words).check_returncode()
    return folder


@pytest.fixture
def airflow(programs: Path, home: Path, tmp_path: Path, sandbox: Running) -> Airflow:
    """An Airflow with settings for one test, one of them a Variable; the journal lies on the disk."""
    airflow = Airflow(programs, home)
    (tmp_path / "exports").mkdir()
    airflow.environment |= {
        "AIRFLOW_VAR_COURSES_FOLDER": str(tmp_path / "exports"),
        "COURSES_COMMAND": str(Path(sys.executable).with_name("course-import")),
        "COURSES_RETRY_SECONDS": "0.1",
        "COURSE_IMPORT_REPORT_DIR": str(tmp_path / "reports"),
        "COURSE_IMPORT_TARGET": sandbox.url,
        "COURSE_IMPORT_PACE": "off",
        "NEXUDUS_EMAIL": "importer@example.com",
        "NEXUDUS_PASSWORD": "sandbox",
    }
    return airflow


def report_in(folder: str | None) -> dict[str, Any]:
    assert folder is not None
    report: dict[str, Any] = json.loads((Path(folder) / "report.json").read_text(encoding="utf-8"))
    return report


def test_two_files_are_imported_though_the_first_try_meets_a_limit(
    airflow: Airflow, sandbox: Running, tmp_path: Path
) -> None:
    """A far limit ends a try with 8; the next one goes on behind what was created."""
    assert "No data found" in airflow.run("dags", "list-import-errors").stdout
    write_courses(tmp_path / "exports" / "a.csv", course("Glazing"), course("Kilns"), course("Throwing"))
    write_courses(tmp_path / "exports" / "b.csv", course("Bread"), course("Pastry"))
    break_with(sandbox.url, {"kind": "throttle", "at": 2, "seconds": 86400})
    ended = airflow.run("dags", "test", "course_import")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "exit code 8" in ended.stdout
    tries = airflow.tries()
    assert [each.state for each in tries] == ["success", "success"]
    assert sorted(each.tries for each in tries) == [1, 2]
    for each in tries:
        assert each.result == each.report
        assert report_in(each.report)["exit_code"] == 0
    assert sorted(titles(sandbox.url)) == ["Bread", "Glazing", "Kilns", "Pastry", "Throwing"]


def test_rows_for_a_person_are_a_success_and_a_refused_file_is_a_failure(
    airflow: Airflow, sandbox: Running, tmp_path: Path
) -> None:
    """Neither is tried again; both leave the place of their report, and the other file goes its way."""
    write_courses(tmp_path / "exports" / "a.csv", course("Glazing"), course("Kilns", HostId="nobody"))
    (tmp_path / "exports" / "b.csv").write_text("no courses\n", encoding="ascii")
    ended = airflow.run("dags", "test", "course_import")
    assert ended.returncode != 0
    some, refused = airflow.tries()
    assert (some.state, some.tries) == ("success", 1)
    assert report_in(some.result)["exit_code"] == 4
    assert "a.csv: some rows need a person" in ended.stdout
    assert (refused.state, refused.tries, refused.result) == ("failed", 1, None)
    assert report_in(refused.report)["exit_code"] == 3
    assert titles(sandbox.url) == ["Glazing"]
