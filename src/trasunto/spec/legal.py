"""Every field of a recipe, with its legal values and its default, declared once.

Recipes, estimators, commands and their help, searches, docs/recipe.md and every "did you mean" read them from here. A
new activation, loss or optimizer is one entry below and one function under ``nets/``; a number of its own is a field.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, Generic, Never, TypeVar, dataclass_transform

from trasunto.errors import RecipeError
from trasunto.spec.digits import shortest
from trasunto.spec.rules import Choice, Number, Switch

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "softplus", "linear")
REACH: Mapping[str, tuple[float, float]] = {
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, math.inf),
    "leaky_relu": (-math.inf, math.inf),
    "elu": (-1.0, math.inf),
    "selu": (-1.7580993408473766, math.inf),
    "gelu": (-0.16997120747990369, math.inf),
    "softplus": (0.0, math.inf),
    "linear": (-math.inf, math.inf),
}
"""The lowest and the highest value that each activation gives, limits that it only comes close to among them."""

LATENT_ACTIVATIONS = (*ACTIVATIONS, "normal")
"""Those of a latent layer: ``normal`` makes it variational, drawing from a normal distribution that it describes."""

LAYERS = ("dense", "normal")
"""Kinds of layers, each described in a file of :mod:`trasunto.spec.layers`."""

INITIALISATIONS = ("torch", "keras")
FROZEN = ("", "encoder")

OPTIONS = ("drop", "l1", "l2", "kl")
"""The numbers that a layer can carry, in the order in which the notation writes them; kl is for ``normal`` alone."""

LOSSES: Mapping[str, Mapping[str, float]] = {
    "mse": {},
    "mae": {},
    "huber": {"huber_delta": 1.0},
    "bce": {},
    "cross_entropy": {},
}
"""Each loss with the numbers that it takes and their defaults."""

LOSS_FIELDS = ("loss", *dict.fromkeys(name for takes in LOSSES.values() for name in takes))
"""The fields that say what an error is: errors of networks that differ in one do not compare."""

OPTIMIZERS: Mapping[str, Mapping[str, float]] = {
    "sgd": {"momentum": 0.0},
    "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    "adam_keras": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7},
    "adamw": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 1e-2},
    "rmsprop": {"decay": 0.99, "epsilon": 1e-8, "momentum": 0.0},
}
"""Each optimizer with the numbers that it takes beside the learning rate and their defaults (PyTorch's or Keras's)."""

CORRUPTIONS: Mapping[str, Mapping[str, float]] = {
    "": {},
    "gaussian": {"noise": 0.1},
    "masking": {"noise": 0.1},
    "swap": {"noise": 0.1},
}
"""Each corruption of the rows that training shows the encoder, with its amount."""

SCHEDULES: Mapping[str, Mapping[str, float]] = {
    "constant": {},
    "cosine": {"schedule_epochs": 0, "schedule_factor": 0.0},
    "step": {"schedule_epochs": 10, "schedule_factor": 0.1},
    "plateau": {"schedule_epochs": 10, "schedule_factor": 0.1},
}
"""Each course of the learning rate with the numbers that it takes. Cosine's epochs of 0 stand for the recipe's own."""

KINDS: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "optimizer": OPTIMIZERS,
    "loss": LOSSES,
    "corruption": CORRUPTIONS,
    "schedule": SCHEDULES,
}
"""The choices that bring numbers of their own."""

_COUNT = 10**9

Unset = TypeVar("Unset")
Class = TypeVar("Class")


def _number(default: float | None, meaning: str, low: int = 0, high: float = math.inf, *, above: bool = False) -> Any:
    """Declare a number in which members of one program may differ; at None, a choice of `KINDS` decides its default."""
    return field(default=default, metadata={"rule": Number(meaning, low, high, above), "shared": False})


def _shared(default: object, rule: Number | Choice | Switch) -> Any:
    """Declare what all members of a program have in common."""
    return field(default=default, metadata={"rule": rule, "shared": True})


@dataclass_transform(kw_only_default=True)
def _fields(cls: type[Class]) -> type[Class]:
    """Return a frozen dataclass, which type checkers take for one that is not, as it is in estimators."""
    return dataclass(frozen=True, kw_only=True)(cls)


@_fields
class TrainingFields(Generic[Unset]):
    """How a network is trained: fields that recipes, estimators and commands have, with defaults and rules.

    `Unset` is the type of a field that is left open: None in an estimator, nothing in a recipe, which has a value for
    every field but the numbers that its choices do not take.
    """

    loss: str | Unset = _shared("mse", Choice("training loss", tuple(LOSSES)))
    optimizer: str | Unset = _shared(
        "adam", Choice("optimizer, in PyTorch's form (adam_keras: in Keras's)", tuple(OPTIMIZERS))
    )
    learning_rate: float | Unset = _number(1e-3, "size of a step", above=True)
    momentum: float | None = _number(None, "share of the last step that is kept", high=1)
    nesterov: bool | Unset = _shared(False, Switch("whether sgd looks ahead along its momentum"))
    beta1: float | None = _number(None, "decay of Adam's mean of gradients", high=1)
    beta2: float | None = _number(None, "decay of Adam's mean of squared gradients", high=1)
    epsilon: float | None = _number(None, "what keeps the optimizer from dividing by 0", above=True)
    decay: float | None = _number(None, "decay of RMSprop's mean of squared gradients (PyTorch's alpha)", high=1)
    weight_decay: float | None = _number(None, "share of the weights, times the learning rate, taken off in a step")
    huber_delta: float | None = _number(
        None, "error at which the Huber loss turns from squared to absolute", above=True
    )
    batch_size: int | Unset = _shared(64, Number("rows of a minibatch", low=1, high=_COUNT, whole=True))
    epochs: int | Unset = _shared(20, Number("passes over the training rows", high=_COUNT, whole=True))
    initialisation: str | Unset = _shared(
        "torch", Choice("whose convention the initial weights follow", INITIALISATIONS)
    )
    corruption: str | Unset = _shared(
        "", Choice("what training does to rows before the encoder sees them", tuple(CORRUPTIONS))
    )
    noise: float | None = _number(
        None, "deviation of gaussian noise, in units of the rows; or share of values masked or swapped"
    )
    tied: bool | Unset = _shared(False, Switch("whether the decoder's kernels are the encoder's, transposed"))
    contraction: float | Unset = _number(
        0.0, "weight of the encoder's squared derivative, per feature, in the loss; 0 is none"
    )
    clip_norm: float | Unset = _number(0.0, "largest norm of a gradient over all weights; 0 is no limit")
    schedule: str | Unset = _shared("constant", Choice("the learning rate's course over the epochs", tuple(SCHEDULES)))
    schedule_epochs: float | None = _number(
        None, "epochs of the whole cosine, between two steps, or of patience on a plateau"
    )
    schedule_factor: float | None = _number(
        None, "share of the learning rate that the cosine ends at, or a step or a plateau leaves", high=1
    )
    agreement: bool | Unset = _shared(
        False,
        Switch("whether 'accuracy' is measured: the share of rows whose largest output is at their largest input"),
    )


@_fields
class RecipeFields(TrainingFields[Never]):
    """Everything that a recipe says beside its network."""

    validation: float = _shared(0.0, Number("share of the training rows, the last ones, held out", high=1))
    order_seed: int = _shared(
        0, Number("seed of the order of rows, shared by members so that they compare", high=2**32, whole=True)
    )
    frozen: str = _shared("", Choice("which layers keep the weights they start with", FROZEN))


FIELDS: Mapping[str, Field[Any]] = {one.name: one for one in fields(RecipeFields)}
"""The fields of a recipe beside its network, each with its default, its rule and whether members share it."""

WEIGHED = tuple(name for name, one in FIELDS.items() if not one.metadata["shared"] and one.default == 0)
"""Numbers of the whole recipe that are not in use at 0."""

WORDS = tuple(name for name, one in FIELDS.items() if one.metadata["shared"] and name != "epochs")
"""Fields that vary between programs, or their rows, and not within one."""

LEGAL: Mapping[str, Number | Choice | Switch] = {
    **{name: one.metadata["rule"] for name, one in FIELDS.items()},
    "seed": Number("seed of the initial weights and of dropout", high=2**32, whole=True),
    "units": Number("width of a layer", low=1, high=_COUNT, whole=True),
    "drop": Number("share of a layer's outputs dropped while training", high=1),
    "l1": Number("weight of the layer's summed absolute outputs, per row, in the loss"),
    "l2": Number("weight of the layer's summed squared outputs, per row, in the loss"),
    "kl": Number("weight of a normal latent's divergence from the standard normal, per feature, in the loss"),
    "activation": Choice("what a layer does to its weighted sums", ACTIVATIONS),
    "latent activation": Choice("what the latent layer does to its weighted sums", LATENT_ACTIVATIONS),
    "layer": Choice("what kind of layer it is", LAYERS),
}
"""The rule for every named value."""

NUMBERS = {name: rule for name, rule in LEGAL.items() if isinstance(rule, Number)}
CHOICES = {name: rule for name, rule in LEGAL.items() if isinstance(rule, Choice)}
SWITCHES = {name: rule for name, rule in LEGAL.items() if isinstance(rule, Switch)}

DEFAULTED = tuple(dict.fromkeys(name for kind in KINDS.values() for takes in kind.values() for name in takes))
"""The numbers whose default, and whether they are used at all, a choice of `KINDS` decides."""


def defaults(optimizer: str, loss: str, corruption: str = "", schedule: str = "constant") -> dict[str, float]:
    """Return the numbers that these choices take beside the learning rate, at their defaults."""
    return {**OPTIMIZERS[optimizer], **LOSSES[loss], **CORRUPTIONS[corruption], **SCHEDULES[schedule]}


def unused(name: str, optimizer: str, loss: str) -> RecipeError:
    """Return the refusal of a number that none of a recipe's choices takes."""
    for kind in ("corruption", "schedule"):
        takers = [word for word, takes in KINDS[kind].items() if name in takes]
        if takers:
            return RecipeError(f"{name} is not used without a {kind} that takes it ({', '.join(takers)})")
    taken = ", ".join(["learning_rate", *OPTIMIZERS[optimizer], *LOSSES[loss]])
    return RecipeError(f"{name} is not used by optimizer '{optimizer}' with loss '{loss}' (they take {taken})")


def describe(name: str, default: object = None) -> str:
    """Return one line of help for a named value: its meaning, legal values and default, the field's own if not given.

    Examples
    --------
    >>> describe("momentum")
    'share of the last step that is kept: a number in [0, 1); default 0 (sgd), 0 (rmsprop)'
    """
    rule, field = LEGAL[name], FIELDS.get(name)
    takers = {word: takes for kind in KINDS.values() for word, takes in kind.items()}
    values = ", ".join(f"{shortest(takes[name])} ({taker})" for taker, takes in takers.items() if name in takes)
    if default is None and field is not None:
        default = field.default
    if default is not None:
        values = _written(default)
    return f"{rule.meaning}: {rule.legal}" + (f"; default {values}" if values else "")


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else str(value) or "''"
