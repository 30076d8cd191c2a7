"""The journal's tables, commented column by column. Times are UTC, ISO 8601.

A course's `state` moves like this, one commit before its request leaves and one after its answer:

             begin (payload on disk before the request leaves)
  (none) ───────────▶ sending ──▶ created      with its Id
                         │  ├───▶ rejected     surely not created: may be sent again
                         │  ├───▶ deferred     surely not applied: may be sent again
                         │  └───▶ in_doubt     no clear answer; a row found `sending` at start is the same
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table, Text

# Times and ids are compared as texts, sign by sign; PostgreSQL would sort them as its language does.
_SORTED: Final = Text().with_variant(Text(collation="C"), "postgresql")
SCHEMA_VERSION: Final = 3  # raised whenever a table changes; a newer journal is refused

# What brings an older journal to each version; what is new is null in its old rows.
UPGRADES: Final = {
    2: ("ALTER TABLE runs ADD COLUMN flags TEXT", "ALTER TABLE rows ADD COLUMN business_id BIGINT"),
    3: ("ALTER TABLE runs ADD COLUMN content TEXT",),
}

metadata: Final = MetaData()

meta: Final = Table(
    "meta",
    metadata,
    Column("schema_version", Integer, primary_key=True, comment="of these tables"),
    comment="one row",
)

runs: Final = Table(
    "runs",
    metadata,
    Column("run_id", _SORTED, primary_key=True, comment="begins with the time it started at"),
    Column("command", Text, nullable=False, comment="check, import"),
    Column("target", Text, comment="host/account, or sandbox:<store id>/account"),
    Column("rehearsal", Boolean, nullable=False, comment="whether the target is a sandbox"),
    Column("path", Text, nullable=False, comment="the file, as it was given"),
    Column("sheet", Text, comment="the sheet that was read; null where there are none"),
    Column("sha256", Text, comment="of the file"),
    Column("started_at", _SORTED, nullable=False),
    Column("finished_at", _SORTED, comment="null while it runs, and for ever when it was cut off"),
    Column("stop_code", Integer, comment="the exit code of what ended it early"),
    Column("stop_reason", Text, comment="the same in words"),
    Column("version", Text, nullable=False, comment="of course-import"),
    Column("folder", Text, comment="of its report files"),
    Column("flags", Text, comment="JSON list of those that say what is read and where it goes"),
    Column("content", Text, comment="hash of the file and of how it is read; null when it could not be read"),
    comment="one row a run",
)

rows: Final = Table(
    "rows",
    metadata,
    Column("run_id", _SORTED, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="as Excel shows it"),
    Column("key", Text, comment="null without a title or a location"),
    Column("title", Text),
    Column("status", Text, nullable=False, comment="a word of pipeline.model.Status"),
    Column("reason", Text, nullable=False, comment="why it has that status, in words"),
    Column("course_id", BigInteger, comment="of the course that exists"),
    Column("found", Boolean, nullable=False, comment="the Id was found by looking"),
    Column("candidates", Text, nullable=False, comment="JSON, the courses it may be"),
    Column("business_id", BigInteger, comment="the location, where it is known"),
    comment="one row a row of the file a run read",
    sqlite_with_rowid=False,
)

findings: Final = Table(
    "findings",
    metadata,
    Column("position", Integer, primary_key=True, comment="in the order they were told"),
    Column("run_id", _SORTED, nullable=False, index=True),
    Column("row", Integer, comment="null: about the file"),
    Column("cell", Text, comment="G17"),
    Column("column", Text, comment="the header as the user wrote it"),
    Column("property_name", Text, comment="the API's name"),
    Column("value", Text, comment="what stood in the cell"),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("stage", Text, nullable=False),
    comment="one row a finding, ours and the API's",
)

courses: Final = Table(
    "courses",
    metadata,
    Column("target", Text, primary_key=True),
    Column("business_id", BigInteger, primary_key=True, autoincrement=False, comment="the location"),
    Column("key", Text, primary_key=True, comment="the row's own key, else title: and its folded title"),
    Column("state", Text, nullable=False, comment="see above"),
    Column("payload", Text, nullable=False, comment="JSON as it was last sent, SystemId included"),
    Column("course_id", BigInteger, comment="once it is created"),
    Column("reason", Text, nullable=False, comment="of the state, in words"),
    Column("run_id", _SORTED, nullable=False, comment="the run that touched it last"),
    Column("number", Integer, nullable=False, comment="its row in that run"),
    Column("ended_at", _SORTED, comment="when that state was reached; null while sending"),
    Column("candidates", Text, nullable=False, server_default="[]", comment="JSON, the courses it may be"),
    Column("deferrals", Integer, nullable=False, server_default="0", comment="in a row, of one reason"),
    Column("said_by", Text, comment="the person whose word the state is"),
    comment="one row a course that was ever meant to be sent",
    sqlite_with_rowid=False,  # one page less to be written for every course
)

snapshots: Final = Table(
    "snapshots",
    metadata,
    Column("target", Text, primary_key=True),
    Column("run_id", _SORTED, primary_key=True),
    Column("business_id", BigInteger, primary_key=True, autoincrement=False, comment="the location"),
    Column("ids", Text, nullable=False, comment="JSON list of the Ids that stood there"),
    comment="what stood at a location before a run first sent a course there",
)

requests: Final = Table(
    "requests",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("target", Text, comment="null while signing in: nobody is known yet"),
    Column("host", Text, nullable=False),
    Column("run_id", _SORTED, nullable=False),
    Column("row", Integer, comment="the row it was sent for"),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sent_at", _SORTED, nullable=False),
    Column("answered_at", _SORTED, comment="null: no answer was recorded"),
    Column("status", Integer, comment="HTTP; null: no answer came"),
    Column("told", Text, comment="the answer's beginning, or why there is none; never a secret"),
    comment="one row a request that left",
)
