"""How a text writes its letters: as it says itself, else UTF-8, else as it makes most sense."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.model import Finding
from pipeline.read.alphabets import likely_encodings
from pipeline.read.table import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_UTF_8: Final = "utf-8"
_MARKS: Final = (  # byte order marks; UTF-16's begins UTF-32's
    (codecs.BOM_UTF8, _UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEAD_BYTES: Final = 2**16
_PIECE_BYTES: Final = 2**20
_LINE_BYTES: Final = 2**14
_SAMPLE_BYTES: Final = 2**14  # of lines that are not ASCII: enough for every language tried

_NO_TEXT: Final = (b"%PDF-", b"\x89PNG")  # a PDF may hold few control characters, a small picture may too
# Some of these are line ends, or divide cells in old files (0x1C to 0x1F), or change alphabets (0x1B).
_CONTROLS: Final = bytes({*range(0x20), 0x7F} - {*range(0x09, 0x0E), *range(0x1B, 0x20)})
_MOST_CONTROLS: Final = 0.05  # of all bytes; packed ones hold twice as many
_FEW_CONTROLS: Final = 3  # in a short text
_UTF_16_NULS: Final = 0.05  # of every second byte: a Chinese table has that many delimiters and line ends
_MOSTLY: Final = 3  # times as many letters in UTF-8 as bytes that are none
_FIRST_BEYOND_ASCII: Final = 0x80
_SENTENCE: Final = 6  # bytes beyond ASCII; fewer say nothing about how frequent they are
_SHOWN: Final = 40  # characters of a word

_WORD: Final = re.compile(r"\w*[^\W\x00-\x7f]\w*")
_SIGN: Final = re.compile(r"\S*[^\x00-\x7f]\S*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a file is to be decoded."""

    name: str  # as Python calls it
    findings: tuple[Finding, ...] = ()


def encoding_said(file: BinaryIO, *, file_name: str, named: str | None) -> Encoding:
    """Return the encoding a user named, else the one a text says itself, else UTF-8; it may prove wrong.

    Raises:
        FileRefused: this is no text, or no encoding is called so.
    """
    if named is not None:
        return Encoding(name=_known(named, file_name))
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is not None:
        return Encoding(name=marked)
    without_mark = _utf_16_without_mark(head)
    if without_mark is not None and _first_fault(file, without_mark) is None:
        return Encoding(name=without_mark, findings=(_told(without_mark, head, file_name),))
    if _is_no_text(head):
        raise refusal(
            "other-kind",
            f"{file_name} is neither a workbook nor a text. Name an .xlsx workbook or a text saved as CSV.",
        )
    return Encoding(name=_UTF_8)


def encoding_instead(file: BinaryIO, wrong: str, *, file_name: str, named: str | None) -> Encoding:
    """Return the likeliest encoding in which a whole file is text that is none in UTF-8.

    Raises:
        FileRefused: another encoding was said and is `wrong`, or there is none in which this is text.
    """
    line = _first_fault(file, wrong)
    where = f"{file_name}, line {line}:"
    if named is not None or wrong != _UTF_8:
        raise refusal("not-text", f"{where} this is not {wrong} text. Name its encoding with --encoding.")
    sample = _not_ascii(file)
    as_utf_8 = sample.decode(_UTF_8, "replace")
    strange = as_utf_8.count("\ufffd")
    if sum(letter > "\x7f" for letter in as_utf_8) > (_MOSTLY + 1) * strange:
        raise refusal(
            "encodings-mixed",
            f'{where} this is not UTF-8 text, but other lines are. Save the file as "CSV UTF-8" once more, '
            "and look at this line then.",
        )
    for name in (*likely_encodings(sample), *_found_by_frequency(sample)):
        if _first_fault(file, name) is None:
            return Encoding(name=name, findings=(_told(name, sample, file_name),))
    raise refusal(
        "not-text",
        f'{where} this is text in no usual encoding. Save the file as "CSV UTF-8", or name its encoding with '
        "--encoding.",
    )


def _found_by_frequency(sample: bytes) -> Iterator[str]:
    """Yield what charset-normalizer finds: many more encodings, but it needs more than a word."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few files need it

    if sum(byte >= _FIRST_BEYOND_ASCII for byte in sample) >= _SENTENCE:
        for match in from_bytes(sample):
            yield match.encoding


def _first_fault(file: BinaryIO, encoding: str) -> int | None:
    """Return the line with the first bytes that are no text in `encoding`; None where all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    for piece in _pieces(file):
        try:
            line += _line_ends(decoder.decode(piece, final=not piece))
        except UnicodeDecodeError as error:
            return line + _line_ends(error.object[: error.start].decode(encoding, "replace"))
        except UnicodeError:  # a few encodings say no more
            return line
    return None


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file in pieces that end where lines end, unless lines are very long; nothing comes last."""
    file.seek(0)
    piece = b" "
    while piece:
        piece = file.read(_PIECE_BYTES) + file.readline(_LINE_BYTES)
        yield piece


def _line_ends(text: str) -> int:
    return text.count("\n") + (text.count("\r") - text.count("\r\n") if "\r" in text else 0)


def _known(name: str, file_name: str) -> str:
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=name)
    except (LookupError, ValueError) as error:
        raise refusal(
            "encoding-unknown",
            f'{file_name}: no encoding is called "{name}". Name one such as cp1252, utf-16 or shift_jis with '
            "--encoding.",
        ) from error
    return name


def _utf_16_without_mark(head: bytes) -> str | None:
    """Return the UTF-16 in which every second byte of ASCII letters is NUL."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 2 < len(head) * _UTF_16_NULS or max(even, odd) < 10 * min(even, odd) + 1:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_no_text(head: bytes) -> bool:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return head.startswith(_NO_TEXT) or controls > max(len(head) * _MOST_CONTROLS, _FEW_CONTROLS)


def _not_ascii(file: BinaryIO) -> bytes:
    """Return the first lines that hold more than ASCII, in whatever encoding."""
    file.seek(0)
    sample = bytearray()
    for line in iter(lambda: file.readline(_LINE_BYTES), b""):
        if not line.isascii():
            sample += line
            if len(sample) >= _SAMPLE_BYTES:
                break
    return bytes(sample)


def _told(encoding: str, sample: bytes, file_name: str) -> Finding:
    """Say what was found by a word that shows whether it is right."""
    text = sample.decode(encoding, "replace")
    word = _WORD.search(text) or _SIGN.search(text)
    example = f', in which it holds "{word[0][:_SHOWN]}"' if word else ""
    return Finding(
        code="encoding",
        message=f"{file_name}: this is not UTF-8 text, and is read as {encoding}{example}. If that is not "
        "what was written, name another encoding with --encoding.",
        severity="warning",
        stage="read",
    )
