"""The two programs that are compiled: an epoch of training and an evaluation, for all members of a chunk at once.

Each is written for one network and one minibatch; ``vmap`` adds the axis over members (m), a loop the minibatches. Rows
are arguments and stay as they are stored (bytes, for images): a minibatch is gathered and scaled inside the step.

How many rows there are is an argument too: arrays of rows are filled up to a size that many tables share, the last
minibatch to the size of the others, and what fills up counts in no loss, no penalty and no mean. So a program has one
shape of step, runs as many steps as there are minibatches, and serves other tables of about as many rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from trasunto.cohort.optimizers import optimizer, take_step
from trasunto.nets.initialise import Weights, initialise, trainable
from trasunto.nets.losses import Metrics, evaluate_loss, measured
from trasunto.nets.network import Numbers
from trasunto.nets.streams import DROPOUT, step_key
from trasunto.spec import Structure


class State(NamedTuple):
    """Everything that training carries from epoch to epoch: weights, and what the optimizer remembers."""

    weights: Weights
    opt_state: Any


class Batch(NamedTuple):
    """A minibatch as a network sees it: x (b, d) scaled, y (b,) class numbers and w (b,) weights, or None.

    Where `real` is not None, so many rows count, the first ones.
    """

    x: jax.Array
    y: jax.Array | None = None
    w: jax.Array | None = None
    real: jax.Array | None = None


class Rows(NamedTuple):
    """Rows as a device holds them.

    Attributes
    ----------
    x : (capacity, d)
        Unscaled. Of these the first `n` are rows; the others fill up.
    n
        How many rows there are.
    scale
        What scales x.
    y, w : (capacity,)
        Class numbers, and weights that are 1 on average; or None.
    """

    x: jax.Array
    n: jax.Array
    scale: jax.Array
    y: jax.Array | None = None
    w: jax.Array | None = None

    def take(self, choose: Callable[[jax.Array], jax.Array], real: jax.Array | None) -> Batch:
        """Return the minibatch that `choose` takes of each array, scaled, of which the first `real` rows count."""
        x = choose(self.x).astype(self.scale.dtype) * self.scale
        y, w = (None if part is None else choose(part) for part in (self.y, self.w))
        return Batch(x, y, w, real)


def _trained(structure: Structure, weights: Weights) -> tuple[Weights, Weights]:
    """Part the weights into those that are trained and those that are frozen."""
    moving = {name: array for name, array in weights.items() if trainable(structure, name)}
    return moving, {name: array for name, array in weights.items() if name not in moving}


def init_opt_state(structure: Structure, numbers: Numbers, weights: Weights) -> Any:
    """Return one network's initial optimizer state: zeros, whichever the optimizer."""
    return optimizer(structure, numbers).init(_trained(structure, weights)[0])


def update(
    structure: Structure,
    state: State,
    numbers: Numbers,
    batch: Batch,
    key: jax.Array | None = None,
) -> tuple[State, Metrics]:
    """Train one network on one minibatch; return its new state and the minibatch's metrics."""
    moving, frozen = _trained(structure, state.weights)

    def loss(part: Weights) -> tuple[jax.Array, Metrics]:
        return evaluate_loss(structure, {**frozen, **part}, numbers, *batch, key)

    gradients, metrics = jax.grad(loss, has_aux=True)(moving)
    moved, opt_state = take_step(structure, numbers, gradients, state.opt_state, moving)
    return State({**frozen, **moved}, opt_state), metrics


def first_states(structure: Structure, numbers: Mapping[str, np.ndarray], seeds: np.ndarray) -> State:
    """Return the untrained states of a chunk, each a NumPy array with a leading axis (m,); nothing is compiled."""
    weights: dict[str, Any] = initialise(structure, seeds)
    shapes = _opt_state(structure, *(tuple(map(_kind, part.items())) for part in (numbers, weights)))
    return State(weights, jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), shapes))


_Kind = tuple[str, tuple[int, ...], np.dtype[Any]]


def _kind(item: tuple[str, np.ndarray]) -> _Kind:
    name, array = item
    return name, array.shape, array.dtype


@lru_cache(32)
def _opt_state(structure: Structure, *parts: tuple[_Kind, ...]) -> Any:
    """Return the optimizer state for numbers and weights of these names, shapes and types, as shapes and types.

    To find it takes as long as hundreds of steps of a small network, and a detector has tens of chunks of one kind.
    """
    given = ({name: jax.ShapeDtypeStruct(shape, dtype) for name, shape, dtype in part} for part in parts)
    return jax.eval_shape(jax.vmap(partial(init_opt_state, structure)), *given)


def _over_minibatches(
    visit: Callable[[Any, jax.Array, jax.Array], tuple[Any, Metrics]],
    carry: Any,
    n: jax.Array,
    size: int,
    names: tuple[str, ...],
    members: int,
) -> tuple[Any, Metrics]:
    """Visit `n` rows, `size` at a time; return the last carry and the metrics averaged over rows.

    Parameters
    ----------
    visit
        Takes the carry, the row that a minibatch begins with, and how many of its rows are real.
    names, members
        What it measures, of how many members.
    """

    def one(step: jax.Array, gone: Any) -> Any:
        carry, sums, lost = gone
        begin = step * size
        real = jnp.minimum(size, n - begin)
        carry, metrics = visit(carry, begin, real)
        # Kahan's sum: a plain one of a million minibatches is off in its third digit.
        added = jnp.stack([metrics[name] for name in names]) * real - lost
        moved = sums + added
        return carry, moved, (moved - sums) - added

    zeros = jnp.zeros((len(names), members))
    carry, sums, _ = jax.lax.fori_loop(0, -(-n // size), one, (carry, zeros, zeros))
    return carry, dict(zip(names, sums / n, strict=True))


def train_epoch(
    structure: Structure,
    size: int,
    states: State,
    numbers: Numbers,
    seeds: jax.Array,
    lr_factor: jax.Array,
    epoch: jax.Array,
    order: jax.Array,
    rows: Rows,
) -> tuple[State, Metrics]:
    """Train every member of a chunk for one epoch.

    Parameters
    ----------
    size
        Rows of a minibatch.
    states, numbers, seeds
        Of the members, each array with a leading axis (m,).
    lr_factor : (m,)
        What the learning rate is multiplied by in this epoch.
    epoch
        Counted from 1; with the seed and the step it fixes every random number.
    order : (whole minibatches,)
        Of the rows, which all members of the chunk share; what fills it up are numbers of any rows.

    Returns
    -------
    The new states, and the metrics (m,) averaged over the epoch's rows with dropout on.
    """
    scaled = {**numbers, "learning_rate": numbers["learning_rate"] * lr_factor}

    def one_step(state: State, numbers: Numbers, seed: jax.Array, step: jax.Array, batch: Batch) -> Any:
        key = step_key(seed, DROPOUT, epoch, step) if structure.random else None
        return update(structure, state, numbers, batch, key)

    def visit(carry: State, begin: jax.Array, real: jax.Array) -> tuple[State, Metrics]:
        members = jax.vmap(one_step, in_axes=(0, 0, 0, None, None))
        chosen = jax.lax.dynamic_slice_in_dim(order, begin, size)
        moved: tuple[State, Metrics] = members(
            carry, scaled, seeds, begin // size, rows.take(lambda part: part[chosen], real)
        )
        return moved

    return _over_minibatches(visit, states, rows.n, size, measured(structure), len(seeds))


def evaluate(structure: Structure, size: int, weights: Weights, numbers: Numbers, rows: Rows) -> Metrics:
    """Return the metrics (m,) of every member over all rows, `size` at a time and in order, with dropout off."""

    def visit(carry: None, begin: jax.Array, real: jax.Array) -> tuple[None, Metrics]:
        batch = rows.take(lambda part: jax.lax.dynamic_slice_in_dim(part, begin, size), real)

        def one(weights: Weights, numbers: Numbers) -> Metrics:
            return evaluate_loss(structure, weights, numbers, *batch)[1]

        return carry, jax.vmap(one)(weights, numbers)

    members = len(jax.tree.leaves(weights)[0])
    return _over_minibatches(visit, None, rows.n, size, measured(structure), members)[1]
