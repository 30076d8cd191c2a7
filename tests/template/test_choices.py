"""Which words the template offers for a location, a host or a pricing plan."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.check.names import Names
from pipeline.model import Directory, Entry
from pipeline.template.choices import lists_of


def offered(*entries: Entry, missing_roles: tuple[str, ...] = ()) -> dict[str | int, str]:
    directory = Directory(entries={"HostId": entries}, missing_roles={"HostId": missing_roles})
    return dict(lists_of(directory).get("Hosts", {}))


def host(entry_id: int, name: str, email: str = "", *, active: bool = True) -> Entry:
    return Entry(id=entry_id, name=name, email=email, active=active)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        pytest.param([host(2, "Zoë"), host(1, "Ann")], {"Ann": "1", "Zoë": "2"}, id="by-name"),
        pytest.param([host(1, " Ann\u00a0 Lee ")], {"Ann Lee": "1"}, id="blanks-do-not-count"),
        pytest.param(
            [host(1, "Zoë", "z@example.com"), host(2, "ZOE", "y@example.com")],
            {"z@example.com": "1", "y@example.com": "2"},
            id="namesakes-by-email",
        ),
        pytest.param([host(1, "Ann"), host(2, "ann")], {1: "1", 2: "2"}, id="namesakes-without-email-by-id"),
        pytest.param(
            [host(1, "Ann", "a@example.com"), host(2, "Ann", "a@example.com")],
            {1: "1", 2: "2"},
            id="a-shared-email-means-nobody",
        ),
        pytest.param(
            [host(1, "Ann", "a@example.com"), host(2, "Ann", active=False)],
            {"a@example.com": "1"},
            id="who-is-not-active-is-a-namesake-but-not-offered",
        ),
        pytest.param([host(7, "1414980011")], {7: "7"}, id="a-number-would-be-read-as-an-id"),
        pytest.param([host(7, "a@example.com")], {7: "7"}, id="an-email-would-be-looked-up-as-one"),
        pytest.param([host(7, "Ann\x07")], {7: "7"}, id="a-name-nobody-can-type"),
        pytest.param([host(7, "")], {7: "7"}, id="no-name"),
    ],
)
def test_each_active_entry_is_offered_by_what_surely_means_it(
    entries: list[Entry], words: dict[str | int, str]
) -> None:
    """Its name, else its e-mail, else its Id; beside it, its Id."""
    assert offered(*entries) == words


def test_names_are_not_offered_where_a_list_was_not_seen() -> None:
    """Somebody in it may have the same name, so an import refuses names."""
    hosts = (host(1, "Ann", "a@example.com"), host(2, "Ben"))
    assert offered(*hosts, missing_roles=("User-List",)) == {"a@example.com": "1", 2: "2"}


@pytest.mark.parametrize(
    ("places", "words"),
    [
        pytest.param((1, 2), {"Gold": "11, 12"}, id="one-per-location"),
        pytest.param((1, 1), {11: "11", 12: "12"}, id="two-at-one-location"),
        pytest.param((1, None), {11: "11", 12: "12"}, id="one-of-all-locations"),
    ],
)
def test_pricing_plans_share_a_name_where_their_locations_tell_them_apart(
    places: tuple[int | None, int | None], words: dict[str | int, str]
) -> None:
    """Plans of one name are offered once, with all their Ids."""
    plans = tuple(Entry(id=11 + n, name="Gold", business_id=place) for n, place in enumerate(places))
    assert lists_of(Directory(entries={"TariffId": plans}))["Tariffs"] == words


@pytest.mark.parametrize("directory", [None, Directory(), Directory(entries={"HostId": ()})])
def test_without_entries_only_words_can_be_chosen(directory: Directory | None) -> None:
    """A list that was not read, or holds nothing, is not there."""
    assert lists_of(directory) == {
        "Visibilities": {"Public": "1", "Hidden": "2", "Private": "3", "Paid": "4"},
        "Answers": {"yes": "true", "no": "false"},
    }


NAMES = st.text(st.sampled_from("aAáÁ ß-1@\u00a0\u200bµ"), max_size=4) | st.text(max_size=6)
ENTRIES = st.builds(
    Entry,
    id=st.integers(1, 30),
    name=NAMES,
    email=st.sampled_from(["", "", "a@a", "b@a"]),
    active=st.booleans(),
    business_id=st.sampled_from([None, 1, 2]),
)


@given(st.lists(ENTRIES, unique_by=lambda entry: entry.id), st.sampled_from([(), ("User-List",)]))
def test_every_word_means_its_entry_to_an_import(
    entries: list[Entry], missing_roles: tuple[str, ...]
) -> None:
    """Whatever people are called: each active entry is offered, and its word is looked up as that entry."""
    directory = Directory(entries={"TariffId": tuple(entries)}, missing_roles={"TariffId": missing_roles})
    words = lists_of(directory).get("Tariffs", {})
    names = Names("TariffId", directory, {})
    by_id = {entry.id: entry for entry in entries}
    meant = [(word, int(entry_id)) for word, ids in words.items() for entry_id in ids.split(", ")]
    assert sorted(entry_id for _, entry_id in meant) == sorted(entry.id for entry in entries if entry.active)
    for word, entry_id in meant:
        found = word if isinstance(word, int) else names.meaning(word, by_id[entry_id].business_id)
        assert found == entry_id
