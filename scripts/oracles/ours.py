"""A case trained by trasunto."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from scripts.oracles.cases import CLASSES, Case, Curve, epoch_rows, first_weights, minibatches
from trasunto.cohort.devices import BRIEF_OPTIONS
from trasunto.cohort.loop import train_chunks
from trasunto.cohort.places import DevicePlace
from trasunto.cohort.plan import Job, plan
from trasunto.cohort.states import WEIGHTS, only_weights
from trasunto.cohort.step import Batch, State, init_opt_state, update
from trasunto.data import from_arrays
from trasunto.nets.initialise import Weights
from trasunto.nets.streams import row_order


def train(case: Case, dtype: str) -> Curve:
    """Train a case in this precision; JAX's x64 is as before when it returns."""
    with jax.enable_x64(dtype == "float64"):
        return _epochs(case, dtype) if case.epochs else _steps(case, dtype)


def row_orders(case: Case) -> list[np.ndarray]:
    """Return the orders (n,) in which we visit the rows in each epoch, which the other library must follow."""
    n = len(epoch_rows(case, "float32")[0])
    return [np.asarray(row_order(case.recipe.order_seed, epoch, n)) for epoch in range(1, case.recipe.epochs + 1)]


def _steps(case: Case, dtype: str) -> Curve:
    structure = case.recipe.structure.on(case.d, classes=CLASSES)
    numbers = {name: jnp.asarray(value, dtype) for name, value in case.recipe.numbers.items()}

    @partial(jax.jit, compiler_options=BRIEF_OPTIONS)
    def steps(weights: Weights, batches: Any) -> Any:
        state = State(weights, init_opt_state(structure, numbers, weights))
        return jax.lax.scan(lambda state, batch: update(structure, state, numbers, Batch(*batch)), state, batches)

    weights = {name: jnp.asarray(array) for name, array in first_weights(case, dtype).items()}
    state, metrics = steps(weights, minibatches(case, dtype))
    return Curve(metrics["loss"].tolist(), [], {name: np.asarray(array) for name, array in state.weights.items()})


def _epochs(case: Case, dtype: str) -> Curve:
    x, test = epoch_rows(case, dtype)
    begin = {WEIGHTS + name: array for name, array in first_weights(case, dtype).items()}
    job = Job(case.name, case.recipe, 0, from_arrays(x, test=test), 0, case.recipe.epochs, lambda: begin)
    events = list(train_chunks(plan([job], 1), [DevicePlace(jax.local_devices()[0])]))
    assert events[-1].states is not None
    curves = {name: [float(event.metrics[name][0]) for event in events[1:]] for name in ("train_loss", "test_loss")}
    weights = only_weights({name: array[0] for name, array in events[-1].states.items()})
    return Curve(curves["train_loss"], curves["test_loss"], weights)
