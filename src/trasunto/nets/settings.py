"""JAX's settings that change or forbid what is computed here, at their usual values whatever a process has chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import jax
import numpy as np

USUAL: dict[str, tuple[Callable[[Any], AbstractContextManager[Any]], Any]] = {
    "jax_threefry_partitionable": (jax.threefry_partitionable, True),  # else a seed gives other weights
    "jax_numpy_dtype_promotion": (jax.numpy_dtype_promotion, "standard"),
    "jax_numpy_rank_promotion": (jax.numpy_rank_promotion, "allow"),
    "jax_transfer_guard": (jax.transfer_guard, "allow"),
    "jax_debug_nans": (jax.debug_nans, False),  # a network that diverges is told of, and no error
    "jax_debug_infs": (jax.debug_infs, False),
}


@contextmanager
def usual_settings() -> Iterator[None]:
    """Compute under these settings meanwhile, in this thread alone."""
    with ExitStack() as stack:
        for name, (use, value) in USUAL.items():
            if getattr(jax.config, name) not in (value, None):
                stack.enter_context(use(value))
        yield


def precision() -> np.dtype[Any]:
    """Return the type of the numbers that this thread computes with: float32, or float64 where JAX is in 64 bits."""
    # Asked of JAX's settings, not of an array: that would start JAX before it was told how many devices there are.
    return jax.dtypes.canonicalize_dtype(float)
