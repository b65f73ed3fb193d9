"""Speed of this machine, measured in a fraction of a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from statistics import median

import jax
import jax.numpy as jnp
import numpy as np
from jax.stages import Lowered

from trasunto.cohort.devices import devices
from trasunto.cohort.timing import Machine

B, D, H = 1000, 784, 512
"""Of the products that JAX is timed by: (b, d) x (d, h)."""

REFERENCE_COMPILING = 0.03
"""Seconds in which the reference machine compiles one layer."""


@cache
def this_machine() -> Machine:
    """Measure this machine, once in a process."""
    rows, kernel = jnp.full((B, D), 0.5, jnp.float32), jnp.full((D, H), 0.5, jnp.float32)
    product = jax.jit(jnp.matmul).lower(rows, kernel).compile()  # the process's first program takes longer
    compiling = median(_seconds(_layer(number).compile) for number in range(3))
    # The median and not the least: what else the machine has to do is likely to go on.
    making = median(_seconds(lambda: product(rows, kernel).block_until_ready()) for _ in range(8))
    cores = len(devices()) if jax.default_backend() == "cpu" else 1
    return Machine(2 * B * D * H / making, cores, compiling / REFERENCE_COMPILING)


def _layer(number: int) -> Lowered:
    """Return a layer that is not compiled yet, another for each number."""
    x, kernel = jax.ShapeDtypeStruct((16, 8), jnp.float32), jax.ShapeDtypeStruct((8, 8), jnp.float32)
    return jax.jit(lambda x, kernel: jnp.tanh(number + x @ kernel)).lower(x, kernel)


@cache
def product_rate(size: int = 2048) -> float:
    """Measure this machine's single-precision products through NumPy, in operations a second, once in a process."""
    factor = np.full((size, size), 0.5, np.float32)
    factor @ factor
    # The least of several times: whatever else the machine does can only slow work down.
    return 2 * size**3 / min(_seconds(lambda: factor @ factor) for _ in range(8))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
