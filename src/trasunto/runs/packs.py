"""Files of weights: one file holds the same arrays of several members at one epoch, stacked along members (m)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from trasunto.files import replacing

Arrays = dict[str, np.ndarray[Any, Any]]

# Drafts of earlier releases lack the first ending.
_OURS = re.compile(r"\d{6,}-[0-9a-f]{16}\.(safetensors|safetensors\.part|part)")


@dataclass(frozen=True, eq=False)
class Pack:
    """All that training goes on from, for several members at one epoch.

    Parameters
    ----------
    ids : tuple of str
        The members, in the order of the arrays' first axis.
    epoch : int
        The epoch after which these are the weights.
    arrays : mapping of str to ndarray
        Each ``(m, ...)``.
    keep : bool
        True: a snapshot, which stays. False: the latest checkpoint, which stays until any weights of the same member at
        the same or a later epoch are written.
    """

    ids: tuple[str, ...]
    epoch: int
    arrays: Mapping[str, np.ndarray[Any, Any]]
    keep: bool = False

    def __post_init__(self) -> None:
        if len(set(self.ids)) != len(self.ids):
            raise ValueError("a pack names a member twice")
        for name, array in self.arrays.items():
            if array.shape[:1] != (len(self.ids),):
                raise ValueError(
                    f"array '{name}' has shape {array.shape}, but the pack has m = {len(self.ids)} members"
                )


class PackFile(NamedTuple):
    """What the database knows of a pack's file."""

    name: str
    sha256: str
    size: int


class PackFolder:
    """The folder of packs: writes them whole or not at all, and reads single members out of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._verified: set[PackFile] = set()

    def place(self, pack: Pack) -> PackFile:
        """Write `pack` and return its file once it is sure to survive a power failure.

        The file is named by epoch and contents, so the same weights written twice are one file, and a damaged one
        heals.
        """
        from safetensors.numpy import save

        # The ids are there for people who find the file without its database; nothing reads them.
        arrays = {name: np.ascontiguousarray(array) for name, array in pack.arrays.items()}
        content = save(arrays, metadata={"members": " ".join(pack.ids)})
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.folder / f"{pack.epoch:06d}-{sha256[:16]}.safetensors"
        with replacing(target) as opened:
            opened.write(content)
        return PackFile(target.name, sha256, len(content))

    def fault(self, file: PackFile) -> str:
        """Say what is wrong with `file`, as the rest of a sentence, or "" for nothing; contents are read once only."""
        path = self.folder / file.name
        if not path.is_file():
            return "is missing"
        if (size := path.stat().st_size) != file.size:
            return f"is damaged ({size} bytes, and {file.size} were written)"
        if file not in self._verified:
            with path.open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
            if found != file.sha256:
                return "is damaged (its SHA-256 is not that of what was written)"
            self._verified.add(file)
        return ""

    def read(self, file: PackFile, slots: Iterable[int]) -> list[Arrays]:
        """Return the arrays of the members at `slots`, without the members' axis, reading nothing of the others."""
        from safetensors import safe_open

        with safe_open(self.folder / file.name, framework="numpy") as opened:
            slices = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118 (not a mapping)
            return [{name: array[slot] for name, array in slices.items()} for slot in slots]

    def unnamed(self, named: Collection[str]) -> list[str]:
        """Return the names of all packs and drafts that are not in `named`; files that are not ours are not counted."""
        found = (path.name for path in self.folder.iterdir()) if self.folder.is_dir() else ()
        return sorted(name for name in found if _OURS.fullmatch(name) and name not in named)

    def delete(self, names: Iterable[str]) -> set[str]:
        """Delete files, and return the names of those that are there still: Windows keeps what a reader has open."""
        for name in names:
            with suppress(OSError):
                (self.folder / name).unlink()
        return {name for name in names if (self.folder / name).exists()}
