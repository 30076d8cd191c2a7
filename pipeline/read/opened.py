"""A file opened for reading: hashed, not too large, the same from its first byte to its last."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.read.table import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from pipeline.read.reading import Reading

STDIN: Final = Path("-")
_PIECE_BYTES: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A seekable file on disk."""

    file: BinaryIO
    path: Path  # where it is; a copy when it came from standard input
    name: str  # as messages call it
    sha256: str


@contextmanager
def opened(path: Path, reading: Reading) -> Iterator[Opened]:
    """Open `path`, or what comes in on standard input for `-`.

    Raises:
        FileRefused: it cannot be read, is empty or too large, or was changed while it was read.
    """
    if path == STDIN:
        if reading.stdin is None:
            raise refusal("missing-file", "Nothing comes in on standard input. Name a file.")
        with _copied(reading.stdin, "standard input", reading) as copy:
            yield copy
        return
    with _opened(path) as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):  # a pipe can be read once only, and from its beginning
            with _copied(file, path.name, reading) as copy:
                yield copy
            return
        yield _looked_at(file, path, path.name, reading)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise refusal(
            "changed-meanwhile",
            f"{path.name} was changed while it was read. Wait until it is saved, then try again.",
        )


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except IsADirectoryError as error:
        raise refusal("directory", f"{path} is a folder. Name a file in it.") from error
    except FileNotFoundError as error:
        raise refusal("missing-file", f"There is no file {path}. Check its name and folder.") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise refusal(
            "unreadable", f"{path} cannot be read: {reason}. Check that you may open it."
        ) from error


@contextmanager
def _copied(stream: BinaryIO, name: str, reading: Reading) -> Iterator[Opened]:
    """Give what can be read only once a place on disk."""
    with tempfile.TemporaryDirectory(prefix="course-import-") as folder:
        path = Path(folder, "input")
        with path.open("w+b") as file:
            left = reading.limits.file_bytes + 1  # the one byte too many is found below
            while left > 0 and (read := stream.read(min(left, _PIECE_BYTES))):
                file.write(read)
                left -= len(read)
            file.flush()
            yield _looked_at(file, path, name, reading)


def _looked_at(file: BinaryIO, path: Path, name: str, reading: Reading) -> Opened:
    size = file.seek(0, os.SEEK_END)
    if not size:
        raise refusal("empty-file", f"{name} is empty. Save your courses into it first.")
    most = reading.limits.file_bytes
    if size > most:
        raise refusal(
            "file-too-large",
            f"{name} has more than {most // 2**20} MB. Divide it, or set COURSE_IMPORT_MAX_FILE_MB higher.",
        )
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
    file.seek(0)
    return Opened(file=file, path=path, name=name, sha256=digest.hexdigest())
