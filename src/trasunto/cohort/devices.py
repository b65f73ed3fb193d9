"""The devices that train: all cores of the CPU, or every GPU."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import Any, ParamSpec, TypeVar

import jax
import numpy as np
from jax.experimental.compilation_cache import compilation_cache

from trasunto.environment import cores
from trasunto.errors import TrasuntoError
from trasunto.forks import refuse_without_threads

P = ParamSpec("P")
R = TypeVar("R")

MOST_CPU_PLACES = 8  # each has its rows; beyond this XLA's own threads use the cores
ALIGNMENT = 64  # bytes: what XLA asks of memory that it is to use as it is

COMPILER_OPTIONS: dict[str, int | str | bool] = {
    "xla_backend_optimization_level": 2,
    "xla_cpu_prefer_vector_width": 512,
}
"""How XLA compiles what takes time. At its usual level, 3, LLVM unrolls the loops over layers of up to about 36 units
before it comes to vectorise them, and leaves them scalar: three to six times as slow on a CPU. Registers of 512 bits,
where there are any, are a few hundredths faster than those of 256 that it prefers."""

BRIEF_OPTIONS: dict[str, int | str | bool] = {
    "xla_backend_optimization_level": 0,
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_parallel_codegen_split_count": 1,
}
"""How it compiles what is over sooner than code could be optimised: in a fifth of the time, a half to a quarter as
fast. Such code is not parted among threads either, which costs it two thirds more of the processor."""


def program_folder() -> Path | None:
    """Return the private per-user folder of compiled programs, None where this user has no folder at all.

    It holds native code: it is never part of a store.
    """
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # neither $HOME nor an entry among the users
        return None
    return home / "trasunto" / "programs" if home.is_absolute() else None


class _Keeping:
    """How many are having programs kept, in several threads, and the settings of before the first of them."""

    lock = Lock()
    count = 0
    before: dict[str, Any] | None = None


@contextmanager
def programs_kept() -> Iterator[None]:
    """Let JAX keep compiled programs on disk meanwhile; afterwards its settings are as they were.

    It does so unless the process has its own habit, or there is no folder that can be private and written.
    """
    with _Keeping.lock:
        if not _Keeping.count:
            _Keeping.before = _keep_programs()
        _Keeping.count += 1
    try:
        yield
    finally:
        with _Keeping.lock:
            _Keeping.count -= 1
            if not _Keeping.count and _Keeping.before is not None:
                _configure(_Keeping.before)


def _keep_programs() -> dict[str, Any] | None:
    """Name the folder to JAX and return what it was told before, None where nothing was changed."""
    folder = program_folder()
    if jax.config.values["jax_compilation_cache_dir"] is not None or folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        with TemporaryFile(dir=folder):
            pass
    except OSError:
        return None
    ours = {"jax_compilation_cache_dir": str(folder), "jax_persistent_cache_min_compile_time_secs": 0.0}
    before = {name: jax.config.values[name] for name in ours}
    _configure(ours)
    return before


def _configure(settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        jax.config.update(name, value)
    compilation_cache.reset_cache()  # JAX looks at them once


def training_devices() -> list[jax.Device]:
    """Return the devices that chunks are sent to, which are those of `devices`.

    Raises
    ------
    TrasuntoError
        As `devices` does, and where this process was forked after JAX began.
    """
    refuse_without_threads("training")
    return devices()


def devices() -> list[jax.Device]:
    """Return the device of each place where this process works at a time; the first call starts JAX where need be.

    One CPU device has a place for each core, because one chunk per core beats one chunk on all cores: their threads
    share what was compiled for it. Other devices, and those of a process that has chosen their number, have one each.

    Raises
    ------
    TrasuntoError
        JAX was told to use a platform that is not there.
    """
    threaded = jax.config.values["jax_cpu_enable_async_dispatch"]
    with suppress(RuntimeError):  # JAX is running already
        jax.config.update("jax_cpu_enable_async_dispatch", False)  # each place has a thread here that waits anyway
    try:
        local = list(jax.local_devices())
    except (AssertionError, RuntimeError) as fault:  # it asserts that a plugin for CUDA is there
        raise _without_platform() or fault from fault
    finally:
        jax.config.update("jax_cpu_enable_async_dispatch", threaded)
    alone = len(local) == 1 and local[0].platform == "cpu" and jax.config.values["jax_num_cpu_devices"] < 0
    return local * min(len(cores()), MOST_CPU_PLACES) if alone else local


def _without_platform() -> TrasuntoError | None:
    """Return what to say where JAX was told which platform to use and could not start it."""
    for name in ("jax_platforms", "jax_platform_name"):
        if platform := jax.config.values[name]:
            return TrasuntoError(
                f"{name.upper()} is '{platform}', and JAX finds no such device here: unset it, or set "
                f"{name.upper()}=cpu to use the processor"
            )
    return None


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
