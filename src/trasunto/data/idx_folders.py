"""Discovery of IDX files in a folder, by the naming schemes of MNIST, Fashion-MNIST and EMNIST."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from trasunto.errors import DataError, TrasuntoWarning

_NAME = re.compile(
    r"(?P<of>.*?)[-_.]?(?P<part>train|test|t10k)[-_.](?P<kind>images|labels)([-.]idx\d-\w+)?(\.gz|\.xz)?"
)
_IDX = re.compile(r".*[-.]idx\d-\w+(\.gz|\.xz)?")
WANTED = (
    "train-images-idx3-ubyte or train-images.idx3-ubyte, plain, .gz or .xz, there or in a folder of its own, and "
    "t10k-images* or test-images* for test rows"
)


@dataclass(frozen=True)
class IdxFiles:
    """The files of one data set; all but the first may be missing."""

    images: Path
    labels: Path | None
    test_images: Path | None
    test_labels: Path | None


def idx_files(folder: Path) -> IdxFiles | None:
    """Return the IDX files in a folder, or None if it has no training images.

    Files in the folder precede those in its subfolders. Further files of images or labels are ignored with a warning.

    Raises
    ------
    DataError
        If several files match.
    """
    near = [file for file in sorted(folder.iterdir()) if file.is_file()]
    deeper = [file for inner in sorted(folder.iterdir()) if inner.is_dir() for file in _files_of(inner)]
    found = _sorted(near)
    for what, files in _sorted(deeper).items():
        if what not in found:
            found[what] = files
    sets = [of for of, part, kind in found if (part, kind) == ("train", "images")]
    if not sets:
        return None
    if len(sets) > 1:
        names = ", ".join(found[of, "train", "images"][0].name for of in sets)
        raise DataError(f"the folder {folder} holds several data sets ({names}); put each into a folder of its own")
    of = sets[0]
    tests = [part for part in ("t10k", "test") if (of, part, "images") in found]
    if len(tests) > 1:
        names = " and ".join(found[of, part, "images"][0].name for part in tests)
        raise DataError(f"the folder {folder} holds two files of test images, {names}; keep the one that is meant")
    test = tests[0] if tests else "none"
    parts = [("train", "images"), ("train", "labels"), (test, "images"), (test, "labels")]
    images, *others = [_one(folder, found.get((of, *part), [])) for part in parts]
    assert images is not None, "its set was found by it"
    read = {(of, *part) for part in parts}
    _say_left_aside(folder, [file for file in near if _IDX.fullmatch(file.name) and _what(file) not in read])
    return IdxFiles(images, *others)


def _files_of(folder: Path) -> list[Path]:
    try:
        return [file for file in sorted(folder.iterdir()) if file.is_file()]
    except OSError:  # not ours to look into
        return []


def _what(file: Path) -> tuple[str, str, str] | None:
    match = _NAME.fullmatch(file.name)
    return None if match is None else (match["of"], match["part"], match["kind"])


def _sorted(files: Iterable[Path]) -> dict[tuple[str, str, str], list[Path]]:
    """Group files by data set, part and kind, parsed from their names."""
    found: dict[tuple[str, str, str], list[Path]] = defaultdict(list)
    for file in files:
        if (what := _what(file)) is not None:
            found[what].append(file)
    return dict(found)


def _one(folder: Path, files: list[Path]) -> Path | None:
    """Return the file of one kind; the uncompressed one if there are both, which is read fastest."""
    folders = dict.fromkeys(file.parent for file in files)
    if len(folders) > 1:
        names = ", ".join(str(file.relative_to(folder)) for file in files)
        raise DataError(
            f"the folder {folder} holds several files of the same name ({names}); name one of their folders"
        )
    return min(files, key=lambda file: (len(file.name), file.name), default=None)


def _say_left_aside(folder: Path, files: list[Path]) -> None:
    if files:
        names = ", ".join(file.name for file in files)
        warnings.warn(
            f"{names} in {folder} {'is' if len(files) == 1 else 'are'} not read; what is: {WANTED}",
            TrasuntoWarning,
            stacklevel=2,
        )
