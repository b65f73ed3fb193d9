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
from trasunto.spec.legal import DEFAULTED, LEGAL, NUMBERS, WEIGHED, defaults, unused
from trasunto.spec.network import Network
from trasunto.spec.notation import parse
from trasunto.spec.structure import Structure


@dataclass(frozen=True, init=False)
class Recipe:
    """How one network is built and trained; :func:`trasunto.spec.legal.describe` explains every field.

    Parameters
    ----------
    network
        The layers, as text or as a :class:`Network`; the field is always a :class:`Network`.
    momentum, beta1, beta2, epsilon, decay, weight_decay, huber_delta
        None stands for the default of the optimizer or the loss, and the field then holds that default: a default and
        the same number written out are one recipe. A number that they do not take is refused, and its field is None.
    loss
        "bce" needs an output of sigmoid; "cross_entropy" trains the encoder and a linear head on the latent layer to
        tell the table's labels, and leaves the decoder out.
    frozen
        "encoder" keeps the encoder's weights as they start.
    corruption, noise
        What training does to a row before the encoder sees it, anew in every step: "gaussian" adds noise of that
        deviation, "masking" sets that share of the values to 0, "swap" takes that share from other rows of the
        minibatch. The loss is against the row as it was.
    tied
        The decoder's kernels are the encoder's, transposed; its biases are its own.
    contraction
        Weight of the encoder's squared derivative (Rifai et al. 2011, eq. 5) divided by the number of features.
    clip_norm
        Gradients longer than this are shortened to it, over all weights of a network together.
    schedule, schedule_epochs, schedule_factor
        The learning rate's course, an epoch at a time: "cosine" falls to `schedule_factor` of it over `schedule_epochs`
        (by default the recipe's own, and a field from then on), "step" is multiplied by `schedule_factor` every
        `schedule_epochs`, "plateau" whenever the held-out loss has not fallen for so many.
    agreement
        Also measure ``accuracy``: the share of rows whose largest output is at the same feature as their largest input,
        which is what Keras calls so with a squared error.

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

    network: Network
    loss: str
    optimizer: str
    learning_rate: float
    momentum: float | None
    nesterov: bool
    beta1: float | None
    beta2: float | None
    epsilon: float | None
    decay: float | None
    weight_decay: float | None
    huber_delta: float | None
    batch_size: int
    epochs: int
    initialisation: str
    validation: float
    order_seed: int
    frozen: str
    corruption: str
    noise: float | None
    tied: bool
    contraction: float
    clip_norm: float
    schedule: str
    schedule_epochs: float | None
    schedule_factor: float | None
    agreement: bool

    # Written out, where a dataclass would make one, because it takes more than the fields hold: text, and None.
    def __init__(
        self,
        network: str | Network,
        *,
        loss: str = "mse",
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        momentum: float | None = None,
        nesterov: bool = False,
        beta1: float | None = None,
        beta2: float | None = None,
        epsilon: float | None = None,
        decay: float | None = None,
        weight_decay: float | None = None,
        huber_delta: float | None = None,
        batch_size: int = 64,
        epochs: int = 20,
        initialisation: str = "torch",
        validation: float = 0.0,
        order_seed: int = 0,
        frozen: str = "",
        corruption: str = "",
        noise: float | None = None,
        tied: bool = False,
        contraction: float = 0.0,
        clip_norm: float = 0.0,
        schedule: str = "constant",
        schedule_epochs: float | None = None,
        schedule_factor: float | None = None,
        agreement: bool = False,
    ) -> None:
        for name, value in _checked(dict(locals())).items():
            object.__setattr__(self, name, value)

    @property
    def structure(self) -> Structure:
        """What the recipe's program is compiled for."""
        return Structure(
            layers=tuple(layer.outline for layer in self.network.layers),
            latent=self.network.latent,
            output=self.network.output,
            loss=self.loss,
            optimizer=self.optimizer,
            nesterov=self.nesterov,
            batch_size=self.batch_size,
            initialisation=self.initialisation,
            frozen=self.frozen,
            corruption=self.corruption,
            tied=self.tied,
            contractive=self.contraction > 0,
            clipped=self.clip_norm > 0,
            agreement=self.agreement,
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
        at_default = self._defaults
        kept = {name: value for name, value in self._values().items() if value != at_default.get(name)}
        return Recipe(**{**kept, **changes})

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
    def _defaults(self) -> dict[str, float]:
        return defaults(self.optimizer, self.loss, self.corruption, self.schedule)

    def _values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _refuse_unknown(names: Iterable[str]) -> None:
    for name in names:
        if name not in Recipe.__dataclass_fields__:
            raise one_of("recipe field", name, list(Recipe.__dataclass_fields__), RecipeError)


def _checked(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every field, legal and with its default in place."""
    names = [field.name for field in fields(Recipe) if field.name != "network"]
    fixed = {name: LEGAL[name].check(name, asked[name]) for name in names if name not in DEFAULTED}
    network = _network(asked["network"])
    if fixed["loss"] == "bce" and network.output != "sigmoid":
        raise RecipeError(f"loss 'bce' needs a network that ends in sigmoid, and this one ends in {network.output}")
    if fixed["nesterov"] and fixed["optimizer"] != "sgd":
        raise RecipeError(f"nesterov is for optimizer 'sgd' and cannot be set with '{fixed['optimizer']}'")
    taken = _taken(asked, fixed)
    if fixed["tied"]:
        _refuse_untieable(network, str(fixed["loss"]))
    return {"network": network, **fixed, **taken}


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
