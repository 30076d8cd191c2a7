"""Carries out a plan: each course at most once, everything noted before and after."""

from __future__ import annotations

from pipeline.send.submit import Means, submit

__all__ = ["Means", "submit"]
