"""Loops over rows with a session of requests, as everybody writes them first, and second."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

if TYPE_CHECKING:
    from tests.bench.contenders.sending import Errand, Program, Stopwatch
    from tests.bench.scripts import Course


def bare() -> Program:
    """Return a loop that writes down every row on the disk before it leaves, and goes on where one fails."""

    def send(errand: Errand, watch: Stopwatch) -> bool:
        log = os.open(errand.folder / "sent.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

        def write_down(course: Course) -> None:
            os.write(log, json.dumps(course).encode() + b"\n")
            os.fdatasync(log)

        with requests.Session() as session:
            watch.start()
            for course in errand.courses:
                write_down(course)
                _try_to_post(errand, session, course)
            watch.stop()
        os.close(log)
        return True

    return send


def retrying() -> Program:
    """Return a loop over a session that repeats what failed, POST included.

    409 is among the statuses that are repeated: it is what this API throttles with.
    """
    retry = Retry(
        total=5,
        backoff_factor=0.1,
        status_forcelist=[409, 429, 500, 502, 503, 504],
        allowed_methods=None,
    )

    def send(errand: Errand, watch: Stopwatch) -> bool:
        with requests.Session() as session:
            session.mount("http://", HTTPAdapter(max_retries=retry))
            watch.start()
            for course in errand.courses:
                _try_to_post(errand, session, course)
            watch.stop()
        return True

    return send


def _try_to_post(errand: Errand, session: requests.Session, course: Course) -> None:
    try:
        errand.post(session, course)
    except requests.RequestException as failure:
        print(f"{course['Title']}: {failure}")
