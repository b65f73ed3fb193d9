"""Which programs lie compiled on disk: what has to be compiled costs time and memory that what is fetched does not."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import jax

from trasunto.cohort.devices import COMPILER_OPTIONS, MOST_CPU_DEVICES, program_folder
from trasunto.cohort.plan import Program


def note(program: Program, width: int, device: jax.Device) -> None:
    """Remember that a device's program for chunks of this width was compiled, and so kept by JAX on disk.

    Nothing is remembered where it was kept elsewhere: the process has a folder of its own for what is compiled.
    """
    if jax.config.values["jax_compilation_cache_dir"] == str(program_folder()):
        with suppress(OSError):
            mark = _mark(program, width, device.id)
            mark.parent.mkdir(exist_ok=True)
            mark.touch()


def kept(program: Program, width: int, devices: int) -> bool:
    """Say whether so many devices would find the program for chunks of this width on disk."""
    numbers = range(max(devices, MOST_CPU_DEVICES))
    return sum(_mark(program, width, number).exists() for number in numbers) >= devices


def _mark(program: Program, width: int, device: int) -> Path:
    """Return the empty file that stands for a compiled program; it lies, and is deleted, with what it speaks of."""
    kind = jax.__version__, jax.default_backend(), bool(jax.config.values["jax_enable_x64"]), COMPILER_OPTIONS
    name = hashlib.sha256(repr((program.key, width, device, kind)).encode()).hexdigest()
    return program_folder() / "known" / name[:32]
