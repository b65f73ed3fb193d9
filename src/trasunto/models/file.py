"""A model as one file without code, and back; the format and what is promised of it are in docs/model-file.md.

The file is in the safetensors format: arrays, and a header that holds the model's document as text. One of the arrays
is a checksum over the document and all others, which tells damage; it is no signature.
"""

from __future__ import annotations

import hashlib
import os
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from trasunto.errors import TrasuntoError
from trasunto.files import path_of, refuse_taken, synced, write_new
from trasunto.models import document
from trasunto.models.document import ANY, Expected
from trasunto.models.model import Model
from trasunto.models.scoring import refuse_senseless

ENDING = ".trasunto"
KEY = "trasunto-model"
"""What the document is called in the header, by which trasunto knows its own files."""

CHECKSUM = "checksum"

MOST_BYTES = 2**31
"""Models are megabytes; what is larger is none."""

_DTYPES = {"F32": "float32", "F64": "float64", "U8": "uint8"}


class ModelFileError(TrasuntoError):
    """A file that is no model, is damaged, or is of a newer trasunto."""


def save(model: Model, path: str | os.PathLike[str]) -> Path:
    """Write a model to a new file and return its path; the file is there whole or not at all.

    Parameters
    ----------
    path
        Ends in ``.trasunto``.

    Raises
    ------
    TrasuntoError
        The name has another ending, exists, or cannot be written; or the model is larger than `MOST_BYTES`.
    """
    from safetensors import numpy as safetensors

    place = refuse_taken(path, (ENDING,))
    text, arrays = document.write(model)
    if (size := sum(array.nbytes for array in arrays.values())) > MOST_BYTES:
        raise TrasuntoError(
            f"the model has {size:,} bytes of arrays, and a model file at most {MOST_BYTES:,}: take fewer networks, or "
            "another score than 'mahalanobis', which keeps a covariance of all features for each"
        )
    # One entry in the header, since safetensors writes several in an order of chance: equal models are equal files.
    content = safetensors.save({**arrays, CHECKSUM: checksum_of(text, arrays)}, metadata={KEY: text})

    def write(aside: Path) -> None:
        with synced(aside) as opened:
            opened.write(content)

    return write_new(place, write)


def open_model(path: str | os.PathLike[str]) -> Model:
    """Read a model back; nothing that is in the file is executed.

    Parameters
    ----------
    path
        A file that :func:`save` wrote, with this trasunto or an earlier one.

    Raises
    ------
    TrasuntoError
        There is no such file, or it is not a model, is damaged, or was written by a newer trasunto; the sentence says
        which.
    """
    place = path_of("a model", path)
    with _explained(place):
        _refuse_what_is_no_file(place)
        return _opened(place)


def _opened(place: Path) -> Model:
    from safetensors import safe_open

    with safe_open(place, framework="numpy") as opened:  # maps the file: its arrays are not in memory yet
        text = (opened.metadata() or {}).get(KEY)
        if text is None:
            raise ModelFileError("is no model: it was not written by trasunto")
        written = document.read(text)
        wanted = document.expected(written)
        listed = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118
        _refuse_other_arrays(listed, {**wanted, CHECKSUM: Expected((32,), "uint8")})
        arrays = {name: opened.get_tensor(name) for name in wanted}
        checksum = opened.get_tensor(CHECKSUM)
    if _is_damaged(text, arrays, checksum):
        raise ModelFileError("is damaged: its checksum is not that of what was written")
    model = document.restore(written, arrays)
    refuse_senseless(model.judgement)
    return model


def _refuse_what_is_no_file(place: Path) -> None:
    if not place.exists():
        raise ModelFileError("is not there")
    if not place.is_file():
        raise ModelFileError("is no file but a folder" if place.is_dir() else "is no file")
    if place.stat().st_size == 0:
        raise ModelFileError("is no model: it is empty")
    if (size := place.stat().st_size) > MOST_BYTES:
        raise ModelFileError(f"is no model: it has {size:,} bytes, and models have at most {MOST_BYTES:,}")


def _refuse_other_arrays(found: Mapping[str, Any], wanted: Mapping[str, Expected]) -> None:
    """Refuse arrays that are not the ones that the document calls for, before any of them is read."""
    if lacking := sorted(set(wanted) - set(found)):
        raise ModelFileError(f"is damaged: its array '{lacking[0]}' is missing")
    if unknown := sorted(set(found) - set(wanted)):
        raise ModelFileError(f"is damaged: its array '{unknown[0]}' belongs to no part of the model")
    for name, (shape, dtype) in wanted.items():
        there = tuple(found[name].get_shape())
        kind = _DTYPES.get(found[name].get_dtype(), "something else")
        fits = len(there) == len(shape) and all(b in (a, ANY) for a, b in zip(there, shape, strict=True))
        if kind != dtype or not fits:
            raise ModelFileError(
                f"is damaged: its array '{name}' is {there} of {kind} where the model needs {shape} of {dtype}"
            )


def _is_damaged(text: str, arrays: Mapping[str, np.ndarray], checksum: np.ndarray) -> bool:
    return not np.array_equal(checksum_of(text, arrays), checksum)


def checksum_of(text: str, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the SHA-256 of a document and its arrays, (32,) bytes: it tells damage, and is no signature."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return np.frombuffer(digest.digest(), np.uint8)


FOREIGN = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a zip archive, as checkpoints of PyTorch and files of NumPy and Keras are",
    b"\x80": "a pickle, which trasunto never opens",
    b"\x89HDF": "an HDF5 file, as Keras writes them",
    b"\x1f\x8b": "a file packed by gzip",
    b"\x93NUMPY": "an array of NumPy",
    b"SQLite format 3": "a database, as stores have one",
}
"""What files begin with that are given for models by mistake."""


def _what_is_wrong(place: Path) -> str:
    """Say what a file is that cannot be read as a model."""
    with place.open("rb") as opened:
        begins = opened.read(4096)
    if begins[8:9] == b"{":  # the length of a header, then the header
        return "is damaged: its header and its content do not belong together"
    for mark, what in FOREIGN.items():
        if begins.startswith(mark):
            return f"is no model: it is {what}"
    if b"\0" not in begins:
        with suppress(UnicodeDecodeError):
            getincrementaldecoder("utf-8")().decode(begins)  # whose last character may be cut
            return "is no model: it holds text"
    return "is damaged, or no model at all: it is not written as trasunto writes models"


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    """Let every refusal name the file, and turn what safetensors and the file system raise into refusals."""
    from safetensors import SafetensorError

    try:
        yield
    except ModelFileError as fault:
        raise ModelFileError(f"the model file '{place}' {fault}") from None
    except TrasuntoError as fault:
        raise ModelFileError(f"the model file '{place}' cannot be used: {fault}") from None
    except SafetensorError:
        raise ModelFileError(f"the model file '{place}' {_what_is_wrong(place)}") from None
    except OSError as fault:
        raise ModelFileError(f"the model file '{place}' cannot be read: {fault.strerror or fault}") from None
