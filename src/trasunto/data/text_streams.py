"""Decoding streams for text files: decompression, transcoding to UTF-8, normalised separators."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass, replace
from typing import IO, Any

_BEFORE_AN_END = re.compile(rb"[ \t]+(?=[\r\n])|(?<=[\r\n])[ \t]+")
_RUN = re.compile(rb"[ \t]+")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; UTF-32 first, since one of its marks begins with UTF-16's."""

GZIP = b"\x1f\x8b"
"""Magic bytes of gzip."""

ENOUGH = 1000
"""Bytes by which an encoding without a mark is detected."""


@dataclass(frozen=True)
class TextEncoding:
    """Encoding of a text file, and normalisation of its separators.

    Attributes
    ----------
    packed
        Whether it is gzipped.
    encoding
        Python's name of its encoding.
    spaced
        Whether to collapse runs of spaces and tabs between columns.
    padded
        Separator beside which to strip blanks, or empty.
    """

    packed: bool = False
    encoding: str = "utf-8"
    spaced: bool = False
    padded: str = ""

    def with_single_spaces(self) -> TextEncoding:
        """Return a copy that collapses runs of spaces and tabs."""
        return replace(self, spaced=True)

    def without_blanks(self, separator: str) -> TextEncoding:
        """Return a copy that strips blanks beside this separator."""
        return replace(self, padded=separator)


def encoding_of(start: bytes) -> str:
    """Detect an encoding by a text's first bytes: UTF-16 or 32 by mark or zero bytes, otherwise UTF-8."""
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    even, odd = start[:ENOUGH:2], start[1:ENOUGH:2]
    if odd and 2 * odd.count(0) > len(odd) and not even.count(0):
        return "utf-16-le"
    if odd and 2 * even.count(0) > len(even) and not odd.count(0):
        return "utf-16-be"
    return "utf-8"


def decoded(content: bytes) -> str:
    """Decode a whole text, without its byte order mark.

    Raises
    ------
    UnicodeDecodeError
        It is not valid in the detected encoding.
    """
    encoding = encoding_of(content)
    return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)


def opened(raw: IO[bytes], written: TextEncoding) -> Any:
    """Return an Arrow stream of the text as unpacked UTF-8; closing it leaves the file open."""
    import pyarrow

    stream = pyarrow.CompressedInputStream(raw, "gzip") if written.packed else pyarrow.PythonFile(raw, "r")
    if codecs.lookup(written.encoding).name != "utf-8":
        stream = pyarrow.transcoding_input_stream(stream, written.encoding, "utf-8")
    if not written.spaced and not written.padded:
        return stream
    return pyarrow.PythonFile(_Respaced(stream, written.padded), "r")


def single_spaced(text: str) -> str:
    r"""Collapse runs of spaces and tabs to one space, and strip them from the ends of lines.

    Examples
    --------
    >>> single_spaced('  18.0   8\t"chevrolet  malibu"  \n')
    '18.0 8 "chevrolet  malibu"\n'
    """
    return _Respaced(io.BytesIO(text.encode(errors="replace"))).read().decode()


def unpadded(text: str, separator: str) -> str:
    r"""Strip blanks beside a separator and at the ends of lines.

    Examples
    --------
    >>> unpadded('39, State; gov , "a, b"\n', ",")
    '39,State; gov,"a, b"\n'
    """
    return _Respaced(io.BytesIO(text.encode(errors="replace")), separator).read().decode()


class _Respaced(io.RawIOBase):
    """A stream of text with single spaces, or without blanks beside separators; quoted text is unchanged."""

    def __init__(self, stream: Any, padded: str = "") -> None:
        self._stream, mark = stream, padded.encode()
        self._shortened = (re.compile(rb"[ \t]*%b[ \t]*" % re.escape(mark)), mark) if mark else (_RUN, b" ")
        self._held, self._ready = b"", b""
        self._quoted = self._ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        wanted = size if size is not None and size >= 0 else None
        while not self._ended and (wanted is None or len(self._ready) < wanted):
            self._go_on()
        cut = len(self._ready) if wanted is None else wanted
        given, self._ready = self._ready[:cut], self._ready[cut:]
        return given

    def _go_on(self) -> None:
        """Read a further block, and process its complete lines."""
        piece = bytes(self._stream.read(1 << 20))
        self._ended = not piece
        content = self._held + piece
        cut = len(content) if self._ended else max(content.rfind(b"\n"), content.rfind(b"\r")) + 1
        lines, self._held = content[:cut], content[cut:]
        self._ready += self._single(lines)

    def _single(self, lines: bytes) -> bytes:
        shorten, by = self._shortened
        pieces = lines.split(b'"')
        if not self._quoted:
            pieces[0] = pieces[0].lstrip(b" \t")
        for number, piece in enumerate(pieces):
            if self._quoted == bool(number % 2):  # outside quotes
                pieces[number] = shorten.sub(by, _BEFORE_AN_END.sub(b"", piece))
        if len(pieces) % 2 == 0:
            self._quoted = not self._quoted
        if not self._quoted and self._ended:
            pieces[-1] = pieces[-1].rstrip(b" \t")
        return b'"'.join(pieces)
