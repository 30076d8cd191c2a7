"""Where requests and bugs are written down: run.log, and stderr, as lines for people or for machines."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import typer
from platformdirs import user_state_path

from pipeline.errors import Bug, CourseImportError, Exit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOG: Final = logging.getLogger("pipeline")
_WARNINGS: Final = logging.getLogger("py.warnings")
_LINE: Final = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
_ABOUT: Final = ("row", "key", "status", "code", "file")  # what a line tells besides, where it is known
_E_MAIL: Final = re.compile(r"[^\s@\"'<>/]+@[^\s@\"'<>/]+")


class Objects(logging.StreamHandler):  # type: ignore[type-arg]  # generic in its stubs only
    """Writes one JSON object a line to stderr: time (UTC), level, event, run, row and key, message.

    A key is all it tells of anybody's data: e-mail addresses in a message are left out.
    """

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.run: str | None = None  # the one that is under way

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of one record."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", "warning" if record.name == _WARNINGS.name else "notice"),
            "run": getattr(record, "run", self.run),
            **{name: value for name in _ABOUT if (value := getattr(record, name, None)) is not None},
            "message": _E_MAIL.sub("[e-mail]", record.getMessage()),
        }
        if record.exc_info:
            told["traceback"] = _E_MAIL.sub("[e-mail]", logging.Formatter().formatException(record.exc_info))
        return json.dumps(told)


@contextmanager
def lines(log_format: str) -> Iterator[None]:
    """Let all that goes to stderr be JSON when `log_format` says so, errors included.

    Raises:
        typer.Exit: in place of an error that was told.
    """
    if log_format != "json":
        yield
        return
    objects = Objects()
    level = _LOG.level
    _LOG.setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    for log in (_LOG, _WARNINGS):
        log.addHandler(objects)
    try:
        yield
    except CourseImportError as refused:
        say(str(refused), event="refused", level=logging.ERROR, code=int(refused.exit_code))
        raise typer.Exit(refused.exit_code) from refused
    except (typer.Exit, typer.Abort):
        raise
    except Exception as bug:
        say(str(bug_outside_a_run(bug)), event="bug", level=logging.ERROR, code=int(Exit.BUG))
        raise typer.Exit(Exit.BUG) from bug
    finally:
        for log in (_LOG, _WARNINGS):
            log.removeHandler(objects)
        logging.captureWarnings(capture=False)
        _LOG.setLevel(level)


def say(text: str, *, event: str = "notice", level: int = logging.INFO, **about: object) -> None:
    """Tell something on stderr: as it is to people, as an object to a machine."""
    if is_for_machines():
        _LOG.log(level, "%s", text, extra={"event": event, **about})
    else:
        typer.echo(text, err=True)


def is_for_machines() -> bool:
    """Tell whether stderr is read by a machine."""
    return any(isinstance(handler, Objects) for handler in _LOG.handlers)


@contextmanager
def run_log(folder: Path, run_id: str, *, verbose: bool) -> Iterator[None]:
    """Write every request and every bug to the report folder's run.log, and to stderr when asked to."""
    _LOG.setLevel(logging.INFO)
    to_file = logging.FileHandler(folder / "run.log", encoding="utf-8", delay=True)
    handlers: list[logging.Handler] = [to_file]
    if verbose and not is_for_machines():  # to whom everything is told in any case
        handlers.append(logging.StreamHandler(sys.stderr))
    for handler in handlers:
        handler.setFormatter(_LINE)
        _LOG.addHandler(handler)
    _name_run(run_id)
    try:
        yield
    except CourseImportError:
        raise
    except Exception as bug:
        _LOG.exception("a bug", extra={"event": "bug"})
        raise _bug(bug, to_file.baseFilename) from bug
    finally:
        for handler in handlers:
            _LOG.removeHandler(handler)
            handler.close()
        _name_run(None)


def _name_run(run_id: str | None) -> None:
    for handler in _LOG.handlers:
        if isinstance(handler, Objects):
            handler.run = run_id


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
