"""What Create Course accepts: every property with its kind, and all faults of a body at once.

Source: the Create Course page; the words of a refusal are the sandbox's own, but for "is a required field".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlsplit

from pipeline.sandbox.lookups import BUSINESS_NAMES, HOST_NAMES, TARIFF_BUSINESSES, TARIFF_NAMES

if TYPE_CHECKING:
    from pipeline.sandbox.answers import Json

Body: TypeAlias = Mapping[str, object]
Fault: TypeAlias = tuple[str, str]  # PropertyName, Message
Check: TypeAlias = Callable[
    [str, object, Body], Fault | None
]  # of a property's name and value, and all others

_LONG: Final = 2**63
_PAID: Final = 4
_VISIBILITIES: Final = (1, 2, 3, _PAID)
_SUMMARY_CHARACTERS: Final = 400
_KNOWN: Final = {"BusinessId": BUSINESS_NAMES, "HostId": HOST_NAMES, "TariffId": TARIFF_NAMES}
_CLEAR_OF: Final = {"NewImageUrl": "ClearImageFile", "NewLargeImageUrl": "ClearLargeImageFile"}


def errors_in(body: Body) -> list[Json]:
    """Return every fault as an entry of Errors[], at most one a property, in the order of the properties."""
    errors: list[Json] = []
    for name, check in PROPERTIES.items():
        fault = _fault(name, check, body)
        if fault is not None:
            property_name, message = fault
            attempted = _echo(body.get(name))
            errors.append({"AttemptedValue": attempted, "Message": message, "PropertyName": property_name})
    return errors


def _fault(name: str, check: Check, body: Body) -> Fault | None:
    value = body.get(name)
    required = name in _REQUIRED or (name == "TariffId" and body.get("Visibility") == _PAID)
    blank = value is None or (isinstance(value, str) and not value.strip())
    if required and blank:
        return name, "is a required field"
    return None if value is None else check(name, value, body)


def _echo(value: object) -> object:
    """Return what JSON can hold of an attempted value: a scalar as it is, a fraction as text."""
    if isinstance(value, float):
        return str(value)
    return value if isinstance(value, str | int) else None


def _whole(name: str, value: object, _body: Body) -> Fault | None:
    right = isinstance(value, int) and not isinstance(value, bool) and -_LONG <= value < _LONG
    return None if right else (name, "must be a whole number")


def _visibility(name: str, value: object, body: Body) -> Fault | None:
    right = value in _VISIBILITIES
    return _whole(name, value, body) or (None if right else (name, "must be 1, 2, 3 or 4"))


def _relation(name: str, value: object, body: Body) -> Fault | None:
    fault = _whole(name, value, body)
    if fault is None and isinstance(value, int) and value <= 0:
        return name, "must be greater than 0"
    if fault is None and value not in _KNOWN[name]:
        return name.removesuffix("Id"), "not found"  # refusals name the relation, not the column
    return fault


def _tariff(name: str, value: object, body: Body) -> Fault | None:
    fault = _relation(name, value, body)
    place = body.get("BusinessId")
    place_known = isinstance(place, int) and place in BUSINESS_NAMES
    if fault is None and place_known and TARIFF_BUSINESSES[value] not in (None, place):
        return "Tariff", "belongs to another location"
    return fault


def _text(name: str, value: object, _body: Body) -> Fault | None:
    return None if isinstance(value, str) else (name, "must be a text")


def _summary(name: str, value: object, body: Body) -> Fault | None:
    if isinstance(value, str) and len(value) > _SUMMARY_CHARACTERS:
        return name, f"must be at most {_SUMMARY_CHARACTERS} characters long"
    return _text(name, value, body)


def _flag(name: str, value: object, _body: Body) -> Fault | None:
    return None if isinstance(value, bool) else (name, "must be true or false")


def _image(name: str, value: object, body: Body) -> Fault | None:
    if not isinstance(value, str):
        return _text(name, value, body)
    if value and not _is_address(value):
        return name, "must be an http or https address"
    if value and body.get(_CLEAR_OF[name]) is True:
        return name, f"cannot be given together with {_CLEAR_OF[name]}"
    return None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # half an IPv6 address
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(map(str.isspace, text))


_REQUIRED: Final = frozenset({"BusinessId", "HostId", "Title", "DisplayOrder", "Visibility"})
PROPERTIES: Final[Mapping[str, Check]] = {
    "BusinessId": _relation,
    "HostId": _relation,
    "Title": _text,
    "DisplayOrder": _whole,
    "Visibility": _visibility,
    "TariffId": _tariff,
    "SummaryText": _summary,
    "FullDescription": _text,
    "ShowOverview": _flag,
    "OverviewText": _text,
    "HasCommunityGroup": _flag,
    "NewImageUrl": _image,
    "ClearImageFile": _flag,
    "NewLargeImageUrl": _image,
    "ClearLargeImageFile": _flag,
    "Active": _flag,
    "GroupName": _text,
    "ShowInHomePage": _flag,
    "SystemId": _text,
}
WRITE_ONLY: Final = frozenset({*_CLEAR_OF, *_CLEAR_OF.values()})  # what is to be done, never read back
FLAGS: Final = frozenset(name for name, check in PROPERTIES.items() if check is _flag) - WRITE_ONLY
