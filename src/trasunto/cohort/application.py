"""A trained network applied to any number of rows, in blocks of one size: two programs serve all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import chain
from typing import Any

import jax
import numpy as np
from numpy.typing import ArrayLike

from trasunto.cohort import devices as hardware
from trasunto.cohort.devices import COMPILER_OPTIONS, carrying, lendable, programs_kept
from trasunto.cohort.programs import MOST, Program
from trasunto.errors import DataError
from trasunto.forks import refuse_without_threads
from trasunto.nets.network import classify, draw, encode, reconstruct
from trasunto.nets.settings import usual_settings
from trasunto.spec import Recipe, Structure

ROWS_AT_ONCE = 1024
"""Rows of a block. The last one is filled up with zeros, so that no number of rows compiles anew."""

PART_BYTES = 2**20
"""Of many rows, about as much as one call goes through and a cache holds; a device has one call at a time."""

LEAST_BLOCKS = 4
"""Of wide rows: fewer are not worth a program of their own."""

SIDE_BY_SIDE = (2, 256)
"""How many rows of a block are at work at a time: two products of 256 rows are small enough for `nets.native`."""

Verb = Callable[..., jax.Array]
Measure = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _latent(structure: Structure, weights: Any, numbers: Any, x: jax.Array) -> jax.Array:
    return encode(structure, weights, numbers, x).values


def _reconstructed_and_weighed(
    structure: Structure, weights: Any, numbers: Any, scales: jax.Array, x: jax.Array
) -> jax.Array:
    made = reconstruct(structure, weights, numbers, x)
    errors = (jax.numpy.square(made - x) * scales).sum(axis=1, keepdims=True)
    return jax.numpy.concatenate([made, errors], axis=1)


def _last(_: np.ndarray, made: np.ndarray) -> np.ndarray:
    return made[:, -1].copy()


def _apply(verb: Verb, structure: Structure, given: Any, blocks: jax.Array) -> jax.Array:
    """Return what `verb` makes of rows in blocks (k, ROWS_AT_ONCE, d), a few at a time, so that they stay in cache."""
    some = jax.vmap(partial(verb, structure, *given))
    made: jax.Array = jax.lax.map(some, blocks.reshape(-1, *SIDE_BY_SIDE, blocks.shape[-1]))
    return made.reshape(-1, *made.shape[3:])


@lru_cache(MOST)
def _applying(verb: Verb, structure: Structure, dtype: np.dtype[Any], rows: int) -> Program:
    """Return what applies networks with weights of this precision to so many rows."""
    return Program(partial(_apply, verb, structure), COMPILER_OPTIONS)


@contextmanager
def _ready(program: Program, device: jax.Device) -> Iterator[None]:
    """Have a program kept on disk where it is new; a process that cannot make any more uses those that it has."""
    if program.has(device):
        yield
        return
    refuse_without_threads("compiling what applies this network")
    with programs_kept():
        yield


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
    row_shape
        Shape of a row, or how many features it has.
    blocks
        Column spans of the rows that are one-hot codes; their reconstructions are probabilities.
    classes
        How many a classifier tells apart.
    """

    recipe: Recipe
    weights: Mapping[str, np.ndarray]
    row_shape: tuple[int, ...] | int
    blocks: tuple[tuple[int, int], ...] = ()
    classes: int = 0

    def encode(self, x: ArrayLike) -> np.ndarray:
        """Return the latent (n, z) of rows (n, d)."""
        return self._over(_latent, x, self.d)

    def reconstruct(self, x: ArrayLike) -> np.ndarray:
        """Return the reconstruction (n, d) of rows (n, d)."""
        return self._over(reconstruct, x, self.d)

    def measure(self, x: ArrayLike, what: Measure) -> np.ndarray:
        """Return what is measured (n, ...) of rows and their reconstructions, in parts, while these are in cache.

        Parameters
        ----------
        x : (n, d)
        what
            Takes some rows (k, d) and their reconstructions (k, d), returns (k, ...). It runs in several threads.
        """
        return self._over(reconstruct, x, self.d, what)

    def decode(self, z: ArrayLike) -> np.ndarray:
        """Return the rows (n, d) that the decoder makes of latents (n, z)."""
        return self._over(draw, z, self.structure.z)

    def classify(self, x: ArrayLike) -> np.ndarray:
        """Return the logits (n, classes) of the linear head on the latent."""
        return self._over(classify, x, self.d)

    def weighed_errors(self, x: ArrayLike, scales: ArrayLike) -> np.ndarray:
        """Return the squared errors of rows (n, d), times `scales` (d,) and added over features: (n,).

        They are computed in the weights' precision, where the reconstructions are, by the program that
        `reconstruct_weighed` runs: both give the same to the last bit.
        """
        return self._over(_reconstructed_and_weighed, x, self.d, _last, (np.asarray(scales, self.dtype),))

    def reconstruct_weighed(self, x: ArrayLike, scales: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Return the reconstruction (n, d) of rows (n, d), and their `weighed_errors` (n,), from one pass."""
        both = self._over(_reconstructed_and_weighed, x, self.d, also=(np.asarray(scales, self.dtype),))
        return both[:, :-1], both[:, -1]

    @cached_property
    def structure(self) -> Structure:
        """What it is, on its rows."""
        return self.recipe.structure.on(self.row_shape, self.blocks, self.classes)

    @property
    def d(self) -> int:
        """The number of features that it takes."""
        return self.structure.d

    @property
    def dtype(self) -> np.dtype[Any]:
        """The precision of its weights."""
        return next(iter(self.weights.values())).dtype

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what lies on the devices of this process."""
        return {name: value for name, value in vars(self).items() if name != "_placed"}

    @cached_property
    def _placed(self) -> list[tuple[jax.Device, Any]]:
        """The device of every place where it can be applied, with its weights and numbers on it."""
        numbers = {name: np.asarray(value, self.dtype) for name, value in self.recipe.numbers.items()}
        there = {one: jax.device_put((dict(self.weights), numbers), one) for one in set(hardware.devices())}
        return [(one, there[one]) for one in hardware.devices()]

    def _over(
        self, verb: Verb, rows: ArrayLike, width: int, what: Measure | None = None, also: tuple[np.ndarray, ...] = ()
    ) -> np.ndarray:
        values = np.asarray(rows)
        if values.ndim != 2 or values.shape[1] != width:
            raise DataError(f"rows must be (n, {width}) for this network, not {values.shape}")
        most = self._rows_at_most
        at_once, places = (most, len(self._placed)) if len(values) > most else (ROWS_AT_ONCE, 1)
        parts = [values[at : at + at_once] for at in range(0, len(values), at_once)] or [values]
        waiting = enumerate(parts)
        program = _applying(verb, self.structure, self.dtype, at_once)

        @usual_settings()
        def work(place: int) -> list[tuple[int, np.ndarray]]:
            device, placed = self._placed[place]
            given = (*placed, *jax.device_put(also, device))
            blocks, done = lendable((at_once // ROWS_AT_ONCE, ROWS_AT_ONCE, width), self.dtype), []
            room = blocks.reshape(at_once, width)
            for number, part in waiting:  # which all share
                room[: len(part)], room[len(part) :] = part, 0
                with _ready(program, device):
                    made = np.asarray(program(device, given, blocks))[: len(part)]
                done.append((number, made if what is None else what(part, made)))
            return done

        if places == 1:
            done = dict(work(0))
        else:
            with ThreadPoolExecutor(places, thread_name_prefix="trasunto") as threads:
                done = dict(chain.from_iterable(threads.map(carrying(work), range(places))))
        return np.concatenate([done[number] for number in range(len(parts))])

    @property
    def _rows_at_most(self) -> int:
        """How many rows a call takes of many: whole blocks."""
        return max(LEAST_BLOCKS, PART_BYTES // (ROWS_AT_ONCE * self.d * self.dtype.itemsize)) * ROWS_AT_ONCE
