"""What a file is, by what it holds and never by its name; what can be told beforehand to be a bomb."""

from __future__ import annotations

import enum
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from pipeline.errors import FileRefused
from pipeline.model import Finding
from pipeline.read.archive import Archive
from pipeline.read.table import refusal

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterable

    from pipeline.read.opened import Opened
    from pipeline.read.reading import Limits


class Kind(enum.StrEnum):
    """A kind of file that is read, as messages call it."""

    XLSX = "an Excel workbook (.xlsx)"
    XLSB = "a binary Excel workbook (.xlsb)"
    XLS = "an old Excel workbook (.xls)"
    ODS = "an OpenDocument spreadsheet (.ods)"
    HTML = "a web page"
    TEXT = "delimited text"


_ENDINGS: Final = {
    ".xlsx": Kind.XLSX,
    ".xlsm": Kind.XLSX,
    ".xltx": Kind.XLSX,
    ".xltm": Kind.XLSX,
    ".xlsb": Kind.XLSB,
    ".xls": Kind.XLS,
    ".xlt": Kind.XLS,
    ".ods": Kind.ODS,
    ".ots": Kind.ODS,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".csv": Kind.TEXT,
    ".tsv": Kind.TEXT,
    ".txt": Kind.TEXT,
}
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE2: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_HEAD_BYTES: Final = 4096
_NO_BOMB_BYTES: Final = 100 * 2**20  # a sheet of one repeated word packs a thousandfold, and is small
_HTML: Final = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|meta|table|div|style)\b", re.IGNORECASE)
_XML_TABLE: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
# [MS-OFFCRYPTO] 2.3: the stream of a locked workbook; [MS-XLS] 2.1.2 and its older name: that of an open one.
_LOCKED, *_BOOKS = (name.encode("utf-16-le") for name in ("EncryptedPackage", "Workbook", "Book"))
_ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"


def kind_of(opened: Opened, limits: Limits) -> Kind:
    """Return what a file is; leave it at its beginning.

    Raises:
        FileRefused: it is locked with a password, damaged, of a kind that is not read, or would unpack to
            more than the limits allow.
    """
    head = opened.file.read(_HEAD_BYTES)
    opened.file.seek(0)
    if head.startswith(_ZIP):
        return _kind_of_archive(opened, limits)
    if head.startswith(_OLE2):
        return _kind_of_compound(opened)
    return _kind_of_text(head, opened.name)


def misnamed(kind: Kind, opened: Opened) -> tuple[Finding, ...]:
    """Return a note when a file's name says another kind than it is."""
    named = _ENDINGS.get(PurePath(opened.name).suffix.casefold(), kind)
    if named is kind:
        return ()
    message = f"{opened.name}: this is not {named}, as its name says, but {kind}, and is read as such."
    return (Finding(code="misnamed", message=message, severity="information", stage="read"),)


def gave_up(error: BaseException) -> bool:
    """Say whether a reader gave up on a file, rather than being interrupted or the file refused in words.

    Besides its own errors python-calamine raises OverflowError (a duration no timedelta holds) and,
    where Rust panics, a PanicException that is no Exception and cannot be imported.
    """
    if isinstance(error, FileRefused):
        return False
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def damaged(name: str, more: str = "") -> FileRefused:
    """Return the refusal of a workbook no reader can read."""
    return refusal(
        "damaged",
        f"{name} cannot be read as a workbook: it may be damaged. Open it in Excel and save it again as "
        f".xlsx.{more}",
    )


def locked(name: str) -> FileRefused:
    """Return the refusal of a workbook nobody can read without its password."""
    return refusal(
        "encrypted", f"{name} is locked with a password. Open it, remove the password and save it again."
    )


def _kind_of_archive(opened: Opened, limits: Limits) -> Kind:
    name = opened.name
    try:
        archive = Archive(opened.file)
        is_ods = "mimetype" in archive.parts and archive.read("mimetype").startswith(_ODS)
        is_locked = is_ods and b"encryption-data" in archive.read("META-INF/manifest.xml")
    except Exception as error:
        raise damaged(name) from error
    opened.file.seek(0)
    _refuse_bombs(archive.parts.values(), name, limits)
    if is_locked:
        raise locked(name)
    if is_ods:
        return Kind.ODS
    if "xl/workbook.bin" in archive.parts:
        return Kind.XLSB
    if any(part.startswith("xl/") for part in archive.parts):
        return Kind.XLSX
    raise refusal("other-kind", f"{name} is no workbook. Name an .xlsx workbook or a text saved as CSV.")


def _refuse_bombs(parts: Iterable[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    """Hold what an archive says of itself against the limits; that it lies is found where it is unpacked."""
    packed = sum(part.compress_size for part in parts)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.unpacked_bytes:
        raise refusal(
            "unpacks-too-large",
            f"{name} would unpack to {unpacked // 2**20} MB, more than the {limits.unpacked_bytes // 2**20} "
            "allowed. Divide it, or set COURSE_IMPORT_MAX_UNPACKED_MB higher.",
        )
    if unpacked > _NO_BOMB_BYTES and unpacked > packed * limits.unpacked_ratio:
        raise refusal(
            "unpacks-too-large",
            f"{name} would unpack to {unpacked // max(packed, 1)} times its size, as files do that are made "
            "to fill a machine's memory. If it is good, set COURSE_IMPORT_MAX_UNPACKED_RATIO higher.",
        )


def _kind_of_compound(opened: Opened) -> Kind:
    contents = opened.file.read()
    opened.file.seek(0)
    if _LOCKED in contents:
        raise locked(opened.name)
    if not any(book in contents for book in _BOOKS):
        raise refusal(
            "other-kind",
            f"{opened.name} is a document, but no workbook. Name an .xlsx workbook or a text saved as CSV.",
        )
    return Kind.XLS


def _kind_of_text(head: bytes, name: str) -> Kind:
    plain = head.replace(b"\0", b"")  # UTF-16 is told apart later
    if _XML_TABLE in plain and plain.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"<?xml"):
        raise refusal(
            "other-kind", f"{name} is an XML spreadsheet of Excel 2003. Open it and save it as .xlsx."
        )
    return Kind.HTML if _HTML.match(plain.lstrip(b"\xef\xbb\xbf\xff\xfe")) else Kind.TEXT
