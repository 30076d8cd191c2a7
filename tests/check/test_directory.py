"""Names of locations, hosts and pricing plans become Ids, or findings that say why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.check.directory import misfits, names_to_look_up, resolve_names, unresolved
from pipeline.check.names import fold_name
from pipeline.model import Column, Directory, Entry, RawSheet, Source, TidySheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model import Finding

LONDON, LISBON = 1414974955, 1414974956
LARGE = 2**62 + 1  # a float would lose its last digit
HOSTS: Final = (
    Entry(id=11, name="Amelia Hart", email="amelia.hart@example.com"),
    Entry(id=12, name="Jürgen Groß", email="juergen.gross@example.com"),
    Entry(id=13, name="João  Conceição", email="joao@example.com"),
    Entry(id=15, name="John Smith", email="john.smith@example.com"),
    Entry(id=16, name="john smith"),
    Entry(id=18, name="Tomas Lindgren", email="tomas@example.com", active=False),
    Entry(id=19, name="", email="nameless@example.com"),
    Entry(id=LARGE, name="Лев Ёлкин"),
)
TARIFFS: Final = (
    Entry(id=21, name="All courses"),
    Entry(id=22, name="Course pass", business_id=LONDON),
    Entry(id=24, name="Course pass", business_id=LISBON),
    Entry(id=25, name="Lisbon single course", business_id=LISBON),
    Entry(id=28, name="Early bird", active=False),
    Entry(id=29, name="Members"),
    Entry(id=30, name="Members", business_id=LONDON),
)
DIRECTORY: Final = Directory(
    entries={
        "BusinessId": (Entry(id=LONDON, name="London Shoreditch"), Entry(id=LISBON, name="Lisbon")),
        "HostId": HOSTS,
        "TariffId": TARIFFS,
    }
)
HEADERS: Final = {"BusinessId": "Location", "HostId": "Trainer", "TariffId": "Plan"}


def sheet(*rows: Sequence[int | str | None], columns: Mapping[str, str] = HEADERS) -> TidySheet:
    """Rows of location, host and pricing plan, each an Id or a name; they begin at row 2."""
    frame, names = {}, {}
    index = range(2, 2 + len(rows))
    for name, cells in zip(HEADERS, zip(*rows, strict=True), strict=True):
        typed = pd.Series(cells, index=index, dtype=object)
        is_name = typed.map(lambda cell: isinstance(cell, str)).astype(bool)
        frame[name] = typed.mask(is_name, pd.NA).astype("Int64")
        names[name] = typed[is_name].astype("str")
    letters = {
        name: Column(header=header, letter=letter)
        for (name, header), letter in zip(columns.items(), "ABC", strict=False)
    }
    return TidySheet(
        raw=RawSheet(
            source=Source(path="courses.xlsx", sheet="Plan", sha256=None),
            header_row=1,
            headers=tuple(columns.values()),
            cells=pd.DataFrame(list(rows), index=index, dtype=object),
        ),
        columns=letters,
        frame=pd.DataFrame(frame),
        findings=(),
        names={name: found for name, found in names.items() if len(found)},
    )


def ids(resolved: TidySheet, name: str) -> list[int | None]:
    return [None if cell is pd.NA else cell for cell in resolved.frame[name]]


def only(resolved: TidySheet) -> Finding:
    (finding,) = resolved.findings
    return finding


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        pytest.param("Amelia Hart", 11, id="as it stands"),
        pytest.param("AMELIA  hart ", 11, id="case and white space"),
        pytest.param("Amelia\u00a0\u200bHart", 11, id="white space nobody sees"),
        pytest.param("jurgen gross", 12, id="accents and sharp s"),
        pytest.param("Joa\u0303o Conceic\u0327a\u0303o", 13, id="accents as marks of their own"),
        pytest.param("лев елкин", LARGE, id="Cyrillic, and an Id no float holds"),
        pytest.param("john.smith@example.com", 15, id="e-mail"),
        pytest.param(" John.Smith@Example.COM", 15, id="e-mail in any case"),
        pytest.param("nameless@example.com", 19, id="e-mail of a host without a name"),
    ],
)
def test_a_name_is_found_however_it_is_spelled(typed: str, host: int) -> None:
    resolved = resolve_names(sheet((LONDON, typed, None), (LONDON, 5, None)), DIRECTORY, {})
    assert ids(resolved, "HostId") == [host, 5]
    assert resolved.findings == ()
    assert unresolved(resolved) == frozenset()


@pytest.mark.parametrize(
    ("row", "cell", "code", "message"),
    [
        pytest.param(
            (LONDON, "Jorgen Grass", None),
            "B2",
            "name-unknown",
            'is "Jorgen Grass", but no host is called that. Nearest: "Jürgen Groß" (12, '
            "juergen.gross@example.com). Correct the cell, or write the Id.",
            id="no such host: the nearest",
        ),
        pytest.param(
            (LONDON, "Jon Smyth", None),
            "B2",
            "name-unknown",
            'is "Jon Smyth", but no host is called that. Nearest: "John Smith" (15, '
            'john.smith@example.com) or "john smith" (16). Correct the cell, or write the Id.',
            id="no such host: the nearest are two of one name",
        ),
        pytest.param(
            ("Shoreditch, London", 11, None),
            "A2",
            "name-unknown",
            'is "Shoreditch, London", but no location is called that. Nearest: "London Shoreditch" '
            "(1414974955). Correct the cell, or write the Id.",
            id="no such location: the same words in another order",
        ),
        pytest.param(
            (LONDON, "amelia.hart@example.org", None),
            "B2",
            "name-unknown",
            'is "amelia.hart@example.org", but no host has that e-mail. Nearest: "Amelia Hart" (11, '
            "amelia.hart@example.com). Correct the cell, or write the Id.",
            id="no such e-mail",
        ),
        pytest.param(
            (f"Quito {'x' * 50}", 11, None),
            "A2",
            "name-unknown",
            f'is "Quito {"x" * 34}…", but no location is called that. Correct the cell, or write the Id.',
            id="nothing near, a long name",
        ),
        pytest.param(
            (LONDON, "\u00b4", None),
            "B2",
            "name-unknown",
            'is "\u00b4", but no host is called that. Correct the cell, or write the Id.',
            id="a name of which nothing is left is not the host without one",
        ),
        pytest.param(
            (LONDON, "John Smith", None),
            "B2",
            "name-ambiguous",
            'is "John Smith", which means more than one host: "John Smith" (15, john.smith@example.com) and '
            '"john smith" (16). Write the Id of the one that is meant.',
            id="two hosts of one name",
        ),
        pytest.param(
            (LONDON, 11, "members"),
            "C2",
            "name-ambiguous",
            'is "members", which means more than one pricing plan: "Members" (29) and "Members" (30). Write '
            "the Id of the one that is meant.",
            id="a plan of the location and one of all",
        ),
        pytest.param(
            (None, 11, "Course pass"),
            "C2",
            "name-ambiguous",
            'is "Course pass", which means more than one pricing plan: "Course pass" (22) and "Course '
            'pass" (24). Write the Id of the one that is meant.',
            id="plans of several locations, the row's being unknown",
        ),
    ],
)
def test_a_name_that_means_no_id_for_sure_is_a_fault_at_its_cell(
    row: tuple[int | str | None, ...], cell: str, code: str, message: str
) -> None:
    """It stays without an Id, and is not a blank cell."""
    resolved = resolve_names(sheet(row), DIRECTORY, {})
    finding = only(resolved)
    assert (finding.code, finding.cell, finding.severity, finding.stage) == (code, cell, "fault", "check")
    assert finding.message == message
    assert finding.value in row
    assert finding.property_name is not None
    assert finding.column == HEADERS[finding.property_name]
    assert unresolved(resolved) == {(2, finding.property_name)}


def test_of_many_with_one_name_a_few_are_listed() -> None:
    many = tuple(Entry(id=number, name="Alex") for number in range(1, 9))
    resolved = resolve_names(sheet((LONDON, "alex", None)), Directory(entries={"HostId": many}), {})
    assert '"Alex" (5) and 3 more. Write' in only(resolved).message


@pytest.mark.parametrize(
    ("location", "tariff"),
    [
        pytest.param("london shoreditch", 22, id="named"),
        pytest.param(LISBON, 24, id="by Id"),
    ],
)
def test_a_plan_is_the_one_of_the_rows_location(location: int | str, tariff: int) -> None:
    """Two plans of one name are no question where only one of them can be meant."""
    resolved = resolve_names(sheet((location, 11, "Course pass")), DIRECTORY, {})
    assert ids(resolved, "TariffId") == [tariff]
    assert resolved.findings == ()


def test_a_plan_of_another_location_is_a_fault() -> None:
    """By name or by Id alike; a plan of all locations, and an Id nobody knows, are none."""
    rows = [(LONDON, 11, tariff) for tariff in ("Lisbon single course", 24, 21, 22, 99)]
    resolved = resolve_names(sheet(*rows, (None, 11, 24)), DIRECTORY, {})
    named, by_id = misfits(resolved, DIRECTORY)
    assert (named.code, named.cell, named.severity) == ("tariff-elsewhere", "C2", "fault")
    assert (named.value, by_id.value, by_id.cell) == ("Lisbon single course", "24", "C3")
    assert named.message == (
        'is "Lisbon single course" (25), a pricing plan of "Lisbon" (1414974956), but the course is at '
        '"London Shoreditch" (1414974955). Choose one of the course\'s location, or one of all locations.'
    )


def test_locations_that_were_not_read_are_told_by_their_id() -> None:
    directory = Directory(entries={"TariffId": TARIFFS})
    (finding,) = misfits(sheet((LONDON, 11, 24)), directory)
    assert "plan of location 1414974956, but the course is at location 1414974955." in finding.message


@pytest.mark.parametrize(
    ("row", "cell", "called"),
    [
        pytest.param(
            (LONDON, "Tomas Lindgren", None),
            "B2",
            '"Tomas Lindgren" (18, tomas@example.com), a host',
            id="host",
        ),
        pytest.param(
            (LONDON, 18, None), "B2", '"Tomas Lindgren" (18, tomas@example.com), a host', id="host by Id"
        ),
        pytest.param((LONDON, 11, "early bird"), "C2", '"Early bird" (28), a pricing plan', id="plan"),
    ],
)
def test_what_is_no_longer_active_is_a_warning(
    row: tuple[int | str | None, ...], cell: str, called: str
) -> None:
    resolved = resolve_names(sheet(row), DIRECTORY, {})
    (finding,) = misfits(resolved, DIRECTORY)
    assert (finding.code, finding.severity, finding.cell) == ("not-active", "warning", cell)
    assert finding.message.startswith(f"is {called} that is no longer active.")
    assert resolved.findings == ()


def test_an_alias_answers_before_the_directory_and_without_one() -> None:
    aliases = {fold_name("Jon Smyth"): 55, fold_name("Amelia Hart"): 56}
    rows = sheet((LONDON, "JON  smyth", None), (LONDON, "Amelia Hart", None))
    for directory in (DIRECTORY, Directory()):
        resolved = resolve_names(rows, directory, aliases)
        assert ids(resolved, "HostId") == [55, 56]
        assert resolved.findings == ()


def test_a_directory_is_needed_for_names_without_an_alias() -> None:
    rows = sheet(("Lisbon", "Jon Smyth", 24), ("Lisbon", "JON SMYTH", None))
    assert names_to_look_up(rows, {}) == {"BusinessId", "HostId"}
    assert names_to_look_up(rows, {"jon smyth": 55}) == {"BusinessId"}
    assert names_to_look_up(sheet((LONDON, 11, None)), {}) == frozenset()


def test_names_that_were_not_looked_up_are_told_once_a_column() -> None:
    """They are no faults, and no blank cells."""
    rows = sheet(("Lisbon", "Jon Smyth", None), ("Porto", 11, None), ("Lisbon", "Amelia Hart", None))
    resolved = resolve_names(rows, Directory(), {"jon smyth": 55})
    assert [(finding.code, finding.severity, finding.row, finding.cell) for finding in resolved.findings] == [
        ("not-looked-up", "information", None, "A1"),
        ("not-looked-up", "information", None, "B1"),
    ]
    assert resolved.findings[1].message == (
        'courses.xlsx · Plan: names in "Trainer" (B), such as "Amelia Hart", were not looked up, which needs '
        "an account. An import looks them up."
    )
    assert unresolved(resolved) == {(2, "BusinessId"), (3, "BusinessId"), (4, "BusinessId"), (4, "HostId")}


def test_a_missing_role_refuses_names_and_lets_ids_pass() -> None:
    """An e-mail that was found is sure: it is one person's, whoever else the other list may hold."""
    directory = Directory(entries={"HostId": HOSTS}, missing_roles={"HostId": ("User-List",)})
    rows = sheet((LONDON, "Amelia Hart", None), (LONDON, 11, None), (LONDON, "joao@example.com", None))
    resolved = resolve_names(rows, directory, {})
    assert ids(resolved, "HostId") == [None, 11, 13]
    finding = only(resolved)
    assert (finding.code, finding.cell, finding.severity) == ("role-missing", "B2", "fault")
    assert finding.message == (
        'is "Amelia Hart", but hosts cannot be looked up by name: the account lacks the role User-List. '
        "Write the Id, or have that added to the account."
    )


def test_a_name_given_for_all_rows_is_told_under_its_property() -> None:
    rows = sheet((LONDON, "Jon Smyth", None), columns={"BusinessId": "Location"})
    unknown = only(resolve_names(rows, DIRECTORY, {}))
    assert (unknown.row, unknown.cell, unknown.column) == (2, None, "HostId")
    not_looked_up = only(resolve_names(rows, Directory(), {}))
    assert "names in HostId, such as" in not_looked_up.message
    assert not_looked_up.cell is None


@given(st.text())
def test_folding_twice_changes_nothing_more(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("かき", "かぎ", id="Japanese voicing"),
        pytest.param("ก่", "ก้", id="Thai tones"),
        pytest.param("Ann Lee", "Annlee", id="a blank within"),
    ],
)
def test_marks_that_make_another_name_count(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)
