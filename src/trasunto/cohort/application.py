"""A trained network at work on any number of rows, in blocks of one size: one program each, however many rows come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import jax
import numpy as np
from numpy.typing import ArrayLike

from trasunto.errors import DataError
from trasunto.nets.network import classify, draw, encode, reconstruct
from trasunto.spec import Recipe, Structure

ROWS_AT_ONCE = 1024
"""Rows of a block. The last one is filled up with zeros, so that no number of rows compiles anew."""

Verb = Callable[..., jax.Array]


def _latent(structure: Structure, weights: Any, numbers: Any, x: jax.Array) -> jax.Array:
    return encode(structure, weights, numbers, x).values


@partial(jax.jit, static_argnames=("verb", "structure"))
def _apply(verb: Verb, structure: Structure, weights: Any, numbers: Any, block: jax.Array) -> jax.Array:
    return verb(structure, weights, numbers, block)


@dataclass(frozen=True, eq=False)
class Applied:
    """One network with its weights, as a function of rows.

    Rows are (n, d) as the network sees them: scaled, floats. What comes back has the weights' precision.

    Parameters
    ----------
    recipe
        What the network is.
    weights
        By name, as training gives them.
    blocks
        Column spans of the rows that are one-hot codes; their reconstructions are probabilities.
    """

    recipe: Recipe
    weights: Mapping[str, np.ndarray]
    blocks: tuple[tuple[int, int], ...] = ()

    def encode(self, x: ArrayLike) -> np.ndarray:
        """Return the latent (n, z) of rows (n, d)."""
        return self._over(_latent, x, self.d)

    def reconstruct(self, x: ArrayLike) -> np.ndarray:
        """Return the reconstruction (n, d) of rows (n, d)."""
        return self._over(reconstruct, x, self.d)

    def decode(self, z: ArrayLike) -> np.ndarray:
        """Return the rows (n, d) that the decoder makes of latents (n, z)."""
        return self._over(draw, z, self.recipe.network.encoder[-1].units)

    def classify(self, x: ArrayLike) -> np.ndarray:
        """Return the logits (n, classes) of the linear head on the latent."""
        return self._over(classify, x, self.d)

    @property
    def d(self) -> int:
        """The number of features that it takes."""
        return int(self.weights["1.kernel"].shape[0])

    @property
    def dtype(self) -> np.dtype[Any]:
        """The precision of its weights."""
        return self.weights["1.kernel"].dtype

    @cached_property
    def _on_device(self) -> tuple[dict[str, jax.Array], dict[str, np.ndarray]]:
        numbers = {name: np.asarray(value, self.dtype) for name, value in self.recipe.numbers.items()}
        return {name: jax.numpy.asarray(array) for name, array in self.weights.items()}, numbers

    def _over(self, verb: Verb, rows: ArrayLike, width: int) -> np.ndarray:
        values = np.asarray(rows)
        if values.ndim != 2 or values.shape[1] != width:
            raise DataError(f"rows must be (n, {width}) for this network, not {values.shape}")
        structure = self.recipe.structure.on(self.blocks)
        parts = [
            np.asarray(_apply(verb, structure, *self._on_device, block))[:n] for block, n in self._blocks_of(values)
        ]
        return np.concatenate(parts)

    def _blocks_of(self, values: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
        """Yield blocks of one size and how many of their rows are real; one at least, so that shapes are known."""
        for at in range(0, max(len(values), 1), ROWS_AT_ONCE):
            real = values[at : at + ROWS_AT_ONCE]
            block = np.zeros((ROWS_AT_ONCE, values.shape[1]), self.dtype)
            block[: len(real)] = real
            yield block, len(real)
