"""A5: how many hidden units are enough.

Errors are test reconstruction errors (mean squared error per feature): lower is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trasunto.studies.cells import require_test_rows
from trasunto.studies.findings import Request, Train
from trasunto.studies.hidden_size_facts import Facts, measure
from trasunto.studies.hidden_size_verdict import comparisons, conclude
from trasunto.studies.paper_network import paper_recipe
from trasunto.studies.tabular_facts import read, require_some

if TYPE_CHECKING:
    from trasunto.analysis.baselines import LinearBaseline
    from trasunto.data import Table

__all__ = ["Facts", "Settings", "comparisons", "conclude", "investigate", "measure", "requests"]


@dataclass(frozen=True)
class Settings:
    """What is trained; the defaults are the paper's size.

    Attributes
    ----------
    hidden
        Numbers of hidden units.
    worthwhile
        The share that a doubling of them must take off the test error to be called a gain.
    kept
        Epochs whose weights are kept, for the demonstration to draw from (those beyond `epochs` are left out).
    """

    hidden: tuple[int, ...] = (64, 128, 256, 512)
    epochs: int = 150
    seeds: int = 3
    worthwhile: float = 0.05
    kept: tuple[int, ...] = (10, 50, 100)

    @classmethod
    def reduced(cls) -> Settings:
        """Return every size, but 5 epochs and 2 seeds."""
        return cls(epochs=5, seeds=2, kept=(2,))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of hidden units in ascending order, each once."""
        return tuple(sorted(set(self.hidden)))


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return one network per size.

    Raises
    ------
    TrasuntoError
        The table has no test rows, or no size is asked for.
    """
    require_some("hidden-size", hidden=settings.hidden)
    require_test_rows(table, "hidden-size")
    recipes = [paper_recipe(hidden) for hidden in settings.sizes]
    kept = tuple(epoch for epoch in settings.kept if epoch <= settings.epochs)
    return (Request(recipes, settings.seeds, settings.epochs, kept),)


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train the sizes and measure them beside PCA."""
    (request,) = requests(table, settings)
    found, left = read(request.carry_out(table, train), ("error",), settings.epochs, len(settings.sizes))
    sizes = [settings.sizes[place] for place in left.networks]
    return measure(
        sizes,
        [request.recipes[place].parameters(table.row_shape) for place in left.networks],
        found["train_error"],
        found["test_error"],
        _linear(table, sizes),
        settings.worthwhile,
        diverged=left.diverged,
        lost=tuple(settings.sizes[place] for place in left.lost),
    )


def _linear(table: Table, sizes: Sequence[int]) -> tuple[LinearBaseline, ...]:
    from trasunto.analysis.baselines import principal_components

    assert table.test is not None
    if not sizes:
        return ()
    return principal_components(table.values(), table.test.values(), sizes)
