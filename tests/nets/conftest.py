from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest
from jax.test_util import check_vjp

from trasunto.cohort.devices import BRIEF_OPTIONS
from trasunto.nets.initialise import Weights

Value = Callable[[Weights], jax.Array]


@pytest.fixture(scope="session", autouse=True)
def _started(devices: list[jax.Device]) -> None:
    """Start JAX as training does."""


@pytest.fixture(scope="session")
def check_slopes() -> Callable[..., None]:
    """Hold the gradient of a value to differences, as `jax.test_util.check_grads` does, in two programs."""

    def check(value: Value, weights: Weights, **tolerances: float) -> None:
        both = jax.jit(jax.value_and_grad(value), compiler_options=BRIEF_OPTIONS)

        def backwards(weights: Weights) -> tuple[jax.Array, Callable[[Any], Any]]:
            found, slopes = both(weights)
            return found, lambda by: (jax.tree.map(lambda slope: np.asarray(slope) * by, slopes),)

        start = jax.tree.map(np.asarray, weights)  # whose differences compile nothing
        check_vjp(jax.jit(value, compiler_options=BRIEF_OPTIONS), backwards, (start,), **tolerances)

    return check
