"""B4: how many latent units against the loss.

Errors are mean squared errors per feature of standardised rows: lower is better. The networks carry no penalties, so
that loss and error are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trasunto.studies.cells import require_test_rows
from trasunto.studies.findings import Request, Train
from trasunto.studies.latent_loss_facts import Facts, measure
from trasunto.studies.latent_loss_verdict import comparisons, conclude
from trasunto.studies.tabular_facts import principal, read, require_some
from trasunto.studies.tabular_networks import latent_recipe, layer_table

if TYPE_CHECKING:
    from trasunto.data import Table

__all__ = ["Facts", "Settings", "comparisons", "conclude", "investigate", "measure", "requests"]


@dataclass(frozen=True)
class Settings:
    """What is trained; the defaults are the paper's size, of which it gives the networks alone.

    Attributes
    ----------
    latent
        Numbers of latent units.
    worthwhile
        The share that a doubling of them must take off the held-out error to be called a gain.
    """

    latent: tuple[int, ...] = (4, 8, 16, 32)
    epochs: int = 100
    seeds: int = 10
    worthwhile: float = 0.05

    @classmethod
    def reduced(cls) -> Settings:
        """Return every size, but 12 epochs and 3 seeds."""
        return cls(epochs=12, seeds=3)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of latent units in ascending order, each once."""
        return tuple(sorted(set(self.latent)))


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return one network per size.

    Raises
    ------
    TrasuntoError
        The table has no test rows, or no size is asked for.
    """
    require_some("latent-loss", latent=settings.latent)
    require_test_rows(table, "latent-loss")
    return (Request([latent_recipe(size) for size in settings.sizes], settings.seeds, settings.epochs),)


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train the sizes and measure them beside PCA."""
    (request,) = requests(table, settings)
    found, left = read(request.carry_out(table, train), ("error",), settings.epochs, len(settings.sizes))
    sizes = [settings.sizes[place] for place in left.networks]
    return measure(
        sizes,
        [layer_table(request.recipes[place].network, table.row_shape) for place in left.networks],
        found["train_error"],
        found["test_error"],
        principal(table, sizes),
        settings.worthwhile,
        diverged=left.diverged,
        lost=tuple(settings.sizes[place] for place in left.lost),
        features=table.d,
    )
