"""The only room that speaks to the API: how to sign in, how fast, how long to wait, what an answer means."""

from __future__ import annotations

from pipeline.api.answers import Settled, Stop
from pipeline.api.client import Client, RequestLog
from pipeline.api.connection import Connection
from pipeline.api.pacing import STEADY, Limit, Pacer
from pipeline.api.patience import Patience
from pipeline.api.target import target_of

__all__ = [
    "STEADY",
    "Client",
    "Connection",
    "Limit",
    "Pacer",
    "Patience",
    "RequestLog",
    "Settled",
    "Stop",
    "target_of",
]
