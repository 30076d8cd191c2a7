"""The corridor: each command a short walk through the rooms."""

from __future__ import annotations

from pipeline.run.arriving import DAY, look_up_names
from pipeline.run.deciding import resolve_row
from pipeline.run.doctoring import Practice, examine
from pipeline.run.explaining import Outlook, explain_row
from pipeline.run.importing import import_file, plan_file, read_report
from pipeline.run.looking import check_file, draft_layout
from pipeline.run.orders import House, Order
from pipeline.run.taking import name_of_target, taken_before

__all__ = [
    "DAY",
    "House",
    "Order",
    "Outlook",
    "Practice",
    "check_file",
    "draft_layout",
    "examine",
    "explain_row",
    "import_file",
    "look_up_names",
    "name_of_target",
    "plan_file",
    "read_report",
    "resolve_row",
    "taken_before",
]
