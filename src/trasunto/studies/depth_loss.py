"""B2: how many hidden layers against the final loss, at equal latent size.

Errors are mean squared errors per feature of standardised rows: lower is better. The networks carry no penalties, so
that loss and error are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trasunto.spec.hourglass import hourglass_text
from trasunto.studies.cells import require_test_rows
from trasunto.studies.depth_loss_facts import Facts, measure
from trasunto.studies.depth_loss_verdict import comparisons, conclude
from trasunto.studies.findings import Request, Train
from trasunto.studies.tabular_facts import principal, read, require_some
from trasunto.studies.tabular_networks import depth_recipe, layer_table, trained_as_the_paper

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.spec import Recipe

__all__ = ["Facts", "Settings", "comparisons", "conclude", "investigate", "measure", "requests"]


@dataclass(frozen=True)
class Settings:
    """What is trained; the paper answers by argument alone, so the sizes are ours.

    Depth is the paper's: how many layers the encoder has before the latent one.

    Attributes
    ----------
    layers
        Numbers of hidden layers on each side of the latent one.
    widened
        Whether the shallowest network is trained once more, so wide that it has as many parameters as the deepest: a
        deeper network has more of them, and would else be better for either reason.
    """

    layers: tuple[int, ...] = (1, 2, 3, 4, 5)
    latent: int = 16
    epochs: int = 100
    seeds: int = 10
    widened: bool = True

    @classmethod
    def reduced(cls) -> Settings:
        """Return 12 epochs and 3 seeds, without the depths in between."""
        return cls(layers=(1, 2, 5), epochs=12, seeds=3)

    @property
    def depths(self) -> tuple[int, ...]:
        """The numbers of layers in ascending order, each once."""
        return tuple(sorted(set(self.layers)))


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return one network per depth, and last the widened one.

    Raises
    ------
    TrasuntoError
        The table has no test rows, or a depth is not defined or none asked for.
    """
    require_some("depth-loss", layers=settings.layers)
    require_test_rows(table, "depth-loss")
    recipes = [depth_recipe(layers, settings.latent) for layers in settings.depths]
    if settings.widened and len(recipes) > 1:
        recipes.append(widened_recipe(recipes[-1].parameters(table.d), settings.latent, table.d, settings.depths[0]))
    return (Request(recipes, settings.seeds, settings.epochs),)


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train the depths and compare them over seeds."""
    (request,) = requests(table, settings)
    found, left = read(request.carry_out(table, train), ("error",), settings.epochs, len(request.recipes))
    depths, last = settings.depths, len(settings.depths) - 1
    shown = [place for place in left.networks if place <= last or {0, last} <= set(left.networks)]
    chosen = slice(0, len(shown))  # the widened network, which comes last, serves to compare the outermost depths
    (linear,) = principal(table, [settings.latent])
    return measure(
        [depths[place] for place in shown if place <= last],
        [layer_table(request.recipes[place].network, table.row_shape) for place in shown],
        found["train_error"][chosen],
        found["test_error"][chosen],
        linear,
        latent=settings.latent,
        diverged=left.diverged,
        lost=tuple(depths[place] for place in left.lost if place <= last),
    )


def widened_recipe(parameters: int, latent: int, d: int, layers: int = 1) -> Recipe:
    """Return the network of so many layers a side whose width, one for all of them, comes nearest to `parameters`.

    Examples
    --------
    >>> widened_recipe(29421, 16, 29).parameters(29)
    29393
    """
    widths = range(1, max(2, parameters // (2 * (d + latent)) + 2))
    recipes = (
        trained_as_the_paper(hourglass_text([width] * layers, latent, latent_activation="relu")) for width in widths
    )
    return min(recipes, key=lambda recipe: abs(recipe.parameters(d) - parameters))
