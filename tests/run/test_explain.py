"""One row's life: its cells, its payload, what an import would do, and every request so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import StoppedEarly, UsageError
from pipeline.model import Action, Status
from pipeline.run import Order, Outlook, explain_row
from pipeline.send import Word
from tests.run.conftest import break_with, course, create_by_hand, in_sandbox, write_courses

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Directory, Origin, RowLife
    from pipeline.sandbox import Running
    from tests.run.conftest import Tester


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "courses.csv"


def origin(life: RowLife, name: str) -> Origin:
    [found] = [each for each in life.origins if each.property_name == name]
    return found


def exchanges(life: RowLife) -> list[tuple[str, int, int | None]]:
    """Return run, row and answer of each request of a course at its only target."""
    [memory] = life.memories
    return [
        (appearance.run_id, appearance.row, exchange.status)
        for appearance in memory.appearances
        for exchange in appearance.exchanges
    ]


def test_a_row_that_was_refused_corrected_and_created(path: Path, tester: Tester, sandbox: Running) -> None:
    """It moved from row 3 to row 2 in between; the other row's requests are not told."""
    write_courses(path, course("Pottery"), course("Weaving", HostId=5, Key="W-1"))
    tester.import_file(path, sandbox.url)
    refused = tester.explain(path, sandbox.url, 3)
    assert (refused.action, refused.reason) == (Action.CREATE, "rejected before: the API refused it")
    write_courses(path, course("Weaving", Key="W-1"), course("Pottery"))
    tester.import_file(path, sandbox.url)
    life = tester.explain(path, sandbox.url, 2)
    assert exchanges(life) == [("run-1", 3, 400), ("run-3", 2, 200)]
    [memory] = life.memories
    assert [appearance.status.value for appearance in memory.appearances] == ["rejected", "created"]
    told = memory.appearances[0].exchanges[0].told
    assert told is not None
    assert "Host: not found" in told
    assert memory.known is not None
    assert memory.known.course_id == in_sandbox(sandbox.url)[1]["Id"]
    assert (life.action, life.status) == (Action.SKIP, Status.UNCHANGED)


def test_the_payload_is_what_is_sent(path: Path, tester: Tester, sandbox: Running) -> None:
    """The very one an import sends; names are looked up for it, Active is said though the file does not."""
    write_courses(path, course("Pottery", BusinessId="Lisbon", HostId="Jon Smyth", Key="P-1"))
    life = tester.explain(path, sandbox.url, 2, aliases={"jon smyth": 1414980015})
    tester.import_file(path, sandbox.url, aliases={"jon smyth": 1414980015})
    [memory] = tester.explain(path, sandbox.url, 2, aliases={"jon smyth": 1414980015}).memories
    assert memory.known is not None
    assert life.payload == memory.known.payload
    assert (origin(life, "BusinessId").value, origin(life, "BusinessId").rules) == (
        1414974956,
        ("the Id of that name",),
    )
    assert origin(life, "HostId").rules == ("what --alias or --aliases says",)
    assert (origin(life, "Active").value, origin(life, "Active").rules) == (True, ("not said: yes",))
    assert life.notes == (
        "Whether such a course stands at the target already was not looked at; course-import plan looks.",
    )


def test_a_token_is_told_once_it_is_known(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery", HostId=5))
    first = tester.explain(path, sandbox.url, 2)
    assert first.payload is not None
    assert "SystemId" not in first.payload
    assert any("gets a token" in note for note in first.notes)
    tester.import_file(path, sandbox.url)
    again = tester.explain(path, sandbox.url, 2)
    assert again.payload is not None
    assert again.payload["SystemId"] == "token-1"


def test_a_blank_active_is_yes(path: Path, tester: Tester, sandbox: Running) -> None:
    path.write_text(
        "Title,Location,Trainer,Order,Access,Active\nPottery,1414974955,1414980011,1,Public,\n",
        encoding="utf-8",
    )
    found = origin(tester.explain(path, sandbox.url, 2), "Active")
    assert (found.value, found.rules) == (True, ("blank: yes",))


def test_a_held_row_shows_what_it_may_be(path: Path, tester: Tester, sandbox: Running) -> None:
    """As the last import saw it: explaining asks nobody."""
    theirs = create_by_hand(sandbox.url, Title="Pottery")
    write_courses(path, course("Pottery"))
    tester.import_file(path, sandbox.url)
    life = tester.explain(path, sandbox.url, 2)
    assert (life.action, life.status, life.reason) == (
        Action.HOLD,
        Status.HELD,
        f"exists already as Id {theirs}",
    )
    assert [candidate.course_id for candidate in life.candidates] == [theirs]
    tester.resolve(path, sandbox.url, 2, Word(created_id=theirs, by="ann@desk"))
    said = tester.explain(path, sandbox.url, 2)
    assert said.status is Status.UNCHANGED
    assert said.memories[0].known is not None
    assert said.memories[0].known.said_by == "ann@desk"


def test_a_doubt_is_looked_up_before_anything_is_sent(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery"))
    break_with(sandbox.url, {"kind": "malformed_json"})
    tester.import_file(path, sandbox.url)
    life = tester.explain(path, sandbox.url, 2)
    assert (life.action, life.status) == (Action.LOOK_UP, Status.IN_DOUBT)
    assert exchanges(life) == [("run-1", 2, 200)]


def test_a_row_with_faults_says_them_and_has_no_payload(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery", HostId="Nobody At All", DisplayOrder="x"))
    life = tester.explain(path, sandbox.url, 2)
    assert (life.action, life.status, life.payload) == (None, Status.INVALID, None)
    assert {finding.property_name for finding in life.findings} == {"HostId", "DisplayOrder"}
    assert origin(life, "HostId").rules == ("a name that means no Id: see below",)
    assert life.memories == ()


def test_a_row_the_layout_leaves_out_says_why(path: Path, tester: Tester, sandbox: Running) -> None:
    path.write_text(
        "shortname,fullname,category_path,visible,delete\nONE,One,Arts,1,1\nTWO,Two,Arts,1,0\n",
        encoding="utf-8",
    )
    life = tester.explain(path, sandbox.url, 2, given={"BusinessId": "Lisbon", "HostId": "Priya Raman"})
    assert (life.status, life.action, life.reason) == (Status.LEFT_OUT, None, "marked for deletion")


@pytest.mark.parametrize("row", [1, 9])
def test_a_row_without_a_course_is_told(row: int, path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery"), course("Weaving"))
    with pytest.raises(UsageError, match=f"no course in row {row}: its courses stand in rows 2 to 3"):
        tester.explain(path, sandbox.url, row)


def test_without_account_and_journal_what_can_be_explained_is(path: Path, tmp_path: Path) -> None:
    """Cells, their meaning, what is not known: no request leaves."""
    write_courses(path, course("Pottery", HostId="Priya Raman"), course("Weaving"))

    def refused(_wanted: frozenset[str]) -> Directory:
        raise StoppedEarly("the host cannot be reached")

    order = Order(command="explain", path=path, run_id="run-1", folder=tmp_path)
    outlook = Outlook(target="https://host", is_meant=lambda _name: False, look_up=refused, remember=None)
    pottery, weaving = (explain_row(order, row, outlook) for row in (2, 3))
    assert origin(pottery, "HostId").rules == ("a name that was not looked up",)
    assert (pottery.status, pottery.reason) == (Status.NOT_SENT, "it has a name that was not looked up")
    assert pottery.notes == (
        "Names were not looked up: the host cannot be reached",
        "There is no journal yet: nothing was ever imported from here.",
    )
    assert weaving.payload is not None
    assert weaving.action is Action.CREATE


def test_a_row_without_a_known_location_cannot_be_remembered(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Pottery", BusinessId=""))
    life = tester.explain(path, sandbox.url, 2)
    assert life.key is None
    assert any("one is not known here" in note for note in life.notes)


def test_a_target_that_is_not_meant_decides_nothing(path: Path, tester: Tester, sandbox: Running) -> None:
    """It is remembered all the same."""
    write_courses(path, course("Pottery"))
    tester.import_file(path, sandbox.url)
    order = Order(command="explain", path=path, run_id="run-9", folder=tester.folder)
    memories = tester.explain(path, sandbox.url, 2).memories
    outlook = Outlook(
        target="https://host",
        is_meant=lambda _name: False,
        look_up=lambda _wanted: pytest.fail("it has no names"),
        remember=lambda _place, _key: memories,
    )
    life = explain_row(order, 2, outlook)
    assert (life.action, life.reason, life.memories) == (Action.CREATE, "new", memories)
