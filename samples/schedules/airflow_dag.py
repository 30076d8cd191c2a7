"""Imports every file of a folder into Nexudus at 02:00 UTC: one mapped task a file, for Airflow 3.

To set it up:

1. Install course-import where the workers run, in an environment of its own, with its PostgreSQL extra.
2. Copy this file into the folder of DAGs, and make the pool, one for each account, of one slot:
   `airflow pools set course_import 1 "Nexudus: one import at a time"`
3. Tell the settings, each as an Airflow Variable of the name in lower case or in the workers' environment:
   COURSES_FOLDER (the exports), NEXUDUS_TOKEN (or NEXUDUS_EMAIL and NEXUDUS_PASSWORD),
   COURSE_IMPORT_REPORT_DIR (a folder that stays, since XCom holds paths in it), COURSE_IMPORT_JOURNAL_URL
   (postgresql://user@host/database; keep its password out of it, in PGPASSWORD or a passfile: Airflow does
   not mask this Variable). With a single worker whose disk lasts, COURSE_IMPORT_STATE_DIR does instead.
   COURSES_COMMAND is the installed command when it is not on PATH, COURSES_OPTIONS what else to
   say, such as `--set BusinessId=1414974955 --set HostId=1414980011` for exports that do not tell.
4. Read while the DAG is parsed, so in the environment only: COURSES_POOL, COURSES_RETRIES,
   COURSES_RETRY_SECONDS.

A task succeeds with exit code 0, and with a warning in its log with 4: some rows need a person. It is tried
again after 5, 7 and 8: the import goes on where it stopped, nothing is sent twice. Any other code fails it at
once. XCom "report" names the folder of the report whatever the code; the result is the same.
"""

from __future__ import annotations

import json
import logging
import os
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import Variable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

SETTINGS = (
    "NEXUDUS_URL",
    "NEXUDUS_TOKEN",
    "NEXUDUS_EMAIL",
    "NEXUDUS_PASSWORD",
    "NEXUDUS_CLIENT_ID",
    "COURSE_IMPORT_TARGET",
    "COURSE_IMPORT_JOURNAL_URL",
    "COURSE_IMPORT_STATE_DIR",
    "COURSE_IMPORT_REPORT_DIR",
)
DONE, NEEDS_A_PERSON = 0, 4
TRY_AGAIN = {5: "some rows are in doubt", 7: "another run is at work", 8: "it stopped early"}

log = logging.getLogger(__name__)


def setting(name: str) -> str | None:
    """Return an Airflow Variable, else what the worker's environment says."""
    value: str | None = Variable.get(name.lower(), default=None)
    return value or os.environ.get(name)


def run_import(path: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command for one file; what it says on stderr goes to the task's log."""
    # Named, so that a missing account is refused and never a silent rehearsal; the settings may say sandbox.
    told = {"COURSE_IMPORT_TARGET": "https://spaces.nexudus.com"}
    told |= {name: value for name in SETTINGS if (value := setting(name))}
    command = [setting("COURSES_COMMAND") or "course-import"]
    command += ["import", "--unattended", "--json"]
    command += shlex.split(setting("COURSES_OPTIONS") or "")
    ended = subprocess.run(  # noqa: S603 - what its administrator set, and no shell reads it
        [*command, "--", path], env={**os.environ, **told}, capture_output=True, text=True, check=False
    )
    log.info("%s: exit code %d\n%s", path, ended.returncode, ended.stderr)
    return ended


def report_folder(printed: str) -> str | None:
    """Return where the report is; none is written when the command could not begin."""
    try:
        documents = json.loads(printed)
    except ValueError:
        return None
    first = documents[0] if isinstance(documents, list) else documents
    return str(first["folder"]) if first["folder"] else None


@dag(
    dag_id="course_import",
    schedule="0 2 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,  # one run takes all that lies there
    max_active_runs=1,
    tags=["nexudus"],
)
def course_import() -> None:
    """Import each file of the folder."""

    @task
    def list_files() -> list[str]:
        folder = setting("COURSES_FOLDER")
        if not folder:
            raise AirflowFailException("Set COURSES_FOLDER: the folder of the exports.")
        return sorted(
            str(path) for path in Path(folder).iterdir() if path.is_file() and not path.name.startswith(".")
        )

    @task(
        pool=os.environ.get("COURSES_POOL", "course_import"),
        retries=int(os.environ.get("COURSES_RETRIES", "4")),
        retry_delay=timedelta(seconds=float(os.environ.get("COURSES_RETRY_SECONDS", "900"))),
        map_index_template="{{ path.rpartition('/')[2] }}",
    )
    def import_file(path: str) -> str | None:
        context = get_current_context()
        context["path"] = path  # names the task in the grid
        ended = run_import(path)
        report = report_folder(ended.stdout)
        context["ti"].xcom_push("report", report)
        if ended.returncode in TRY_AGAIN:
            raise AirflowException(f"{path}: {TRY_AGAIN[ended.returncode]}; trying again. Report: {report}")
        if ended.returncode not in (DONE, NEEDS_A_PERSON):
            raise AirflowFailException(f"{path}: exit code {ended.returncode}. Report: {report}")
        if ended.returncode == NEEDS_A_PERSON:
            log.warning("%s: some rows need a person. Send this report to its owner: %s", path, report)
        return report

    import_file.expand(path=list_files())


course_import()
