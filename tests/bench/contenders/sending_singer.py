"""A Singer target with a sink that posts record by record."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any, Final, TextIO

import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.bench.contenders.sending import Errand, Program, Stopwatch
    from tests.bench.scripts import Course

_STREAM: Final = "courses"
_SCHEMA: Final = {
    "properties": {
        **{name: {"type": "integer"} for name in ("BusinessId", "HostId", "DisplayOrder", "Visibility")},
        **{name: {"type": "string"} for name in ("Title", "SummaryText", "FullDescription")},
    }
}


def messages(courses: Sequence[Course], *, sent: int = 0) -> str:
    """Return what a tap would print: the courses after the first `sent`, with a bookmark behind each."""
    return "".join(f"{json.dumps(message)}\n" for message in _messages(courses, sent))


def _messages(courses: Sequence[Course], sent: int) -> Iterator[dict[str, object]]:
    yield {"type": "SCHEMA", "stream": _STREAM, "schema": _SCHEMA, "key_properties": ["Title"]}
    for number, course in enumerate(courses[sent:], start=sent + 1):
        yield {"type": "RECORD", "stream": _STREAM, "record": course}
        yield {"type": "STATE", "value": {"sent": number}}


def on_stdin() -> Program:
    """Return a target that reads what a tap printed."""
    listen = _listener()

    def send(errand: Errand, watch: Stopwatch) -> bool:
        listen(errand, watch, sys.stdin)
        return True

    return send


def resuming() -> Program:
    """Return a tap and its target which, run again, go on behind the last bookmark the target printed."""
    listen = _listener()

    def send(errand: Errand, watch: Stopwatch) -> bool:
        bookmark = errand.folder / "state.json"
        sent = json.loads(bookmark.read_text())["sent"] if bookmark.exists() else 0
        printed = io.StringIO()
        try:
            with redirect_stdout(printed):
                listen(errand, watch, io.StringIO(messages(errand.courses, sent=sent)))
        except requests.RequestException:
            return False
        finally:
            if states := printed.getvalue().splitlines():
                bookmark.write_text(states[-1])
        return True

    return send


def _listener() -> Callable[[Errand, Stopwatch, TextIO], None]:
    from singer_sdk import RecordSink, Target

    def listen(errand: Errand, watch: Stopwatch, tap: TextIO) -> None:
        session = requests.Session()

        class CourseSink(RecordSink):  # type: ignore[misc]  # the checker does not see the SDK
            """Sends each course when it comes."""

            def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:  # noqa: ARG002 - theirs
                """Send one."""
                watch.start()
                errand.post(session, record)
                watch.stop()

        class CourseTarget(Target):  # type: ignore[misc]  # the same
            """Knows one stream."""

            name = "target-courses"
            config_jsonschema: Final[dict[str, object]] = {"properties": {}}
            default_sink_class = CourseSink

        CourseTarget(config={}).listen(tap)

    return listen
