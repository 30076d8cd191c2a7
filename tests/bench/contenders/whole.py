"""Whole runs, start-up included: ours as it is typed, beside the least that reads and sends the same file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_WORDS_OF_OURS = ("COURSE_IMPORT_", "NEXUDUS_")


def checked(path: str, folder: str) -> Callable[[], None]:
    """`course-import check FILE`, which finds no fault."""
    return lambda: _run(folder, {}, "check", path, "--quiet", "--report-dir", folder)


def imported(path: str, folder: str, url: str) -> Callable[[], None]:
    """`course-import import FILE`, which creates every course."""
    account = {"NEXUDUS_URL": url, "NEXUDUS_TOKEN": "t"}
    words = ("--pace", "off", "--no-verify", "--yes", "--quiet", "--no-progress")
    folders = ("--report-dir", folder, "--state-dir", folder)
    return lambda: _run(folder, account, "import", path, *words, *folders)


def start_and_read(path: str, rows: str) -> Callable[[], None]:
    """Load pandas and pandera, and read the rows with calamine: nothing is checked or told."""
    import pandas as pd
    import pandera.pandas as pa

    assert pd.__name__, pa.__name__
    return cells_in_lists(path, rows)


def cells_in_lists(path: str, rows: str) -> Callable[[], None]:
    """Read the rows with calamine into lists."""
    from python_calamine import CalamineWorkbook

    def work() -> None:
        cells = list(CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())
        assert len(cells) == int(rows) + 1, len(cells)

    return work


def script(path: str, rows: str, url: str) -> Callable[[], None]:
    """Read with pandas, post row by row with requests: what people write for an afternoon's import."""
    import pandas as pd
    import requests

    columns = {
        "Title": "Title",
        "Location": "BusinessId",
        "Trainer": "HostId",
        "Order": "DisplayOrder",
        "Tariff": "TariffId",
        "Summary": "SummaryText",
        "Description": "FullDescription",
    }

    def work() -> None:
        frame = pd.read_excel(path, engine="calamine").rename(columns=columns)
        session = requests.Session()
        session.headers["Authorization"] = "Bearer t"
        courses = frame[[*columns.values()]].assign(Visibility=4)
        created = 0
        for course in courses.to_dict("records"):
            answer = session.post(f"{url}/api/content/courses", json=course, timeout=60)
            answer.raise_for_status()
            created += answer.json()["WasSuccessful"]
        assert created == int(rows), created

    return work


def _run(folder: str, account: dict[str, str], *words: str) -> None:
    """Run the command in an empty folder, with no settings but these."""
    for name in [name for name in os.environ if name.startswith(_WORDS_OF_OURS)]:
        del os.environ[name]
    os.environ.update(account)
    os.chdir(folder)
    sys.argv = ["course-import", *words]
    from pipeline.cli import run_command_line

    code = run_command_line()
    assert code == 0, f"ended with {code}"
    reports = list(Path(folder).rglob("report.xlsx"))
    assert len(reports) == 1, f"{len(reports)} reports"
