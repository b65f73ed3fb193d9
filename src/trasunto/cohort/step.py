"""The two compiled programs: an epoch of training and an evaluation, for all members of a chunk at once.

Each is written for one network and one minibatch; ``vmap`` adds the axis over members (m), ``lax.scan`` the
minibatches. Rows are arguments and stay as they are stored (bytes, for images): a minibatch is gathered and scaled
inside the step. The last, smaller minibatch is a step of its own shape after the scan, so no row is masked or padded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from trasunto.cohort.devices import COMPILER_OPTIONS
from trasunto.cohort.optimizers import optimizer, take_step
from trasunto.nets.initialise import Weights, initialise, trainable
from trasunto.nets.losses import Metrics, evaluate_loss
from trasunto.nets.network import Numbers
from trasunto.nets.streams import DROPOUT, step_key
from trasunto.spec import Structure

EVALUATION_ROWS = 1000  # rows evaluated at a time: their activations stay in cache


class State(NamedTuple):
    """Everything that training carries from epoch to epoch: weights, and what the optimizer remembers."""

    weights: Weights
    memory: Any


class Batch(NamedTuple):
    """A minibatch as a network sees it: x (b, d) scaled, y (b,) class numbers and w (b,) weights, or None."""

    x: jax.Array
    y: jax.Array | None = None
    w: jax.Array | None = None


class Rows(NamedTuple):
    """Rows as a device holds them: x (n, d) unscaled, y (n,) class numbers, what scales x, and w (n,) weights.

    There may be no y and no w; weights are 1 on average.
    """

    x: jax.Array
    y: jax.Array | None
    scale: jax.Array
    w: jax.Array | None = None

    def take(self, rows: jax.Array) -> Batch:
        """Return a minibatch (b,) of them, scaled."""
        x = self.x[rows].astype(self.scale.dtype) * self.scale
        return Batch(x, *(None if part is None else part[rows] for part in (self.y, self.w)))


def _trained(structure: Structure, weights: Weights) -> tuple[Weights, Weights]:
    """Part the weights into those that are trained and those that are frozen."""
    moving = {name: array for name, array in weights.items() if trainable(structure, name)}
    return moving, {name: array for name, array in weights.items() if name not in moving}


def remember(structure: Structure, numbers: Numbers, weights: Weights) -> Any:
    """Return the optimizer's first memory for one network: zeros, whichever it is."""
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
    moved, memory = take_step(structure, numbers, gradients, state.memory, moving)
    return State({**frozen, **moved}, memory), metrics


def first_states(
    structure: Structure, numbers: Mapping[str, np.ndarray], seeds: np.ndarray, d: int, classes: int
) -> State:
    """Return the untrained states of a chunk, each a NumPy array with a leading axis (m,); nothing is compiled."""
    weights: dict[str, Any] = initialise(structure, seeds, d, classes)
    memory = jax.eval_shape(jax.vmap(partial(remember, structure)), numbers, weights)
    return State(weights, jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), memory))


def _over_minibatches(
    visit: Callable[[Any, jax.Array, jax.Array], tuple[Any, Metrics]], carry: Any, order: jax.Array, size: int
) -> tuple[Any, Metrics]:
    """Visit rows in `order` (n,), `size` at a time; return the last carry and the metrics averaged over rows."""
    full, rest = divmod(len(order), size)
    total: Metrics | None = None
    if full:
        batches = order[: full * size].reshape(full, size)
        carry, metrics = jax.lax.scan(lambda c, step: visit(c, *step), carry, (jnp.arange(full), batches))
        total = {name: values.sum(axis=0) * size for name, values in metrics.items()}
    if rest:
        carry, metrics = visit(carry, jnp.asarray(full), order[full * size :])
        last = {name: value * rest for name, value in metrics.items()}
        total = last if total is None else {name: total[name] + last[name] for name in last}
    assert total is not None, "a table has rows"
    return carry, {name: value / len(order) for name, value in total.items()}


@partial(jax.jit, static_argnames=("structure",), donate_argnames=("states",), compiler_options=COMPILER_OPTIONS)
def train_epoch(
    structure: Structure,
    states: State,
    numbers: Numbers,
    seeds: jax.Array,
    live: jax.Array,
    pace: jax.Array,
    epoch: jax.Array,
    order: jax.Array,
    rows: Rows,
) -> tuple[State, jax.Array, Metrics]:
    """Train every member of a chunk for one epoch.

    Parameters
    ----------
    states, numbers, seeds
        Of the members, each array with a leading axis (m,).
    live : (m,)
        Members that are still trained; the others keep their state.
    pace : (m,)
        What the learning rate is multiplied by in this epoch.
    epoch
        Counted from 1; with the seed and the step it fixes every random number.
    order : (n,)
        Of the rows, which all members of the chunk share.

    Returns
    -------
    The new states, `live` without the members that diverged in this epoch (their loss or weights are not finite; they
    keep the state they had before it), and the metrics (m,) averaged over the epoch's rows with dropout on.
    """
    paced = {**numbers, "learning_rate": numbers["learning_rate"] * pace}

    def one_step(state: State, numbers: Numbers, seed: jax.Array, step: jax.Array, batch: Batch) -> Any:
        return update(structure, state, numbers, batch, step_key(seed, DROPOUT, epoch, step))

    def visit(carry: State, step: jax.Array, chosen: jax.Array) -> tuple[State, Metrics]:
        members = jax.vmap(one_step, in_axes=(0, 0, 0, None, None))
        moved: tuple[State, Metrics] = members(carry, paced, seeds, step, rows.take(chosen))
        return moved

    moved, metrics = _over_minibatches(visit, states, order, structure.batch_size)
    sound = live & jnp.isfinite(metrics["loss"])
    for array in jax.tree.leaves(moved.weights):
        sound &= jnp.isfinite(array).all(axis=tuple(range(1, array.ndim)))

    def kept(new: jax.Array, old: jax.Array) -> jax.Array:
        return jnp.where(sound.reshape(-1, *[1] * (new.ndim - 1)), new, old)

    return jax.tree.map(kept, moved, states), sound, metrics


@partial(jax.jit, static_argnames=("structure",), compiler_options=COMPILER_OPTIONS)
def evaluate(structure: Structure, weights: Weights, numbers: Numbers, rows: Rows) -> Metrics:
    """Return the metrics (m,) of every member over all rows, in their order, with dropout off."""

    def visit(carry: None, step: jax.Array, chosen: jax.Array) -> tuple[None, Metrics]:
        batch = rows.take(chosen)

        def one(weights: Weights, numbers: Numbers) -> Metrics:
            return evaluate_loss(structure, weights, numbers, *batch)[1]

        return carry, jax.vmap(one)(weights, numbers)

    size = min(EVALUATION_ROWS, len(rows.x))
    return _over_minibatches(visit, None, jnp.arange(len(rows.x)), size)[1]
