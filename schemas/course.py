"""What a course is: the schema that judges rows, and one course on its way.

The contract is the Create Course page of the API. The schema never coerces: cells arrive typed.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

import pandas as pd
import pandera.pandas as pa

from schemas.properties import IMAGE_PAIRS, PROPERTIES, Kind, Property, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Value: TypeAlias = int | str | bool

# Rules that deserve a word but do not keep a course from being sent.
WARNINGS: Final = frozenset({"tariff-unused", "image-kind-unknown"})

# How the cells of each kind are typed in a frame: all of them can be missing, and no Id is ever a float.
DTYPES: Final = {
    Kind.ID: "Int64",
    Kind.WHOLE: "Int64",
    Kind.VISIBILITY: "Int64",
    Kind.TEXT: "str",
    Kind.FLAG: "boolean",
    Kind.IMAGE: "str",
}
TITLE_MARK: Final = "title:"  # begins each key made of a title, so that none is taken for somebody's own key
_HOST: Final = r"(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]]+)"
_ADDRESS: Final = rf"(?i:https?)://(?:[^\s/?#@]*@)?{_HOST}(?::[0-9]*)?(?:[/?#]\S*)?"
_UP_TO_ENDING: Final = r"(?i:https?)://[^/?#]+/(?:[^?#]*/)?[^/?#]*\."
_ENDING: Final = rf"{_UP_TO_ENDING}[^./?#]+(?:[?#]|$)"
_OTHER_ENDING: Final = rf"{_UP_TO_ENDING}(?!(?i:jpe?g|png|gif)(?:[?#]|\Z))[^./?#]+(?:[?#]|$)"
# Most addresses are as plain as this and break none of the rules above: one look instead of three.
_PLAIN_PICTURE: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+/[!\"$->@-~]*\.(?:jpe?g|png|gif|JPE?G|PNG|GIF)(?:[?#][!-~]*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One course that passed every check.

    `values` holds the API's properties the row has, without SystemId: that one is `own_key`.
    """

    key: str  # the row's own key, else `title:` and its folded title; see `keys_of`
    own_key: str | None
    values: Mapping[str, Value]

    @property
    def title(self) -> str:
        """The title as it will be shown."""
        return str(self.values["Title"])

    @property
    def business_id(self) -> int:
        """The location's Id."""
        return int(self.values["BusinessId"])

    def wire(self) -> dict[str, Value]:
        """Return what is sent for this course, but for its SystemId.

        Active is always there: what the API does without it is not documented.
        """
        return {"Active": True, **self.values}

    @property
    def fingerprint(self) -> str:
        """A hash of what is sent: equal for two courses that are the same to the API."""
        canonical = json.dumps(self.wire(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def fold_title(title: str) -> str:
    """Return what two spellings of one title have in common: case and white space do not count.

    >>> fold_title("Book  Keeping ") == fold_title("book keeping")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def complete(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with a column for every property, missing throughout where the file has none."""
    blanks = {
        name: pd.Series(pd.NA, index=frame.index, dtype=DTYPES[entry.kind])
        for name, entry in PROPERTIES.items()
        if name not in frame
    }
    return frame.assign(**blanks)[list(PROPERTIES)]


def plain(cells: pd.Series) -> list[Value | None]:
    """Return typed cells as Python's own values, None where missing."""
    known: list[Value | None] = cells.to_numpy(dtype=object, na_value=None).tolist()  # type: ignore[call-overload]  # the stubs lack None
    return known


def keys_of(frame: pd.DataFrame) -> list[str | None]:
    """Return each row's key; None without a title or a location.

    It is the row's own key as it stands, else `title:` and the folded title. An own key that begins with
    `title:` itself gets a blank after that mark: no folded title begins with one, so the two never meet.
    """
    columns = (plain(frame[name]) for name in ("SystemId", "Title", "BusinessId"))
    return [
        None if title is None or location is None else _key(own, str(title))
        for own, title, location in zip(*columns, strict=True)
    ]


def _key(own: Value | None, title: str) -> str:
    if own is None:
        return TITLE_MARK + fold_title(title)
    key = str(own)
    return f"{TITLE_MARK} {key.removeprefix(TITLE_MARK)}" if key.startswith(TITLE_MARK) else key


def broken_rules(frame: pd.DataFrame, keys: Sequence[str | None]) -> Iterator[tuple[str, str, list[int]]]:
    """Judge typed cells; yield each broken rule as its code, the property it is told at, and its rows.

    Args:
        frame: one column per property as `complete` returns them, the index being row numbers.
        keys: each row's key, as `keys_of` returns them.

    Raises:
        TypeError: a column is typed otherwise than its kind is.
    """
    types = {name: str(dtype) for name, dtype in frame.dtypes.items()}
    if types != {name: DTYPES[entry.kind] for name, entry in PROPERTIES.items()}:
        raise TypeError(f"cells typed as {types}")
    judged = _with_row_rules(frame, keys)
    doubtful = {new: _doubtful_pictures(frame[new]) for new, _ in IMAGE_PAIRS}
    for name, column in course_schema().columns.items():
        for check in column.checks:
            # Asked one by one: `validate` would take 2 ms for a table of its own about each broken rule.
            told = check(doubtful[name] if check in _OF_PICTURES else judged[name])
            passed = told.check_output  # of the cells that are there, unless the rule asks for missing ones
            if rows := passed.index[~passed.astype(bool)].tolist():
                yield check.error, name.split()[-1], rows


# Rules only a whole row can tell are helper columns, true where the row is right, each told at one property.
_ROW_RULES: Final = (
    "tariff-missing TariffId",
    "tariff-unused TariffId",
    "repeated-row SystemId",
    "repeated-row Title",
    "key-taken SystemId",
    "key-taken Title",
    *(f"image-and-clear {new}" for new, _ in IMAGE_PAIRS),
)


def _with_row_rules(frame: pd.DataFrame, keys: Sequence[str | None]) -> pd.DataFrame:
    paid = _sure(frame["Visibility"].eq(Visibility.PAID))
    free = frame["Visibility"].isin(set(Visibility) - {Visibility.PAID})
    has_tariff = frame["TariffId"].notna()
    has_own_key = frame["SystemId"].notna()
    repeated, taken = _shared_keys(frame, keys)
    wrong = {
        "tariff-missing TariffId": paid & ~has_tariff,
        "tariff-unused TariffId": free & has_tariff,
        "repeated-row SystemId": repeated & has_own_key,
        "repeated-row Title": repeated & ~has_own_key,
        "key-taken SystemId": taken & has_own_key,
        "key-taken Title": taken & ~has_own_key,
    }
    for new, clear in IMAGE_PAIRS:
        wrong[f"image-and-clear {new}"] = frame[new].notna() & _sure(frame[clear])
    return frame.assign(**{rule: ~wrong[rule].astype(bool) for rule in _ROW_RULES})


def _doubtful_pictures(addresses: pd.Series) -> pd.Series:
    """Return the addresses that a look does not clear; a list is quicker than pandas' `str`."""
    matches = _PLAIN_PICTURE.fullmatch
    doubtful = [address is not None and matches(str(address)) is None for address in plain(addresses)]
    return addresses[pd.Series(doubtful, index=addresses.index, dtype=bool)]


def _shared_keys(frame: pd.DataFrame, keys: Sequence[str | None]) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Return the rows that repeat an earlier one, and the rows whose key another, different row has too."""
    place, key = frame["BusinessId"], pd.Series(list(keys), index=frame.index, dtype=object)
    shared = key.notna() & pd.DataFrame({"place": place, "key": key}).duplicated(keep=False)
    if not shared.any():
        return shared, shared
    sent = frame.assign(Active=frame["Active"].fillna(value=True))  # a blank says what yes says
    copy = shared & sent.astype(object).duplicated()
    different = (shared & ~copy).groupby([place, key], dropna=False).transform("sum")
    return copy & different.eq(1), shared & different.gt(1)


def _sure(answers: pd.Series[bool]) -> pd.Series[bool]:
    """Return `answers` with "not known" as no."""
    return answers.fillna(value=False).astype(bool)


@cache
def course_schema() -> pa.DataFrameSchema:
    """Return the contract of the Create Course page as a pandera schema."""
    columns = {entry.name: _column(entry) for entry in PROPERTIES.values()}
    rules = {rule: pa.Column(bool, _check(rule.split()[0], lambda right: right)) for rule in _ROW_RULES}
    return pa.DataFrameSchema({**columns, **rules}, coerce=False, name="CourseSchema")


def _column(entry: Property) -> pa.Column:
    checks = _CHECKS_OF_KIND.get(entry.kind, ())
    if entry.required:
        checks = (_check("required", lambda cells: cells.notna(), ignore_na=False), *checks)
    if entry.limit is not None:
        limit = entry.limit
        checks = (*checks, _check("too-long", lambda cells: cells.str.len() <= limit))
    return pa.Column(DTYPES[entry.kind], list(checks), nullable=True)


def _check(code: str, rule: Callable[[pd.Series], pd.Series], *, ignore_na: bool = True) -> pa.Check:
    return pa.Check(rule, error=code, ignore_na=ignore_na)


def _image_kind_known(addresses: pd.Series) -> pd.Series:
    return addresses.str.match(_ENDING) | ~addresses.str.fullmatch(_ADDRESS)


def _image_kind_right(addresses: pd.Series) -> pd.Series:
    return ~addresses.str.match(_OTHER_ENDING)


_OF_PICTURES: Final = (
    _check("not-an-address", lambda addresses: addresses.str.fullmatch(_ADDRESS)),
    _check("image-kind", _image_kind_right),
    _check("image-kind-unknown", _image_kind_known),
)
_CHECKS_OF_KIND: Final = {
    Kind.ID: (_check("not-positive", lambda ids: ids > 0),),
    Kind.VISIBILITY: (_check("visibility-unknown", lambda numbers: numbers.isin(list(Visibility))),),
    Kind.IMAGE: _OF_PICTURES,
}
