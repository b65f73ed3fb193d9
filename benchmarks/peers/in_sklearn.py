"""What scikit-learn's MLPRegressor makes of these networks: the nearest that it can be asked for.

It has no dropout, its output is linear, and its hidden layers share one activation; there is no penalty of their
outputs. Weights start as Glorot has it. Its loss is half the sum over the features, so that the learning rate of
stochastic gradient descent is scaled to make the same steps; `alpha` is nil, since no other peer shrinks weights.
"""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped, unused-ignore]

from benchmarks.peers import tables
from benchmarks.peers.jobs import Done, Job, Unit


def images(job: Job) -> Unit:
    """Train a sigmoid hidden layer by gradient descent with momentum, without dropout and with a linear output."""
    model = MLPRegressor(
        hidden_layer_sizes=(job.hidden,),
        activation="logistic",
        solver="sgd",
        alpha=0.0,
        batch_size=job.batch,
        learning_rate_init=0.95 * 2 / 784,
        momentum=0.95,
        nesterovs_momentum=False,
        random_state=job.seed,
    )
    return _epoch(model, tables.images(job), job)


def table(job: Job) -> Unit:
    """Train the network of a table by Adam with relu throughout and no penalty."""
    return _epoch(_table_model(job, job.batch), tables.table(job), job)


def scores(job: Job) -> Unit:
    """Score rows by `predict`, all at once, and the mean square of what is left."""
    threadpool_limits(job.threads)
    rows = tables.table(job)
    model = _table_model(job, 64)
    model.partial_fit(rows[:640], rows[:640])

    def unit() -> Done:
        errors = ((model.predict(rows) - rows) ** 2).mean(axis=1)
        assert errors.shape == (len(rows),)
        return Done(1, len(rows))

    return unit


def _table_model(job: Job, batch: int) -> Any:
    return MLPRegressor(
        hidden_layer_sizes=tables.HIDDEN,
        activation="relu",
        solver="adam",
        alpha=0.0,
        batch_size=batch,
        learning_rate_init=1e-3,
        random_state=job.seed,
    )


def _epoch(model: Any, rows: tables.Rows, job: Job) -> Unit:
    threadpool_limits(job.threads)
    rows = np.ascontiguousarray(rows[: job.fitted_rows])

    def unit() -> Done:
        model.partial_fit(rows, rows)  # goes over them once, in another order each time
        return Done(ceil(len(rows) / job.batch), len(rows))

    return unit
