from __future__ import annotations

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import erf, expit

from trasunto.cohort.devices import BRIEF_OPTIONS
from trasunto.nets.activations import ACTIVATIONS
from trasunto.spec import legal

SUMS = np.concatenate([np.linspace(-9, 9, 181), [-1e4, -100.0, 100.0, 1e4]])

# What each word means, written out once more, as PyTorch's and Keras's manuals have it.
MEANING: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sigmoid": expit,
    "tanh": np.tanh,
    "relu": lambda s: np.maximum(s, 0),
    "leaky_relu": lambda s: np.where(s > 0, s, 0.01 * s),
    "elu": lambda s: np.where(s > 0, s, np.expm1(np.minimum(s, 0))),
    "selu": lambda s: 1.0507009873554805 * np.where(s > 0, s, 1.6732632423543772 * np.expm1(np.minimum(s, 0))),
    "gelu": lambda s: s * (1 + erf(s / math.sqrt(2))) / 2,
    "softplus": lambda s: np.logaddexp(s, 0),
    "linear": lambda s: s,
}

activated = jax.jit(
    lambda word, sums: ACTIVATIONS[word](sums), static_argnums=0, compiler_options=BRIEF_OPTIONS
)  # as one program: JAX compiles every operation that is called alone

each = pytest.mark.parametrize("word", ACTIVATIONS)


def test_every_legal_word_has_an_activation_and_every_activation_a_legal_word() -> None:
    assert tuple(ACTIVATIONS) == legal.ACTIVATIONS == tuple(MEANING)


@each
def test_an_activation_is_what_its_name_means(word: str) -> None:
    with jax.enable_x64(True):
        found = np.asarray(activated(word, SUMS))
    np.testing.assert_allclose(found, MEANING[word](SUMS), rtol=1e-12, atol=1e-15)


@each
def test_an_activation_keeps_shape_and_precision(word: str) -> None:
    found = activated(word, np.ones((2, 3), np.float32))
    assert (found.shape, found.dtype) == ((2, 3), jnp.float32)
    with jax.enable_x64(True):
        assert activated(word, np.ones(3)).dtype == jnp.float64


@each
def test_slopes_are_finite_however_large_the_sum(word: str) -> None:
    sums = jnp.asarray([-1e30, -1e4, -90.0, -1.0, 0.0, 1.0, 90.0, 1e4, 1e30], jnp.float32)
    slopes = jax.jit(jax.vmap(jax.grad(ACTIVATIONS[word])), compiler_options=BRIEF_OPTIONS)
    assert np.isfinite(slopes(sums)).all()
