"""Both networks trained by Keras's `fit`, on the backend that the environment names.

A unit is one call of `fit` for one epoch, and so has what Keras does around an epoch in it, which is little where the
epoch is long. Every call has the same shapes, so that only the first compiles.
"""

from __future__ import annotations

from math import ceil
from typing import Any

import keras
from keras import initializers, layers, regularizers

from benchmarks.peers import tables
from benchmarks.peers.jobs import Done, Job, Unit


def images(job: Job) -> Unit:
    """Train the autoencoder of images, initialised as PyTorch does."""
    keras.utils.set_random_seed(job.seed)
    rows = keras.Input((784,))
    hidden = layers.Dropout(0.1)(layers.Dense(job.hidden, "sigmoid", **_initial(784))(rows))
    model = keras.Model(rows, layers.Dense(784, "sigmoid", **_initial(job.hidden))(hidden))
    model.compile(keras.optimizers.SGD(0.95, momentum=0.95), "mse")
    return _epoch(model, tables.images(job), job)


def _initial(inputs: int) -> dict[str, Any]:
    bound = float(inputs) ** -0.5
    uniform = initializers.RandomUniform
    return {"kernel_initializer": uniform(-bound, bound), "bias_initializer": uniform(-bound, bound)}


def table(job: Job) -> Unit:
    """Train the network of a table, initialised by Keras's defaults."""
    keras.utils.set_random_seed(job.seed)
    rows = values = keras.Input((job.features,))
    for place, (units, activation) in enumerate(zip(tables.HIDDEN, tables.ACTIVATIONS, strict=True)):
        penalty = regularizers.L1(tables.PENALTY) if place in tables.PENALISED else None
        values = layers.Dense(units, activation, activity_regularizer=penalty)(values)
    model = keras.Model(rows, layers.Dense(job.features)(values))
    model.compile(keras.optimizers.Adam(1e-3), "mse")
    return _epoch(model, tables.table(job), job)


def _epoch(model: Any, rows: tables.Rows, job: Job) -> Unit:
    rows = rows[: job.fitted_rows]

    def unit() -> Done:
        model.fit(rows, rows, batch_size=job.batch, epochs=1, verbose=0)
        return Done(ceil(len(rows) / job.batch), len(rows))

    return unit
