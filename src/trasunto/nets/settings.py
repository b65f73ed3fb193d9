"""JAX settings that affect results, pinned to their defaults during a computation."""

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
    "jax_debug_nans": (jax.debug_nans, False),  # divergence is a recorded outcome, not an error
    "jax_debug_infs": (jax.debug_infs, False),
}


@contextmanager
def usual_settings() -> Iterator[None]:
    """Compute under JAX's default settings, in this thread only."""
    with ExitStack() as stack:
        for name, (use, value) in USUAL.items():
            if getattr(jax.config, name) not in (value, None):
                stack.enter_context(use(value))
        yield


def precision() -> np.dtype[Any]:
    """Return the dtype this thread computes in: float32, or float64 where x64 is enabled."""
    # Read from JAX's settings: making an array would start JAX before the number of devices is set.
    return jax.dtypes.canonicalize_dtype(float)
