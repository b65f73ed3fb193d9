"""A recipe: everything about one network's training but its seed and its rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from numpy.typing import ArrayLike

from trasunto.errors import RecipeError, one_of
from trasunto.spec.grid import Grid, product
from trasunto.spec.layers import KINDS
from trasunto.spec.layers.kind import RowShape
from trasunto.spec.legal import DEFAULTED, FIELDS, LEGAL, NUMBERS, WEIGHED, RecipeFields, defaults, unused
from trasunto.spec.network import Network
from trasunto.spec.notation import parse
from trasunto.spec.structure import Structure


class NetworkField:
    """A field that is given as a :class:`Network` or its text, and holds the network."""

    def __get__(self, recipe: Recipe | None, owner: type) -> Network:
        if recipe is None:  # a class has no network, by which a dataclass learns that the field has no default
            raise AttributeError("network")
        network: Network = vars(recipe)["network"]
        return network

    def __set__(self, recipe: Recipe, given: str | Network) -> None:
        vars(recipe)["network"] = _network(given)


@dataclass(frozen=True)
class Recipe(RecipeFields):  # type: ignore[misc]  # whose fields are as frozen
    """How one network is built and trained: its layers, and the fields that docs/recipe.md explains one by one.

    A number of which nothing is said stands at the default of the optimizer, loss, corruption or schedule that takes
    it, and the field then holds that default: a default and the same number written out are one recipe. A number that
    none of them takes is refused, and its field is None.

    Parameters
    ----------
    network
        The layers, as text or as a :class:`Network`.
    loss
        "bce" needs an output of sigmoid; "cross_entropy" trains the encoder and a linear head on the latent layer to
        tell the table's labels, and leaves the decoder out.
    corruption
        Anew in every step, "gaussian" adds noise of deviation `noise` to a row, "masking" sets that share of the values
        to 0, "swap" takes that share from other rows of the minibatch. The loss is against the row as it was.
    tied
        The biases of a tied decoder are its own.
    contraction
        Weight of the encoder's squared derivative (Rifai et al. 2011, eq. 5) divided by the number of features.
    schedule
        An epoch at a time: "cosine" falls to `schedule_factor` of the learning rate over `schedule_epochs` (by default
        the recipe's own, and a field from then on), "step" is multiplied by `schedule_factor` every `schedule_epochs`,
        "plateau" whenever the held-out loss has not fallen for so many.
    agreement
        What this measures is what Keras calls accuracy with a squared error.
    frozen
        "encoder" keeps the encoder's weights as they start.

    Raises
    ------
    RecipeError
        If the values describe no network that can be trained.

    Examples
    --------
    >>> recipe = Recipe("[64 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.95, batch_size=1000)
    >>> recipe.numbers
    {'learning_rate': 0.95, 'momentum': 0.0, '1.drop': 0.1}
    """

    network: NetworkField = NetworkField()

    def __post_init__(self) -> None:
        vars(self).update(_checked(vars(self)))

    @property
    def structure(self) -> Structure:
        """What the recipe's program is compiled for."""
        return Structure(
            layers=tuple(layer.outline for layer in self.network.layers),
            latent=self.network.latent,
            output=self.network.output,
            contractive=self.contraction > 0,
            clipped=self.clip_norm > 0,
            **{name: getattr(self, name) for name in SHAPING},
        )

    @property
    def numbers(self) -> dict[str, float]:
        """The numbers of the training: those that its choices take, and layers' options such as ``"1.drop"``."""
        weighed = [name for name in WEIGHED if getattr(self, name)]
        return {
            name: getattr(self, name) for name in ("learning_rate", *self._defaults, *weighed)
        } | self.network.options

    def parameters(self, d: RowShape | int, classes: int = 0) -> int:
        """Count what is fitted to rows of `d` features, or of that shape.

        With cross_entropy, that is the encoder and a head for `classes`.
        """
        return self.structure.on(d, classes=classes).parameters

    def replace(self, **changes: Any) -> Recipe:
        """Return the recipe with some fields changed, validated anew.

        A number that stands at the default of the optimizer or loss stands at the new one's default when that is
        changed; any other number is kept, and refused where the new one does not take it.

        Examples
        --------
        >>> Recipe("[8 relu] > linear", optimizer="adam").replace(optimizer="adam_keras").epsilon
        1e-07
        """
        _refuse_unknown(changes)
        return Recipe(**{**self.said, **changes})

    def with_numbers(self, numbers: Mapping[str, float]) -> Recipe:
        """Return the recipe with some of its `numbers` changed, named as there."""
        options = {name: value for name, value in numbers.items() if "." in name}
        others = {name: value for name, value in numbers.items() if "." not in name}
        return self.replace(**{"network": self.network.with_options(options), **others})

    def grid(self, **columns: ArrayLike) -> Grid:
        """Return the full product of the values of some numbers and words, the first slowest.

        The names are those of `numbers`, and of the recipe's other fields but `network` and `epochs`; "drop", "l1" or
        "l2" alone means every layer that carries that option.

        Examples
        --------
        >>> grid = Recipe("[8 relu] > linear", optimizer="sgd").grid(learning_rate=[0.1, 0.2], momentum=[0, 0.5, 0.9])
        >>> len(grid), grid.recipe_at(1).momentum
        (6, 0.5)
        >>> grid = Recipe("[8 relu] > mirror > linear").grid(optimizer=["sgd", "adam"], tied=[True, False])
        >>> grid.recipe_at(1).optimizer, grid.recipe_at(1).tied
        ('sgd', False)
        """
        return product(self, columns)

    def to_json(self) -> str:
        """Return the recipe as one flat JSON object, with defaults written out and unused numbers left out."""
        values = self._values() | {"network": str(self.network)}
        return json.dumps({name: value for name, value in values.items() if value is not None})

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Read a recipe from JSON; what is left out is at its default.

        Raises
        ------
        RecipeError
            If it is not a JSON object, has a key that is no field, or describes no network that can be trained.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RecipeError(f"the recipe is not JSON: {error}") from None
        if not isinstance(values, dict) or "network" not in values:
            raise RecipeError("the recipe must be a JSON object with at least the key 'network'")
        _refuse_unknown(values)
        return cls(**values)

    @property
    def said(self) -> dict[str, Any]:
        """Every field but the numbers that stand at the default of an optimizer, loss, corruption or schedule."""
        at_default = self._defaults
        return {name: value for name, value in self._values().items() if value != at_default.get(name)}

    @property
    def _defaults(self) -> dict[str, float]:
        return defaults(self.optimizer, self.loss, self.corruption, self.schedule)

    def _values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in NAMES}


NAMES = ("network", *FIELDS)
"""The fields of a recipe."""

SHAPING = tuple(one.name for one in fields(Structure) if one.name in FIELDS)
"""The fields that a program is compiled for."""


def _refuse_unknown(names: Iterable[str]) -> None:
    for name in names:
        if name not in NAMES:
            raise one_of("recipe field", name, NAMES, RecipeError)


def _checked(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every field but the network, legal and with its default in place."""
    fixed = {name: LEGAL[name].check(name, asked[name]) for name in FIELDS if name not in DEFAULTED}
    network: Network = asked["network"]
    if fixed["loss"] == "bce" and network.output != "sigmoid":
        raise RecipeError(f"loss 'bce' needs a network that ends in sigmoid, and this one ends in {network.output}")
    if fixed["nesterov"] and fixed["optimizer"] != "sgd":
        raise RecipeError(f"nesterov is for optimizer 'sgd' and cannot be set with '{fixed['optimizer']}'")
    taken = _taken(asked, fixed)
    if fixed["tied"]:
        _refuse_untieable(network, str(fixed["loss"]))
    return {**fixed, **taken}


def _refuse_untieable(network: Network, loss: str) -> None:
    if loss == "cross_entropy":
        raise RecipeError("tied is for networks with a decoder, and loss 'cross_entropy' leaves it out")
    if network.encoder[-1].variational:
        raise RecipeError("tied needs a latent layer that is not 'normal', whose kernel holds means and spreads")
    for kind in (layer.kind for layer in network.layers if not KINDS[layer.kind].tieable):
        raise RecipeError(f"tied is for layers whose kernels can be transposed, and a '{kind}' layer has none")
    if not network.mirrored:
        raise RecipeError("tied needs a decoder as wide as the encoder reversed: write 'mirror' after the latent layer")


def _network(given: object) -> Network:
    if isinstance(given, Network):
        return given
    if isinstance(given, str):
        return _parsed(given)
    raise RecipeError(f"network must be a text like '[64 sigmoid] > sigmoid' or a Network, not {type(given).__name__}")


# Thousands of recipes are read that differ in a number and share their network.
_parsed = lru_cache(maxsize=64)(parse)


def _taken(asked: Mapping[str, Any], fixed: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the numbers whose default a choice of the recipe decides; None where none of them takes it."""
    optimizer, loss = str(fixed["optimizer"]), str(fixed["loss"])
    of_choices = defaults(optimizer, loss, str(fixed["corruption"]), str(fixed["schedule"]))
    taken: dict[str, float | None] = dict.fromkeys(DEFAULTED) | of_choices
    for name in DEFAULTED:
        if asked[name] is None:
            continue
        if taken[name] is None:
            raise unused(name, optimizer, loss)
        taken[name] = NUMBERS[name].check(name, asked[name])
    if fixed["corruption"] in ("masking", "swap") and (taken["noise"] or 0) > 1:
        word, noise = fixed["corruption"], taken["noise"]
        raise RecipeError(f"noise is the share of values for corruption '{word}': a number in [0, 1], not {noise}")
    if taken["schedule_epochs"] == 0:
        if fixed["schedule"] != "cosine":
            raise RecipeError(f"schedule_epochs must be above 0 with schedule '{fixed['schedule']}'")
        taken["schedule_epochs"] = float(max(fixed["epochs"], 1))
    return taken
