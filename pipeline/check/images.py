"""Images that cannot be fetched, are no images or are too large: what their servers told, at each cell."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.check.findings import in_order
from pipeline.model import ImageHead, NoImageHead, finding_at
from schemas.course import plain
from schemas.properties import IMAGE_PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model import Checked, ImageAnswer, TidySheet

_IMAGES: Final = tuple(new for new, _ in IMAGE_PAIRS)
_KINDS: Final = frozenset({"image/jpeg", "image/jpg", "image/png", "image/gif"})
_MB: Final = 1_000_000  # bytes; the API's page says "10 MB", and of its two readings this one warns earlier
_LARGEST: Final = 10 * _MB
_SUCCESS: Final = range(200, 300)


def image_addresses(checked: Checked, sheet: TidySheet) -> tuple[str, ...]:
    """Return the distinct addresses of images, as they first come; cells with a fault are left alone."""
    return tuple(dict.fromkeys(address for _, _, address in _cells(checked, sheet)))


def with_images(checked: Checked, sheet: TidySheet, answers: Mapping[str, ImageAnswer]) -> Checked:
    """Return the same file judged with a warning at each cell whose image will not work.

    Args:
        checked: what `check` made of `sheet`.
        sheet: its cells.
        answers: what became of each of its `image_addresses`.
    """
    found = list(checked.findings)
    for row, name, address in _cells(checked, sheet):
        if told := _told(answers[address]):
            code, message = told
            found.append(
                finding_at(
                    checked.columns,
                    name,
                    row,
                    code=code,
                    message=message,
                    severity="warning",
                    stage="check",
                    value=address,
                )
            )
    return replace(checked, findings=in_order(found, checked.columns))


def _cells(checked: Checked, sheet: TidySheet) -> Iterator[tuple[int, str, str]]:
    faulty = {
        (finding.row, finding.property_name) for finding in checked.findings if finding.severity == "fault"
    }
    for name in _IMAGES:
        if name in sheet.frame:
            cells = sheet.frame[name]
            for row, address in zip(cells.index.tolist(), plain(cells), strict=True):
                if address is not None and (row, name) not in faulty:
                    yield row, name, str(address)


def _told(answer: ImageAnswer) -> tuple[str, str] | None:
    """Return code and message of what is wrong with an image; None when nothing is."""
    match answer:
        case NoImageHead(asked=False, reason=reason):
            return "image-not-asked", f"was not looked at: {reason}. Make sure that anybody can open it."
        case NoImageHead(reason=reason):
            return "image-dead", f"cannot be fetched: {reason}. Correct the address, or leave the cell blank."
        case ImageHead(status=status) if status not in _SUCCESS:
            return (
                "image-dead",
                f"is answered with HTTP {status}. Correct the address, or leave the cell blank.",
            )
        case ImageHead(content_type=kind) if kind not in _KINDS:
            return (
                "image-type",
                f"is served as {kind or 'no kind of file'}, not as a picture. Use a JPG, PNG or GIF.",
            )
        case ImageHead(size_bytes=int(size)) if size > _LARGEST:
            megabytes = math.ceil(size * 10 / _MB) / 10
            return (
                "image-too-large",
                f"is a picture of {megabytes} MB, more than the 10 MB that fit. Make it smaller.",
            )
    return None
