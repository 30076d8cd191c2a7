"""What servers told of images, at each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pipeline.check import check
from pipeline.check.images import image_addresses, with_images
from pipeline.model import ImageHead, NoImageHead, RawSheet, Source
from pipeline.tidy import tidy

if TYPE_CHECKING:
    from pipeline.model import ImageAnswer, TidySheet

A, B, NO_PICTURE = "https://example.com/a.png", "https://example.com/b.png", "https://example.com/c.pdf"
RIGHT = ImageHead(status=200, content_type="image/png", size_bytes=10_000_000)
HEADERS = ("Banner", "Title", "Location", "Host", "Order", "Access", "Thumbnail")


def sheet_of(*images: tuple[str | None, str | None]) -> TidySheet:
    """Return rows from 2 on, each with these banner and thumbnail; the second one's title is missing."""
    rows = [
        [banner, None if number == 3 else f"Course {number}", 1, 2, 3, "Public", thumbnail]
        for number, (banner, thumbnail) in enumerate(images, start=2)
    ]
    cells = pd.DataFrame(rows, index=range(2, 2 + len(rows)), dtype=object)
    source = Source(path="courses.xlsx", sheet="Plan", sha256=None)
    return tidy(RawSheet(source=source, header_row=1, headers=HEADERS, cells=cells))


def told(sheet: TidySheet, answers: dict[str, ImageAnswer]) -> list[tuple[str | None, str]]:
    """Return each finding's cell and code."""
    judged = with_images(check(sheet), sheet, answers)
    return [(finding.cell, finding.code) for finding in judged.findings]


def test_each_address_is_asked_for_once() -> None:
    """A blank cell has none, and one with a fault is not asked for."""
    sheet = sheet_of((A, None), (B, A), (NO_PICTURE, "no address"), (A, B))
    assert image_addresses(check(sheet), sheet) == (A, B)


def test_a_file_without_images_has_no_address() -> None:
    sheet = sheet_of((None, None))
    del sheet.frame["NewImageUrl"]
    assert image_addresses(check(sheet), sheet) == ()


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        pytest.param(
            ImageHead(status=404, content_type="text/html", size_bytes=1),
            "image-dead",
            "is answered with HTTP 404. Correct the address, or leave the cell blank.",
            id="not there",
        ),
        pytest.param(
            NoImageHead(asked=True, reason="no answer in time"),
            "image-dead",
            "cannot be fetched: no answer in time. Correct the address, or leave the cell blank.",
            id="no answer",
        ),
        pytest.param(
            NoImageHead(asked=False, reason="10.0.0.1 is not on the open internet"),
            "image-not-asked",
            "was not looked at: 10.0.0.1 is not on the open internet. Make sure that anybody can open it.",
            id="not asked",
        ),
        pytest.param(
            ImageHead(status=200, content_type="text/html", size_bytes=1),
            "image-type",
            "is served as text/html, not as a picture. Use a JPG, PNG or GIF.",
            id="a page",
        ),
        pytest.param(
            ImageHead(status=200, content_type=None, size_bytes=1),
            "image-type",
            "is served as no kind of file, not as a picture. Use a JPG, PNG or GIF.",
            id="no kind",
        ),
        pytest.param(
            ImageHead(status=200, content_type="image/jpeg", size_bytes=10_000_001),
            "image-too-large",
            "is a picture of 10.1 MB, more than the 10 MB that fit. Make it smaller.",
            id="too large",
        ),
    ],
)
def test_an_image_that_will_not_work_is_a_warning(answer: ImageAnswer, code: str, message: str) -> None:
    """The course can still be sent."""
    sheet = sheet_of((None, A))
    judged = with_images(check(sheet), sheet, {A: answer})
    [finding] = judged.findings
    assert (finding.code, finding.message, finding.severity, finding.stage) == (
        code,
        message,
        "warning",
        "check",
    )
    assert (finding.row, finding.cell, finding.column) == (2, "G2", "Thumbnail")
    assert (finding.property_name, finding.value) == ("NewImageUrl", A)
    assert judged.rows[0].course


@pytest.mark.parametrize("kind", ["image/jpeg", "image/jpg", "image/png", "image/gif"])
def test_a_picture_of_any_size_up_to_the_limit_is_right(kind: str) -> None:
    """The limit itself fits, and a server may keep the size to itself."""
    sheet = sheet_of((A, B))
    answers: dict[str, ImageAnswer] = {
        A: ImageHead(status=200, content_type=kind, size_bytes=10_000_000),
        B: ImageHead(status=206, content_type=kind, size_bytes=None),
    }
    assert told(sheet, answers) == []


def test_every_cell_with_the_address_is_told_in_its_place() -> None:
    """Row by row, in the order of the user's columns, among what was found before."""
    sheet = sheet_of((A, A), (A, B))
    dead = NoImageHead(asked=True, reason="no answer in time")
    assert told(sheet, {A: dead, B: RIGHT}) == [
        ("A2", "image-dead"),
        ("G2", "image-dead"),
        ("A3", "image-dead"),
        ("B3", "required"),
    ]
