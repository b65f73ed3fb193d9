"""Damage inside what is packed or sealed: a checksum that fits again lets it through to the code behind."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Sequence
from random import Random

import numpy as np

from scripts.fuzz.mutations import bent, damaged

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def packed(chance: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Return a gzip or xz file whose unpacked content is damaged; other files are damaged as they are."""
    if content.startswith(b"\x1f\x8b"):
        return gzip.compress(damaged(chance, gzip.decompress(content), others), 1, mtime=0)
    if content.startswith(b"\xfd7zXZ\0"):
        return lzma.compress(damaged(chance, lzma.decompress(content), others), preset=0)
    return damaged(chance, content, others)


def zipped(chance: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Return a zip archive with one damaged member, or a member more; other files are damaged as they are."""
    if not content.startswith(b"PK"):
        return damaged(chance, content, others)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    chosen = chance.choice(sorted(members))
    changed = damaged(chance, members[chosen], tuple(members.values()))
    name = chance.choice((chosen, chosen, chosen, chosen.replace("x", "y"), f"../{chosen}", "x", "\0.npy"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for member, inside in ({**members, name: changed}).items():
            archive.writestr(zipfile.ZipInfo(member), inside)
    return buffer.getvalue()


def chunked(chance: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Return a PNG picture with one damaged chunk whose checksum is right; other files are damaged as they are."""
    if not content.startswith(SIGNATURE):
        return damaged(chance, content, others)
    chunks, at = [], len(SIGNATURE)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    place = chance.randrange(len(chunks))
    kind, inside = chunks[place]
    unpacked = kind == b"IDAT" and chance.random() < 0.5
    changed = damaged(chance, zlib.decompress(inside) if unpacked else inside, others)
    chunks[place] = (kind, zlib.compress(changed, 1) if unpacked else changed)
    return SIGNATURE + b"".join(_chunk(kind, inside) for kind, inside in chunks)


def sealed(chance: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Return a model whose document or arrays are damaged and whose checksum is that of what it holds."""
    from safetensors import SafetensorError
    from safetensors.numpy import load, save

    from trasunto.models.file import CHECKSUM, KEY, checksum_of

    (length,) = struct.unpack_from("<Q", content)
    text = json.loads(content[8 : 8 + length])["__metadata__"][KEY]
    arrays = {name: array for name, array in load(content).items() if name != CHECKSUM}
    if chance.random() < 0.8:
        text = bent(chance, text.encode(), ()).decode()
    else:
        chosen = chance.choice(sorted(arrays))
        arrays[chosen] = _damaged_array(chance, arrays[chosen])
    try:
        return bytes(save({**arrays, CHECKSUM: checksum_of(text, arrays)}, metadata={KEY: text}))
    except SafetensorError:  # a text that is none
        return damaged(chance, content, others)


def _damaged_array(chance: Random, array: np.ndarray) -> np.ndarray:
    """Return an array of the same shape that holds other numbers."""
    inside = damaged(chance, array.tobytes(), (array.tobytes(),))[: array.nbytes].ljust(array.nbytes, b"\0")
    return np.frombuffer(inside, array.dtype).reshape(array.shape)


def _chunk(kind: bytes, inside: bytes) -> bytes:
    return struct.pack(">I", len(inside)) + kind + inside + struct.pack(">I", zlib.crc32(kind + inside))
