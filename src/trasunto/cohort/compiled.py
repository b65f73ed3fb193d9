"""Marks of the programs in the compilation cache, so that forecasts know what has to be compiled."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import jax
import jaxlib.version

from trasunto import __version__
from trasunto.cohort.devices import devices, program_folder
from trasunto.cohort.plan import Chunk
from trasunto.cohort.programs import options

KEEPING = {"jax_enable_compilation_cache": True, "jax_persistent_cache_min_entry_size_bytes": 0}
"""JAX's settings under which it keeps every program in its folder."""


def note(chunk: Chunk, device: jax.Device) -> None:
    """Remember that a device's program for chunks like this one was compiled, and so kept by JAX on disk.

    Nothing is remembered where it was kept elsewhere or nowhere, as the process was told by its environment.
    """
    folder = program_folder()
    kept_here = {**KEEPING, "jax_compilation_cache_dir": str(folder)}
    if folder is not None and all(jax.config.values[name] == value for name, value in kept_here.items()):
        with suppress(OSError):
            mark = _mark(folder, chunk, device.id)
            mark.parent.mkdir(exist_ok=True)
            mark.touch()


def kept(chunk: Chunk, copies: int, places: int) -> bool:
    """Say whether enough devices of the first places would find their program for chunks like this one on disk.

    Parameters
    ----------
    copies
        How many such chunks are trained at a time.
    places
        Of this process, how many are at work; see `trasunto.cohort.devices.devices`.
    """
    numbers = {device.id for device in devices()[:places]}
    return sum(kept_for(chunk, number) for number in numbers) >= min(copies, len(numbers))


def kept_for(chunk: Chunk, device: int) -> bool:
    """Say whether a process's device of this number would find its program for chunks like this one on disk."""
    folder = program_folder()
    try:
        return folder is not None and _mark(folder, chunk, device).exists()
    except OSError:  # a folder that may not be looked into
        return False


def _mark(folder: Path, chunk: Chunk, device: int) -> Path:
    """Return the empty file that stands for a compiled program; it lies, and is deleted, with what it speaks of."""
    versions = [__version__, jax.__version__, jaxlib.version.__version__]
    setting = jax.default_backend(), bool(jax.config.values["jax_enable_x64"]), options(chunk.shape)
    what = chunk.shape, device
    name = hashlib.sha256(repr((versions, setting, what)).encode()).hexdigest()
    return folder / "known" / name[:32]
