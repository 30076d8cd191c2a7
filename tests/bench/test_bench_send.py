"""What sending costs with a journal that survives a power cut, beside a loop that only appends as often."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 1000
ROUNDS = 5
# Of the bare loop's rows a second; machines that others share get some room for noise.
AT_LEAST = 0.7 if "CI" in os.environ else 0.8

# A server as bare as can be: it answers at once, from a process of its own, and keeps its connections.
STUB = """
import json, socket, sys

head = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: "
me = json.dumps({"Id": 1, "Email": "importer@example.com"}).encode()
none = json.dumps({"Records": [], "TotalItems": 0, "TotalPages": 0}).encode()
number = 1414985001
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = b""
    while True:
        while b"\\r\\n\\r\\n" not in buffer:
            piece = connection.recv(65536)
            if not piece:
                break
            buffer += piece
        else:
            request, _, buffer = buffer.partition(b"\\r\\n\\r\\n")
            length = 0
            for line in request.split(b"\\r\\n"):
                if line.lower().startswith(b"content-length:"):
                    length = int(line[15:])
            while len(buffer) < length:
                buffer += connection.recv(65536)
            buffer = buffer[length:]
            if request.startswith(b"POST /api/content/courses"):
                number += 1
                body = b'{"Status": 200, "Value": {"Id": %d}, "Errors": null, "WasSuccessful": true}' % number
            elif b"/api/auth/me" in request:
                body = me
            else:
                body = none
            connection.sendall(head + str(len(body)).encode() + b"\\r\\n\\r\\n" + body)
            continue
        break
    connection.close()
"""
# Every row: one append with fdatasync before its request, as a log that says what was meant would have it.
BARE = """
import json, os, sys, time, requests

rows = json.loads(sys.stdin.read())
session = requests.Session()
log = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
begun = time.perf_counter()
for row in rows:
    os.write(log, json.dumps(row).encode() + b"\\n")
    os.fdatasync(log)
    answer = session.post(sys.argv[1] + "/api/content/courses", json=row, timeout=(10, 60),
                          headers={"Authorization": "Bearer t"})
    assert answer.json()["WasSuccessful"]
print(len(rows) / (time.perf_counter() - begun))
"""
OURS = """
import json, math, pathlib, sys, time, datetime
from pydantic import SecretStr
from pipeline.api import Bounds, Client, Connection, Gate, Pacer, Patience
from pipeline.journal import open_journal
from pipeline.model import Action, Row, Status, Step
from pipeline.send import Means
from pipeline.send.submit import submit
from pipeline.settings import Credentials
from schemas.course import Course

rows = json.loads(sys.stdin.read())
now = lambda: datetime.datetime.now(datetime.UTC)
journal = open_journal(pathlib.Path(sys.argv[2]))
connection = Connection(sys.argv[1], connect_timeout_seconds=10, read_timeout_seconds=60)
log = journal.log(run_id="bench", host=connection.host, now=now)
bounds = Bounds(max_wait_seconds=math.inf, most_in_flight=4, sleep=time.sleep, hurried=lambda: False, now=now)
gate = Gate(connection, pacer=Pacer((), time.monotonic), log=log, bounds=bounds)
patience = Patience(max_attempts=3, max_seconds=60, sleep=time.sleep, hurried=lambda: False)
client = Client(gate, patience=patience, now=now)
client.sign_in(Credentials(token=SecretStr("t")), client_id="bench")
log.target = "bench"
steps = []
for number, values in enumerate(rows, start=2):
    course = Course(key=values["Title"], own_key=None, values=values)
    row = Row(number=number, key=course.key, title=course.title, business_id=5, course=course)
    steps.append(Step(row=row, course=course, action=Action.CREATE, status=Status.NOT_SENT, reason="new"))
means = Means(client=client, log=log, known=dict, doubts=tuple, columns={}, new_token=lambda: "t", now=now,
              settle_seconds=60)
begun = time.perf_counter()
receipts, stop = submit(steps, means, lambda: None)
assert len(receipts) == len(rows) and stop is None
print(len(rows) / (time.perf_counter() - begun))
"""


def courses() -> list[dict[str, object]]:
    """Courses as they are sent, with a summary and a description."""
    return [
        {
            "BusinessId": 1414974955,
            "HostId": 1414980011,
            "Title": f"Course {number}",
            "DisplayOrder": number,
            "Visibility": 1,
            "SummaryText": "Six short lessons on keeping your books in order. " * 6,
            "FullDescription": "<p>What this course is about, told at some length.</p>" * 30,
        }
        for number in range(ROWS)
    ]


def rows_a_second(program: str, url: str, path: Path) -> float:
    ended = subprocess.run(
        [sys.executable, "-c", program, url, str(path)],
        input=json.dumps(courses()),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={name: value for name, value in os.environ.items() if not name.endswith("_PROXY")},
    )
    return float(ended.stdout)


@pytest.mark.bench
def test_a_journal_costs_little_beside_appending_as_often(tmp_path: Path) -> None:
    """Ours and the bare loop take turns; both put every intent on the disk before it leaves."""
    stub = subprocess.Popen([sys.executable, "-c", STUB], stdout=subprocess.PIPE, text=True)
    assert stub.stdout is not None
    url = f"http://127.0.0.1:{stub.stdout.readline().strip()}"
    try:
        rows_a_second(OURS, url, tmp_path / "warm.db")
        pairs = [
            (
                rows_a_second(OURS, url, tmp_path / f"{number}.db"),
                rows_a_second(BARE, url, tmp_path / f"{number}.log"),
            )
            for number in range(ROUNDS)
        ]
    finally:
        stub.kill()
        stub.communicate()
    ours, bare = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    ratios = sorted(one / other for one, other in pairs)
    print(
        f"\nsending, journalled / bare loop with fdatasync: {ours / bare:.2f} "
        f"({ratios[0]:.2f}-{ratios[-1]:.2f}; {ours:.0f} / {bare:.0f} rows a second)"
    )
    assert ours / bare >= AT_LEAST
