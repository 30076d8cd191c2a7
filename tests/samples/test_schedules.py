"""Each sample schedule is what its scheduler understands, and acts on every exit code as the table says."""

from __future__ import annotations

import ast
import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from cronsim import CronSim
from typer.main import get_command

from pipeline.cli import app
from pipeline.errors import Exit
from pipeline.settings import Settings, environment_name
from tests.samples.conftest import AGAIN, HOPELESS, SCHEDULES, TEXTS, import_step, job_of_crontab

# Where a file holds the command line it runs.
COMMANDS = {
    "crontab": r"course-import (.+?); case",
    "course-import.service": r"^ExecStart=\S+/course-import (.+)$",
    "cronjob.yaml": r"\bargs: \[(.+)\]$",
    "github-workflow.yml": r"^ +course-import (.+) \|\| code=",
    "airflow_dag.py": r"^ +command \+= \[(.+)\]$",
    "../../Dockerfile": r"^#.* course-import (import .+)$",
}


def found(pattern: str, name: str) -> str:
    (match,) = re.findall(pattern, (SCHEDULES / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return str(match)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_line_is_one_of_this_program(name: str) -> None:
    """Commands, flags and their values are read as the program itself reads them."""
    words = shlex.split(found(COMMANDS[name], name).replace(",", " "))
    if name == "airflow_dag.py":
        words.append("courses.csv")
    commands: dict[str, Any] = vars(get_command(app))["commands"]
    context = commands[words[0]].make_context(words[0], words[1:])
    assert context.params["unattended"]


def test_each_schedule_has_its_command_line_checked() -> None:
    assert set(TEXTS) - set(COMMANDS) == {"course-import.timer"}  # it starts the service


@pytest.mark.parametrize("name", sorted(TEXTS.keys() - {"course-import.timer"}))
def test_no_night_is_a_rehearsal_by_mistake(name: str) -> None:
    """The target is named: without an account the import is refused."""
    assert re.search(r"COURSE_IMPORT_TARGET\W+(value: )?https://spaces\.nexudus\.com", TEXTS[name])


def test_the_settings_are_the_programs() -> None:
    texts = " ".join([*TEXTS.values(), (SCHEDULES / "../../Dockerfile").read_text(encoding="utf-8")])
    told = set(re.findall(r"\b(?:COURSE_IMPORT|NEXUDUS)_[A-Z_]+\b", texts))
    assert told <= {environment_name(name) for name in Settings.model_fields}


def test_the_dag_needs_nothing_but_airflow_and_the_command() -> None:
    """A worker has none of this program's packages; the codes it knows are this program's all the same."""
    tree = ast.parse(TEXTS["airflow_dag.py"])
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    assert {str(name).partition(".")[0] for name in imported} - sys.stdlib_module_names == {"airflow"}
    (again,) = re.findall(r"^TRY_AGAIN = (.+)$", TEXTS["airflow_dag.py"], flags=re.MULTILINE)
    assert set(ast.literal_eval(again)) == AGAIN


def cron_of_airflow() -> str:
    words = [word for word in ast.walk(ast.parse(TEXTS["airflow_dag.py"])) if isinstance(word, ast.keyword)]
    (when,) = [word.value for word in words if word.arg == "schedule"]
    return str(ast.literal_eval(when))


def cron_of_workflow() -> str:
    # YAML 1.1 takes the key `on` for true.
    return str(yaml.safe_load(TEXTS["github-workflow.yml"])[True]["schedule"][0]["cron"])


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param(job_of_crontab()[0], id="crontab"),
        pytest.param(yaml.safe_load(TEXTS["cronjob.yaml"])["spec"]["schedule"], id="cronjob.yaml"),
        pytest.param(cron_of_workflow(), id="github-workflow.yml"),
        pytest.param(cron_of_airflow(), id="airflow_dag.py"),
    ],
)
def test_it_runs_at_two_every_day(expression: str) -> None:
    begin = datetime(2026, 2, 27, 12, tzinfo=UTC)
    first = datetime(2026, 2, 28, 2, tzinfo=UTC)
    times = CronSim(expression, begin)
    assert [next(times) for _ in range(3)] == [first + timedelta(days=day) for day in range(3)]


def test_the_workflow_is_one() -> None:
    """GitHub's schema, as check-jsonschema brings it; the tags of its actions say a whole version."""
    tool = Path(sys.executable).with_name("check-jsonschema")
    schema = ("--builtin-schema", "vendor.github-workflows")
    subprocess.run([tool, *schema, SCHEDULES / "github-workflow.yml"], check=True, stdout=subprocess.DEVNULL)
    uses = re.findall(r"uses: (.+)", TEXTS["github-workflow.yml"])
    assert len(uses) == 4
    assert all(re.fullmatch(r"[\w/-]+@v\d+\.\d+\.\d+", action) for action in uses)
    workflow = yaml.safe_load(TEXTS["github-workflow.yml"])
    assert workflow["concurrency"] == {"group": "course-import", "cancel-in-progress": False}
    secrets = {name for name, value in import_step()["env"].items() if "secrets." in value}
    assert secrets == {"NEXUDUS_TOKEN", "COURSE_IMPORT_JOURNAL_URL"}


def test_the_cron_job_of_kubernetes_is_one() -> None:
    """Kubernetes' own schema, every field known; nothing that must last lies in the pod."""
    cron_job = yaml.safe_load(TEXTS["cronjob.yaml"])
    kubernetes_validate.validate(cron_job, "1.31", strict=True)
    assert cron_job["spec"]["concurrencyPolicy"] == "Forbid"
    pod = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"  # else no rule of a podFailurePolicy may stand
    (container,) = pod["containers"]
    from_secret = {
        entry["name"]: entry.get("valueFrom", {}).get("secretKeyRef") for entry in container["env"]
    }
    assert "optional" not in from_secret["COURSE_IMPORT_JOURNAL_URL"]
    assert from_secret["NEXUDUS_TOKEN"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    assert mounts["/exports"]["readOnly"]
    assert volumes[mounts["/exports"]["name"]]["persistentVolumeClaim"]["readOnly"]
    assert "persistentVolumeClaim" in volumes[mounts["/reports"]["name"]]
    assert {mount["name"] for mount in mounts.values()} == set(volumes)


def test_the_rules_of_kubernetes_know_every_exit_code() -> None:
    spec = yaml.safe_load(TEXTS["cronjob.yaml"])["spec"]["jobTemplate"]["spec"]
    rules = [rule for rule in spec["podFailurePolicy"]["rules"] if "onExitCodes" in rule]
    (name,) = [container["name"] for container in spec["template"]["spec"]["containers"]]
    assert {rule["onExitCodes"]["containerName"] for rule in rules} == {name}
    values = {rule["action"]: set(rule["onExitCodes"]["values"]) for rule in rules}
    assert values == {
        "FailJob": HOPELESS | {Exit.NEEDS_A_PERSON},
        "Count": AGAIN | {Exit.INTERRUPTED, Exit.TERMINATED},
    }
    assert set.union(*values.values()) == set(Exit) - {Exit.DONE}


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd tells Upper from lower
    parser.read_string(TEXTS[name])
    return parser


def test_systemd_takes_each_exit_code_as_the_table_says() -> None:
    service = unit("course-import.service")["Service"]
    assert {int(code) for code in service["SuccessExitStatus"].split()} == {Exit.NEEDS_A_PERSON}
    assert {int(code) for code in service["RestartPreventExitStatus"].split()} == HOPELESS
    assert (service["Type"], service["Restart"]) == ("oneshot", "on-failure")


@pytest.fixture
def systemd_analyze() -> str:
    """Return the command; CI must have it, elsewhere it may be missing."""
    command = shutil.which("systemd-analyze")
    if command is None and not os.environ.get("CI"):
        pytest.skip("systemd is not installed")
    return command or "systemd-analyze"


def test_systemd_finds_no_fault_in_the_units(systemd_analyze: str, tmp_path: Path) -> None:
    """Only the place of the command is another here."""
    installed = Path(sys.executable).with_name("course-import")
    for name in ("course-import.service", "course-import.timer"):
        text = TEXTS[name].replace("/opt/course-import/.venv/bin/course-import", str(installed))
        (tmp_path / name).write_text(text, encoding="utf-8")
    units = sorted(tmp_path.glob("course-import.*"))
    ended = subprocess.run(
        [systemd_analyze, "verify", *units], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_timer_runs_at_two_every_day(systemd_analyze: str) -> None:
    when = unit("course-import.timer")["Timer"]["OnCalendar"]
    told = subprocess.run(
        [systemd_analyze, "calendar", "--iterations=3", "--base-time=2026-02-27 12:00:00 UTC", when],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8"},
    )
    times = re.findall(r"(?:Next elapse|Iteration #\d+|Iter\. #\d+): \w+ (\S+ \S+ \S+)", told.stdout)
    assert times == ["2026-02-28 02:00:00 UTC", "2026-03-01 02:00:00 UTC", "2026-03-02 02:00:00 UTC"]
