"""A case trained by Keras on PyTorch, so that no arithmetic is shared with ours."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from scripts.oracles.cases import Case, Curve, epoch_rows, first_weights, minibatches
from scripts.oracles.ours import row_orders
from trasunto.spec import Recipe

os.environ["KERAS_BACKEND"] = "torch"  # Keras reads it while it is imported

import keras
import torch
from keras.src.backend.common import dtypes

# Keras takes means in float32 even of float64 numbers, so that its float64 is good for 1e-7 only; without this entry
# it keeps the precision that it was asked for (https://github.com/keras-team/keras/issues/23223).
dtypes.BIT64_TO_BIT32_DTYPE.pop("float64")
torch.set_num_threads(1)  # networks are small, and curves must not depend on the number of cores


def versions() -> dict[str, str]:
    """Return what the curves depend on."""
    return {"keras": keras.__version__, "torch": torch.__version__, "numpy": np.__version__}


def train(case: Case, dtype: str) -> Curve:
    """Train a case in this precision."""
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)  # or layers keep the precision of the first model
    model = _model(case)
    given = first_weights(case, dtype)
    names = list(case.recipe.structure.on(case.d).arrays)
    model.set_weights([given[name] for name in names])
    loss, test_loss = _epochs(model, case, dtype) if case.epochs else (_steps(model, case, dtype), [])
    return Curve(loss, test_loss, dict(zip(names, model.get_weights(), strict=True)))


def _steps(model: Any, case: Case, dtype: str) -> list[float]:
    losses = []
    for x in minibatches(case, dtype)[0]:
        model.reset_metrics()  # what is reported is a running mean otherwise
        losses.append(float(model.train_on_batch(x, x)))
    return losses


def _epochs(model: Any, case: Case, dtype: str) -> tuple[list[float], list[float]]:
    x, test = epoch_rows(case, dtype)
    loss, test_loss = [], []
    for order in row_orders(case):
        rows = x[order]
        history = model.fit(
            rows,
            rows,
            batch_size=case.recipe.batch_size,
            epochs=1,
            shuffle=False,
            verbose=0,
            validation_data=(test, test),
        ).history
        loss += history["loss"]
        test_loss += history["val_loss"]
    return loss, test_loss


def _model(case: Case) -> Any:
    recipe = case.recipe
    layers = [
        keras.layers.Dense(
            layer.units,
            activation=layer.activation,
            activity_regularizer=keras.regularizers.L1L2(l1=layer.l1, l2=layer.l2) if layer.l1 or layer.l2 else None,
        )
        for layer in recipe.network.layers
    ]
    output = keras.layers.Dense(case.d, activation="linear" if recipe.loss == "bce" else recipe.network.output)
    model = keras.Sequential([keras.Input((case.d,)), *layers, output])
    model.compile(optimizer=_optimizer(recipe), loss=_loss(recipe))
    return model


def _loss(recipe: Recipe) -> Any:
    if recipe.loss == "huber":
        return keras.losses.Huber(delta=recipe.huber_delta)
    if recipe.loss == "bce":
        return keras.losses.BinaryCrossentropy(from_logits=True)
    return {"mse": keras.losses.MeanSquaredError, "mae": keras.losses.MeanAbsoluteError}[recipe.loss]()


def _optimizer(recipe: Recipe) -> Any:
    numbers = recipe.numbers
    if recipe.optimizer == "sgd":
        return keras.optimizers.SGD(recipe.learning_rate, momentum=numbers["momentum"], nesterov=recipe.nesterov)
    return keras.optimizers.Adam(
        recipe.learning_rate, beta_1=numbers["beta1"], beta_2=numbers["beta2"], epsilon=numbers["epsilon"]
    )
