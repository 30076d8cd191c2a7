"""The parts of an archive, unpacked piece by piece and never to more than the archive says they hold."""

from __future__ import annotations

import os
import struct
import zipfile
from typing import TYPE_CHECKING, Final

from isal import isal_zlib

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_PACKED_BYTES: Final = 2**18  # taken at once
_PIECE_BYTES: Final = 2**20  # given at once, at most
_LOCAL_HEADER: Final = struct.Struct("<26xHH")  # APPNOTE.TXT 4.3.7: last, the lengths of name and extra field
_RAW: Final = -15  # a deflate stream without a header, with the largest window


class Archive:
    """A zip archive, open for reading; isal unpacks it in less than half of zlib's time."""

    def __init__(self, file: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(file)
        self._file = file
        # Some programs write names with backslashes, or in capitals.
        self.parts = {part.filename.replace("\\", "/").casefold(): part for part in self._archive.infolist()}

    def read(self, name: str) -> bytes:
        """Return the whole contents of a part.

        Raises:
            KeyError: there is no such part.
            zipfile.BadZipFile: it does not hold what the archive says.
        """
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the contents of a part; what it raises is told at `read`."""
        part = self.parts[name.casefold()]
        left, checksum = part.file_size, 0
        for piece in self._unpacked(part):
            left -= len(piece)
            if left < 0:
                break
            checksum = isal_zlib.crc32(piece, checksum)
            yield piece
        if left or checksum != part.CRC:
            raise zipfile.BadZipFile(f"{name} does not hold the {part.file_size} bytes it says")

    def _unpacked(self, part: zipfile.ZipInfo) -> Iterator[bytes]:
        if part.compress_type != zipfile.ZIP_DEFLATED or part.flag_bits & 1:  # stored, or encrypted
            with self._archive.open(part) as file:
                while piece := file.read(_PIECE_BYTES):
                    yield piece
            return
        self._file.seek(part.header_offset)
        name, extra = _LOCAL_HEADER.unpack(self._file.read(_LOCAL_HEADER.size))
        place = self._file.seek(name + extra, os.SEEK_CUR)
        end = place + part.compress_size
        stream = isal_zlib.decompressobj(_RAW)
        while place < end:
            self._file.seek(place)  # somebody else may have read in between
            packed = self._file.read(min(_PACKED_BYTES, end - place))
            if not packed:
                break
            place += len(packed)
            while packed:
                yield stream.decompress(packed, _PIECE_BYTES)
                packed = stream.unconsumed_tail
        yield stream.flush()


def is_whole(file: BinaryIO) -> bool:
    """Say whether every part of an archive can be unpacked and is what it was when it was packed."""
    try:
        return zipfile.ZipFile(file).testzip() is None
    except Exception:  # noqa: BLE001 - zipfile, zlib and struct raise a dozen kinds of it
        return False
