"""Where requests and bugs are written down: run.log, and stderr when asked to."""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from platformdirs import user_state_path

from pipeline.errors import Bug, CourseImportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOG: Final = logging.getLogger("pipeline")
_LINE: Final = logging.Formatter("%(asctime)s %(levelname)s %(message)s")


@contextmanager
def run_log(folder: Path, *, verbose: bool) -> Iterator[None]:
    """Write every request and every bug to the report folder's run.log, and to stderr when asked to."""
    _LOG.setLevel(logging.INFO)
    to_file = logging.FileHandler(folder / "run.log", encoding="utf-8", delay=True)
    handlers: list[logging.Handler] = [to_file, logging.StreamHandler(sys.stderr)] if verbose else [to_file]
    for handler in handlers:
        handler.setFormatter(_LINE)
        _LOG.addHandler(handler)
    try:
        yield
    except CourseImportError:
        raise
    except Exception as bug:
        _LOG.exception("a bug")
        raise _bug(bug, to_file.baseFilename) from bug
    finally:
        for handler in handlers:
            _LOG.removeHandler(handler)
            handler.close()


def bug_outside_a_run(bug: Exception) -> Bug:
    """Write a bug's traceback to the state folder; return it as an error that names the file."""
    try:
        path = user_state_path("course-import", ensure_exists=True) / "bug.log"
        path.write_text("".join(traceback.format_exception(bug)), encoding="utf-8")
    except OSError:
        return Bug(f"a bug of ours: {''.join(traceback.format_exception_only(bug)).strip()}")
    return _bug(bug, str(path))


def _bug(bug: Exception, path: str) -> Bug:
    return Bug(f"a bug of ours ({type(bug).__name__}): please report it with {path}")
