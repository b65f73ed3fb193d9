"""Readers that misbehave on purpose: a fuzzer that saw none of it would prove nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np

from scripts.fuzz.readers import Reader
from scripts.fuzz.seeds import Seed
from trasunto.errors import DataError


def _seeds() -> tuple[Seed, ...]:
    return (Seed("rows", b"good"),)


def _damage(chance: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    return b"bad" if chance.random() < 0.2 else content


def _bad(act: Callable[[], object]) -> Reader:
    """Return a reader that does something where its file is bad."""

    def read(path: Path) -> object:
        return act() if path.read_bytes() == b"bad" else None

    return Reader("bad", _seeds, (read,), _damage)


def _blow_up() -> None:
    try:
        np.empty(1 << 40, np.uint8)
    except MemoryError as fault:
        raise DataError("it cannot be read") from fault


def _take() -> None:
    raise DataError(str(len(b"x" * (1 << 30))))


def _ask() -> None:
    np.empty(1 << 30, np.uint8)
    raise DataError("it cannot be read")


_KEPT: list[np.ndarray] = []


def _keep() -> None:
    """Take more than there is room for, in memory that is kept for the next time, as allocators do."""
    if not _KEPT:
        _KEPT.append(np.empty(900 << 20, np.uint8))
    _KEPT[0].fill(1)
    raise DataError("it cannot be read")


def _escape() -> None:
    raise KeyError("shape")


CRASH = _bad(os.abort)
HANG = _bad(lambda: time.sleep(60))
BLOW_UP = _bad(_blow_up)
TAKE = _bad(_take)
KEEP = _bad(_keep)
ASK = _bad(_ask)
ESCAPE = _bad(_escape)
