"""A custom destination of dlt, one course a call, as its page advises where nothing may come twice."""

from __future__ import annotations

import atexit
import os
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import requests

if TYPE_CHECKING:
    from tests.bench.contenders.sending import Errand, Program, Stopwatch
    from tests.bench.scripts import Course

_FILES: Final = 4
_QUIET: Final = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}


def destination() -> Program:
    """Return a pipeline that goes on, when it is run again, with the batch that failed."""
    # It keeps a number of its own in a folder of the user's or the system's, telemetry or not.
    home = TemporaryDirectory(prefix="bench-dlt-")
    atexit.register(home.cleanup)
    os.environ |= {**_QUIET, "DLT_DATA_DIR": home.name}
    import dlt
    from dlt.pipeline.exceptions import PipelineStepFailed

    def send(errand: Errand, watch: Stopwatch) -> bool:
        session = requests.Session()

        def post(items: list[Course], _table: object) -> None:
            watch.start()
            for course in items:
                errand.post(session, course)
            watch.stop()

        pipeline = dlt.pipeline(
            "courses",
            destination=dlt.destination(post, batch_size=1, name="courses"),
            pipelines_dir=str(errand.folder),
        )
        try:
            if pipeline.has_pending_data:
                pipeline.run()
            else:
                pipeline.run(errand.courses, table_name="courses")
        except PipelineStepFailed:
            return False
        return True

    return send


def four_files() -> Program:
    """Return the same with its rows in four files, which dlt loads side by side."""
    load = destination()

    def send(errand: Errand, watch: Stopwatch) -> bool:
        os.environ["NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS"] = str(-(-len(errand.courses) // _FILES))
        return load(errand, watch)

    return send
