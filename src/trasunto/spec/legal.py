"""Every legal word, range and default of a recipe, declared once.

Validation, the command line's help, the documentation and every "did you mean" read them from here. A new activation,
loss or optimizer is one entry below and one function under ``nets/``.
"""

from __future__ import annotations

from collections.abc import Mapping

from trasunto.errors import RecipeError
from trasunto.spec.digits import shortest
from trasunto.spec.rules import Choice, Number, Switch

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "softplus", "linear")
INITIALISATIONS = ("torch", "keras")
FROZEN = ("", "encoder")

OPTIONS = ("drop", "l1", "l2")
"""The numbers that a layer can carry, in the order in which the notation writes them."""

LOSSES: Mapping[str, Mapping[str, float]] = {
    "mse": {},
    "mae": {},
    "huber": {"huber_delta": 1.0},
    "bce": {},
    "cross_entropy": {},
}
"""Each loss with the numbers that it takes and their defaults."""

OPTIMIZERS: Mapping[str, Mapping[str, float]] = {
    "sgd": {"momentum": 0.0},
    "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    "adam_keras": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7},
    "adamw": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 1e-2},
    "rmsprop": {"decay": 0.99, "epsilon": 1e-8, "momentum": 0.0},
}
"""Each optimizer with the numbers that it takes beside the learning rate and their defaults (PyTorch's or Keras's)."""

_COUNT = 10**9

NUMBERS: Mapping[str, Number] = {
    "learning_rate": Number("size of a step", above=True),
    "momentum": Number("share of the last step that is kept", high=1),
    "beta1": Number("decay of Adam's mean of gradients", high=1),
    "beta2": Number("decay of Adam's mean of squared gradients", high=1),
    "epsilon": Number("what keeps the optimizer from dividing by 0", above=True),
    "decay": Number("decay of RMSprop's mean of squared gradients (PyTorch's alpha)", high=1),
    "weight_decay": Number("share of the weights, times the learning rate, taken off in a step"),
    "huber_delta": Number("error at which the Huber loss turns from squared to absolute", above=True),
    "batch_size": Number("rows of a minibatch", low=1, high=_COUNT, whole=True),
    "epochs": Number("passes over the training rows", high=_COUNT, whole=True),
    "validation": Number("share of the training rows, the last ones, held out", high=1),
    "order_seed": Number("seed of the order of rows, shared by members so that they compare", high=2**32, whole=True),
    "seed": Number("seed of the initial weights and of dropout", high=2**32, whole=True),
    "units": Number("width of a layer", low=1, high=_COUNT, whole=True),
    "drop": Number("share of a layer's outputs dropped while training", high=1),
    "l1": Number("weight of the layer's summed absolute outputs, per row, in the loss"),
    "l2": Number("weight of the layer's summed squared outputs, per row, in the loss"),
}

CHOICES: Mapping[str, Choice] = {
    "activation": Choice("what a layer does to its weighted sums", ACTIVATIONS),
    "loss": Choice("what training makes small", tuple(LOSSES)),
    "optimizer": Choice("how a gradient becomes a step", tuple(OPTIMIZERS)),
    "initialisation": Choice("whose convention the initial weights follow", INITIALISATIONS),
    "frozen": Choice("which layers keep the weights they start with", FROZEN),
}

SWITCHES: Mapping[str, Switch] = {"nesterov": Switch("whether sgd looks ahead along its momentum")}

LEGAL: Mapping[str, Number | Choice | Switch] = {**NUMBERS, **CHOICES, **SWITCHES}
"""The rule for every named value."""

DEFAULTED = tuple(dict.fromkeys(name for takes in (*OPTIMIZERS.values(), *LOSSES.values()) for name in takes))
"""The numbers whose default, and whether they are used at all, the optimizer or the loss decides."""


def defaults(optimizer: str, loss: str) -> dict[str, float]:
    """Return the numbers that an optimizer and a loss take beside the learning rate, at their defaults."""
    return {**OPTIMIZERS[optimizer], **LOSSES[loss]}


def unused(name: str, optimizer: str, loss: str) -> RecipeError:
    """Return the refusal of a number that neither the optimizer nor the loss takes."""
    taken = ", ".join(["learning_rate", *defaults(optimizer, loss)])
    return RecipeError(f"{name} is not used by optimizer '{optimizer}' with loss '{loss}' (they take {taken})")


def describe(name: str) -> str:
    """Return one line of help for a named value: its meaning, legal values and defaults.

    Examples
    --------
    >>> describe("momentum")
    'share of the last step that is kept: a number in [0, 1); default 0 (sgd), 0 (rmsprop)'
    """
    takers = {**OPTIMIZERS, **LOSSES}
    values = ", ".join(f"{shortest(takes[name])} ({taker})" for taker, takes in takers.items() if name in takes)
    rule = LEGAL[name]
    return f"{rule.meaning}: {rule.legal}" + (f"; default {values}" if values else "")
