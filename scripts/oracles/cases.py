"""What is trained for a comparison: recipes, first weights and minibatches, the same for every library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from trasunto.data import load
from trasunto.spec import Recipe

STEPS = 20
FIRST_WEIGHTS = 2020  # seed of every case's first weights
CLASSES = 10
TOLERANCES = {"float64": 1e-10, "float32": 2e-6}  # relative, of our training in that precision

PAPER_A = "[64 sigmoid] > sigmoid"
PAPER_B = "64 relu > 32 tanh l1=1e-4 > [24 relu] > 32 relu l1=1e-4 > 64 tanh > linear"
WORDS = "30 relu > 28 elu > [26 selu] > 28 gelu > 30 softplus > 32 tanh > linear"


@dataclass(frozen=True)
class Case:
    """One comparison.

    Attributes
    ----------
    library
        Which library's conventions the recipe follows: "pytorch" or "keras".
    name
        What it shows, in kebab case.
    recipe
        What is trained, to ``recipe.epochs`` where whole epochs are compared.
    d
        Features: 784, all pixels of MNIST's images, or fewer, from the middle of them.
    epochs
        False: the losses of 20 minibatches are compared. True: those of epochs, as training reports them, on rows that
        the batch size does not divide, and those of 300 other rows after each epoch.
    """

    library: str
    name: str
    recipe: Recipe
    d: int = 784
    epochs: bool = False


class Curve(NamedTuple):
    """What training a case gave: loss (t,) of each step or epoch, other rows' loss (t,), and the last weights."""

    loss: list[float]
    test_loss: list[float]
    weights: dict[str, np.ndarray]


def _pytorch() -> Iterator[Case]:
    sgd: dict[str, Any] = {"optimizer": "sgd", "learning_rate": 0.95, "momentum": 0.95}
    recipes = {
        "sgd-momentum": Recipe(PAPER_A, batch_size=100, **sgd),
        "sgd-nesterov": Recipe(PAPER_A, batch_size=100, nesterov=True, **sgd),
        "adam": Recipe(PAPER_A, batch_size=100, optimizer="adam"),
        "adamw": Recipe(PAPER_A, batch_size=100, optimizer="adamw", weight_decay=0.5),
        "rmsprop": Recipe(PAPER_A, batch_size=100, optimizer="rmsprop"),
        "rmsprop-momentum": Recipe(PAPER_A, batch_size=100, optimizer="rmsprop", momentum=0.9, learning_rate=1e-4),
        "mae": Recipe(PAPER_A, batch_size=100, loss="mae", **sgd),
        "huber": Recipe(PAPER_A, batch_size=100, loss="huber", huber_delta=0.2, **sgd),
        "bce": Recipe(PAPER_A, batch_size=100, loss="bce", **sgd),
        "bce-adam": Recipe(PAPER_A, batch_size=100, loss="bce", optimizer="adam"),
        "classifier": Recipe(PAPER_A, batch_size=100, loss="cross_entropy", **sgd),
        "activations": Recipe(WORDS.replace("tanh", "leaky_relu"), batch_size=100, optimizer="adam"),
    }
    return (Case("pytorch", name, recipe) for name, recipe in recipes.items())


def _keras() -> Iterator[Case]:
    adam: dict[str, Any] = {"optimizer": "adam_keras", "initialisation": "keras"}
    sgd: dict[str, Any] = {"optimizer": "sgd", "learning_rate": 0.5, "momentum": 0.9, "initialisation": "keras"}
    yield Case("keras", "document-b", Recipe(PAPER_B, **adam), d=29)
    yield Case("keras", "document-b-epochs", Recipe(PAPER_B, epochs=3, **adam), d=29, epochs=True)
    yield Case("keras", "activations-l2", Recipe(WORDS.replace("selu", "selu l2=1e-3"), **adam), d=29)
    yield Case("keras", "sgd-momentum", Recipe(PAPER_A, batch_size=100, **sgd))
    yield Case("keras", "sgd-nesterov", Recipe(PAPER_A, batch_size=100, nesterov=True, **sgd))
    yield Case("keras", "mae", Recipe(PAPER_A, batch_size=100, loss="mae", **adam))
    yield Case("keras", "huber", Recipe(PAPER_A, batch_size=100, loss="huber", huber_delta=0.2, **adam))
    yield Case("keras", "bce", Recipe(PAPER_A, batch_size=100, loss="bce", **adam))


CASES = (*_pytorch(), *_keras())


def first_weights(case: Case, dtype: str) -> dict[str, np.ndarray]:
    """Draw the weights that every library starts the case from, by the names that trasunto gives them."""
    random = np.random.default_rng(FIRST_WEIGHTS)
    arrays = case.recipe.structure.on(case.d, classes=CLASSES).arrays
    return {
        name: random.uniform(-(array.fan_in**-0.5), array.fan_in**-0.5, array.shape).astype(dtype)
        for name, array in arrays.items()
    }


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    table = load("mnist")
    assert table.y is not None
    return table.x[: STEPS * 100] / 255.0, table.y[: STEPS * 100].astype(np.int64)


def _rows(case: Case) -> np.ndarray:
    """Return rows (n, d): whole images, or the middle of each, moved so that inputs have both signs."""
    images, _ = _digits()
    middle = (784 - case.d) // 2
    return images if case.d == 784 else images[:, middle : middle + case.d] - 0.3


def minibatches(case: Case, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the 20 minibatches of a case: rows (20, b, d) and their classes (20, b)."""
    n = STEPS * case.recipe.batch_size
    x, y = _rows(case)[:n], _digits()[1][:n]
    return x.reshape(STEPS, -1, case.d).astype(dtype), y.reshape(STEPS, -1)


def epoch_rows(case: Case, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows (1010, d) that an epoch goes through, and the others (300, d)."""
    x = _rows(case).astype(dtype)
    return x[:1010], x[1010:1310]
