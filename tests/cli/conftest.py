"""Commands as they are typed, and data small enough to train on in a moment."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from trasunto.cli import main

WriteIdx = Callable[[Path, np.ndarray], Path]


@dataclass(frozen=True)
class Done:
    """What a command printed, and the code it exited with."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Typed = Callable[..., Done]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Type a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRASUNTO_DATA", raising=False)

    def type_(*words: object) -> Done:
        capsys.readouterr()
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return type_


@pytest.fixture
def refused(typed: Typed, tmp_path: Path) -> Callable[..., str]:
    """Type a command that must be refused as it should be, and return the sentence."""

    def type_(*words: object) -> str:
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
        done = typed(*words)
        assert done.code == 2, done
        assert done.out == ""
        assert done.err.startswith("trasunto: ")
        assert done.err.count("\n") == 1
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before
        return done.err

    return type_


@pytest.fixture
def write_idx() -> WriteIdx:
    """Write bytes as an IDX file."""

    def write(path: Path, array: np.ndarray) -> Path:
        path.parent.mkdir(exist_ok=True)
        header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        path.write_bytes(header + array.astype(np.uint8).tobytes())
        return path

    return write


@pytest.fixture
def tiny(tmp_path: Path, write_idx: WriteIdx) -> Path:
    """A folder of images, 48 and 16 of 4 x 3 pixels, in three classes."""
    chance = np.random.default_rng(0)
    classes = chance.integers(0, 255, (3, 4, 3))
    for part, n in (("train", 48), ("t10k", 16)):
        labels = np.arange(n) % 3
        images = (classes[labels] + chance.normal(0, 9, (n, 4, 3))).clip(0, 255)
        write_idx(tmp_path / "tiny" / f"{part}-images-idx3-ubyte", images)
        write_idx(tmp_path / "tiny" / f"{part}-labels-idx1-ubyte", labels)
    return tmp_path / "tiny"
