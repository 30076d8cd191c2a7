"""The only room that speaks to the API: how to sign in, how fast, how long to wait, what an answer means."""

from __future__ import annotations

from pipeline.api.answers import Settled, Stop
from pipeline.api.client import Client
from pipeline.api.connection import Connection
from pipeline.api.courses import candidate_of, is_course_there, list_courses, read_courses
from pipeline.api.directory import read_directory
from pipeline.api.gate import Bounds, Gate, RequestLog
from pipeline.api.pacing import Limit, Pacer
from pipeline.api.patience import Patience
from pipeline.api.roles import read_roles
from pipeline.api.target import target_of

__all__ = [
    "Bounds",
    "Client",
    "Connection",
    "Gate",
    "Limit",
    "Pacer",
    "Patience",
    "RequestLog",
    "Settled",
    "Stop",
    "candidate_of",
    "is_course_there",
    "list_courses",
    "read_courses",
    "read_directory",
    "read_roles",
    "target_of",
]
