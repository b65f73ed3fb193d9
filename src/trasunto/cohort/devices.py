"""Where chunks run: one CPU device per core, or every GPU."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import jax
import numpy as np
import psutil

P = ParamSpec("P")
R = TypeVar("R")

MOST_CPU_DEVICES = 8  # rows are copied to each device; beyond this XLA's own threads use the cores
ALIGNMENT = 64  # bytes: what XLA asks of memory that it is to use as it is

COMPILER_OPTIONS: dict[str, int | str] = {"xla_backend_optimization_level": 2, "xla_cpu_prefer_vector_width": 512}
"""How XLA compiles what takes time. At its usual level, 3, LLVM unrolls the loops over layers of up to about 36 units
before it comes to vectorise them, and leaves them scalar: three to six times as slow on a CPU. Registers of 512 bits,
where there are any, are a few hundredths faster than those of 256 that it prefers."""


def program_folder() -> Path:
    """Return the private per-user folder of compiled programs. It holds native code: it is never part of a store."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "trasunto" / "programs"


def _keep_programs() -> None:
    """Let JAX keep compiled programs on disk, unless the process has its own habit or the folder cannot be private."""
    if jax.config.values["jax_compilation_cache_dir"] is not None:
        return
    folder = program_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError:
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)


def cores() -> list[int]:
    """Return the numbers of the cores that this process may use."""
    if hasattr(psutil.Process, "cpu_affinity"):
        return psutil.Process().cpu_affinity() or [0]
    return list(range(os.cpu_count() or 1))


def training_devices() -> list[jax.Device]:
    """Return the devices that chunks are sent to; the first call starts JAX where the process has not done so.

    A CPU is asked for as one device per core, because one chunk per core beats one chunk on all cores. A process that
    has started JAX already keeps the devices it has.
    """
    with suppress(RuntimeError):  # JAX is running already
        jax.config.update("jax_num_cpu_devices", min(len(cores()), MOST_CPU_DEVICES))
        jax.config.update("jax_cpu_enable_async_dispatch", False)  # each device has a thread here that waits anyway
    _keep_programs()
    return list(jax.local_devices())


def lendable(shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """Return an array, not filled, that a CPU device works on where it lies.

    Whatever is not aligned so is copied at every call. It may change when the call's results are there, not before.
    """
    size = math.prod(shape) * dtype.itemsize
    room = np.empty(size + ALIGNMENT, np.uint8)
    start = -room.ctypes.data % ALIGNMENT
    return room[start : start + size].view(dtype).reshape(shape)


def carrying(work: Callable[P, R]) -> Callable[P, R]:
    """Return `work` for other threads: with the precision that was chosen for this one alone, which they do not see."""
    wide = bool(jax.config.values["jax_enable_x64"])

    def apart(*given: P.args, **named: P.kwargs) -> R:
        with jax.enable_x64(wide):
            return work(*given, **named)

    return apart
