"""Layers and networks, and their canonical text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import prod

from trasunto.errors import RecipeError, one_of
from trasunto.spec.digits import shortest
from trasunto.spec.layers.kind import RowShape, shaped
from trasunto.spec.legal import ACTIVATIONS, CHOICES, NUMBERS, OPTIONS
from trasunto.spec.parts import LayerShape, parts


@dataclass(frozen=True)
class Layer:
    """A layer; as text, ``64 sigmoid drop=0.1``.

    Parameters
    ----------
    units
        Width of the layer.
    activation
        One of :data:`trasunto.spec.legal.ACTIVATIONS`; ``normal`` too, where the layer is a variational latent.
    drop
        Share of the layer's outputs dropped while training.
    l1, l2
        Weights of the activity penalties: the layer's summed absolute or squared outputs, per row of the minibatch.
    kl
        With ``normal``: weight of the divergence from the standard normal, 1 (the evidence lower bound) unless given; 0
        draws without pulling towards anything.
    kind
        One of :data:`trasunto.spec.legal.LAYERS`; "normal" where the activation is.
    """

    units: int
    activation: str
    drop: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    kl: float | None = None
    kind: str = "dense"

    def __post_init__(self) -> None:
        CHOICES["latent activation"].check("activation", self.activation)
        CHOICES["layer"].check("kind", self.kind)
        if self.variational:
            object.__setattr__(self, "kind", "normal")
        elif self.kind == "normal":
            raise RecipeError(f"a 'normal' layer has no activation of its own, and this one has '{self.activation}'")
        if self.kl is None:
            object.__setattr__(self, "kl", 1.0 if self.variational else 0.0)
        for name in ("units", *OPTIONS):
            object.__setattr__(self, name, NUMBERS[name].check(name, getattr(self, name)))
        if self.kl and not self.variational:
            raise RecipeError(f"kl is for a latent layer whose activation is 'normal', not '{self.activation}'")

    @property
    def variational(self) -> bool:
        """Whether the layer draws from a normal distribution that it describes: two sums a unit, mean and spread."""
        return self.activation == "normal"

    @property
    def legal_options(self) -> tuple[str, ...]:
        """The options that the layer carries or could carry."""
        return tuple(name for name in OPTIONS if name != "kl" or self.variational)

    @property
    def options(self) -> dict[str, float]:
        """The options in use, in canonical order: those that are not zero, and the kl of a variational layer."""
        return {name: getattr(self, name) for name in self.legal_options if name == "kl" or getattr(self, name)}

    @property
    def outline(self) -> LayerShape:
        """The layer without its numbers."""
        return LayerShape(self.units, self.activation, tuple(self.options), self.kind)

    def __str__(self) -> str:
        options = [f"{name}={shortest(value)}" for name, value in self.options.items()]
        return " ".join([*map(str, self.outline.words), *options])


@dataclass(frozen=True)
class LayerRow:
    """A row of a network's layer table, as Keras prints it.

    Attributes
    ----------
    layer
        "encoder 1", "latent", "decoder 1", "output"; "input" where a table has it, which has no activation.
    width
        How many values it gives.
    penalty
        Weight of the layer's activity L1 in the loss; 0 where it has none.
    """

    layer: str
    activation: str
    width: int
    parameters: int
    penalty: float = 0.0


@dataclass(frozen=True)
class Network:
    """An autoencoder's layers: the encoder up to and with the latent layer, the decoder, the output's activation.

    The output layer is as wide as the input, so a network fits rows of any number of features. ``str(network)`` is
    the canonical text, which :func:`trasunto.spec.notation.parse` reads back as an equal network.
    """

    encoder: tuple[Layer, ...]
    decoder: tuple[Layer, ...]
    output: str

    def __post_init__(self) -> None:
        CHOICES["activation"].check("output activation", self.output)
        for side in ("encoder", "decoder"):
            object.__setattr__(self, side, tuple(getattr(self, side)))  # a list would make the network unhashable
        if not self.encoder:
            raise RecipeError("a network needs at least one layer in its encoder: the last of them is the latent layer")
        for number, layer in enumerate(self.layers, 1):
            if layer.variational and number != len(self.encoder):
                raise RecipeError(
                    f"layer {number} is 'normal', which only the latent layer can be (legal: {', '.join(ACTIVATIONS)})"
                )

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All hidden layers, from input to output."""
        return self.encoder + self.decoder

    @property
    def latent(self) -> int:
        """Where the latent layer stands in `layers`, counted from 0."""
        return len(self.encoder) - 1

    @property
    def options(self) -> dict[str, float]:
        """Every layer's options that are not zero, named like ``"1.drop"``; layers are counted from 1."""
        return {f"{i}.{name}": value for i, layer in enumerate(self.layers, 1) for name, value in layer.options.items()}

    @property
    def option_names(self) -> tuple[str, ...]:
        """The name of every option that a layer carries or could carry."""
        return tuple(f"{i}.{name}" for i, layer in enumerate(self.layers, 1) for name in layer.legal_options)

    def with_options(self, options: Mapping[str, float]) -> Network:
        """Return the network with some layers' options set, named as in `options`."""
        layers = list(self.layers)
        for place, value in options.items():
            if place not in self.option_names:
                raise one_of("layer option", place, self.option_names, RecipeError)
            number, name = place.split(".")
            layers[int(number) - 1] = Layer(**{**asdict(layers[int(number) - 1]), name: value})
        return Network(tuple(layers[: len(self.encoder)]), tuple(layers[len(self.encoder) :]), self.output)

    @property
    def shape(self) -> str:
        """The network as text with every layer's options at 0: what is left of it where only numbers differ."""
        return str(self.with_options(dict.fromkeys(self.options, 0.0)))

    @property
    def mirrored(self) -> bool:
        """Whether the decoder's widths are the encoder's, reversed, so that their kernels can be tied."""
        return [layer.units for layer in self.decoder] == [layer.units for layer in reversed(self.encoder[:-1])]

    def rows(self, d: RowShape | int, *, tied: bool = False) -> tuple[LayerRow, ...]:
        """Return the layer table for rows of `d` features, or of that shape, the output layer last.

        A `tied` decoder has biases only.
        """
        before = (*(f"encoder {i}" for i in range(1, len(self.encoder))), "latent")
        names = (*before, *(f"decoder {i}" for i in range(1, len(self.decoder) + 1)), "output")
        outlines = [layer.outline for layer in self.layers]
        made = parts(outlines, self.latent, self.output, shaped(d), tied=tied)
        penalties = (*(layer.l1 for layer in self.layers), 0.0)
        return tuple(
            LayerRow(name, part.layer.activation, prod(part.size.gives), part.parameters, penalty)
            for name, part, penalty in zip(names, made, penalties, strict=True)
        )

    def parameters(self, d: RowShape | int, *, tied: bool = False) -> int:
        """Count the weights for rows of `d` features, or of that shape."""
        return sum(row.parameters for row in self.rows(d, tied=tied))

    def __str__(self) -> str:
        layers = [str(layer) for layer in self.layers]
        layers[self.latent] = f"[{layers[self.latent]}]"
        return " > ".join([*layers, self.output])
