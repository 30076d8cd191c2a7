"""One table of all Create Course properties.

Schema, header matching, messages, the template workbook and the README's table all come from it.
Source: the Create Course page of the API (required fields, kinds, limits); SystemId: the page of the object.
"""

from __future__ import annotations

import enum
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


class Kind(enum.StrEnum):
    """What a cell of a property must hold."""

    ID = "Id"
    WHOLE = "whole number"
    VISIBILITY = "visibility"
    TEXT = "text"
    FLAG = "yes or no"
    IMAGE = "image address"


class Visibility(enum.IntEnum):
    """eCourseVisibility; the number is what is sent."""

    PUBLIC = 1
    HIDDEN = 2
    PRIVATE = 3
    PAID = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property of a course."""

    name: str  # the API's name
    kind: Kind
    help: str  # one line for people filling in a sheet
    example: str
    required: bool = False
    limit: int | None = None  # characters
    spellings: tuple[str, ...] = ()  # other headers that mean it


SUMMARY_LIMIT: Final = 400  # characters; the API's page says "up to ~400"

_TABLE = (
    Property(
        name="BusinessId",
        kind=Kind.ID,
        required=True,
        help="Location the course belongs to: its name or Id",
        example="1414974955",
        spellings=("LocationId", "Business", "Location"),
    ),
    Property(
        name="HostId",
        kind=Kind.ID,
        required=True,
        help="Who hosts the course: name, e-mail or Id",
        example="1414980011",
        spellings=("Host", "Trainer", "Instructor"),
    ),
    Property(
        name="Title",
        kind=Kind.TEXT,
        required=True,
        help="Title shown on the Members Portal",
        example="Bookkeeping basics",
        spellings=("Course", "CourseTitle"),
    ),
    Property(
        name="DisplayOrder",
        kind=Kind.WHOLE,
        required=True,
        help="Position in listings; lower comes first",
        example="10",
        spellings=("Order", "Position"),
    ),
    Property(
        name="Visibility",
        kind=Kind.VISIBILITY,
        required=True,
        help="Public (1), Hidden (2), Private (3) or Paid (4)",
        example="Public",
        spellings=("Access",),
    ),
    Property(
        name="TariffId",
        kind=Kind.ID,
        help="Pricing plan, by name or Id; required when Visibility is Paid",
        example="1414990021",
        spellings=("Tariff", "PricingPlan", "PricingPlanId"),
    ),
    Property(
        name="SummaryText",
        kind=Kind.TEXT,
        limit=SUMMARY_LIMIT,
        help="Short summary under the title",
        example="Keep your books in order in six short lessons.",
        spellings=("Summary",),
    ),
    Property(
        name="FullDescription",
        kind=Kind.TEXT,
        help="Full description, HTML or Markdown",
        example="<p>What this course is about</p>",
        spellings=("Description",),
    ),
    Property(
        name="ShowOverview",
        kind=Kind.FLAG,
        help="Whether the overview is shown on the course page",
        example="yes",
    ),
    Property(
        name="OverviewText",
        kind=Kind.TEXT,
        help="Overview below the description, HTML",
        example="<ul><li>Invoices</li></ul>",
        spellings=("Overview",),
    ),
    Property(
        name="HasCommunityGroup",
        kind=Kind.FLAG,
        help="Whether the course has a discussion group",
        example="no",
        spellings=("CommunityGroup",),
    ),
    Property(
        name="NewImageUrl",
        kind=Kind.IMAGE,
        help="Public address of a thumbnail: JPG, PNG or GIF, at most 10 MB",
        example="https://example.com/books.jpg",
        spellings=("ImageUrl", "Image", "Thumbnail"),
    ),
    Property(
        name="ClearImageFile",
        kind=Kind.FLAG,
        help="Remove the stored thumbnail",
        example="no",
        spellings=("ClearImage",),
    ),
    Property(
        name="NewLargeImageUrl",
        kind=Kind.IMAGE,
        help="Public address of a banner: JPG, PNG or GIF, at most 10 MB",
        example="https://example.com/books-large.jpg",
        spellings=("LargeImageUrl", "LargeImage", "Banner"),
    ),
    Property(
        name="ClearLargeImageFile",
        kind=Kind.FLAG,
        help="Remove the stored banner",
        example="no",
        spellings=("ClearLargeImage",),
    ),
    Property(
        name="Active",
        kind=Kind.FLAG,
        help="Whether the course is available; yes when left out",
        example="yes",
    ),
    Property(
        name="GroupName",
        kind=Kind.TEXT,
        help="Label that clusters related courses",
        example="Running a business",
        spellings=("Group",),
    ),
    Property(
        name="ShowInHomePage",
        kind=Kind.FLAG,
        help="Whether the course is featured on the home page",
        example="no",
        spellings=("Featured", "ShowOnHomePage"),
    ),
    Property(
        name="SystemId",
        kind=Kind.TEXT,
        help="Your own key for the row; keep it stable and a title may change",
        example="BK-101",
        spellings=("Key",),
    ),
)

PROPERTIES: Final = MappingProxyType({entry.name: entry for entry in _TABLE})
REQUIRED: Final = tuple(entry.name for entry in _TABLE if entry.required)
IMAGE_PAIRS: Final = (("NewImageUrl", "ClearImageFile"), ("NewLargeImageUrl", "ClearLargeImageFile"))
WRITE_ONLY: Final = frozenset(name for pair in IMAGE_PAIRS for name in pair)  # orders, never read back

# What the template workbook is known by when it comes back: its first cell, and its hidden sheet.
TEMPLATE_TITLE: Final = "Courses to import"
TEMPLATE_LISTS: Final = "TemplateLists"

# What the columns of a report are called that stand beside the user's; read again, they are left out.
STATUS_COLUMN: Final = "course-import: Status"
ID_COLUMN: Final = "course-import: Id"
ERRORS_COLUMN: Final = "course-import: Errors"
ROW_COLUMN: Final = "course-import: Row"  # its number in the file it came from
PLACE_COLUMN: Final = "course-import: Place"  # which of that file's rows it was

# What looks like nothing at the edge of a cell: `str.isspace`, zero-width ones, the byte order mark.
BLANKS: Final = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\u00a0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\u200c\u200d\u2060\ufeff"
)
_IGNORED_IN_HEADERS: Final = str.maketrans("", "", BLANKS + "_-")


def fold_header(header: str) -> str:
    """Return what two spellings of one header have in common.

    Case, white space, underscores, hyphens and a trailing `*` do not count.

    >>> fold_header(" display_order *") == fold_header("Display-Order")
    True
    """
    return unicodedata.normalize("NFKC", header).casefold().translate(_IGNORED_IN_HEADERS).rstrip("*")


SPELLINGS: Final = MappingProxyType(
    {fold_header(word): entry.name for entry in _TABLE for word in (entry.name, *entry.spellings)}
)

# The API names the relation where it means the property: "Host: not found".
_RELATIONS: Final = MappingProxyType(
    {name.removesuffix("Id"): name for name in PROPERTIES if name.endswith("Id")}
)


def property_of(api_name: str) -> Property | None:
    """Return the property that a PropertyName of the API's errors speaks of; None when there is none."""
    return PROPERTIES.get(_RELATIONS.get(api_name, api_name))
