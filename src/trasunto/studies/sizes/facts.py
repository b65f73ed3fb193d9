"""Error of networks that differ in one size, beside PCA, as facts read from curves.

Errors are mean squared errors per feature: lower is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trasunto.studies.divergence import Kept
from trasunto.studies.evidence import Course, Estimate, Verdict, course, estimate, last_fall, side
from trasunto.studies.findings import Request, Train
from trasunto.studies.tabular_facts import Linear, principal, read
from trasunto.studies.tabular_networks import LayerTable, layer_table

if TYPE_CHECKING:
    from trasunto.data import Table

NOTHING_LEFT = 1e-12
"""A PCA error at or below this is rounding: as many components as features leave nothing to compare with."""


@dataclass(frozen=True)
class Size:
    """One size after the last epoch, beside PCA.

    Attributes
    ----------
    size
        Number of hidden units, hidden layers a side or latent units.
    widened
        Whether it is the shallowest network with as many parameters as the deepest.
    train_error, test_error
        On training rows, averaged over the last epoch while training, and on test rows.
    against_pca
        Whether the test error is "less" or "more" than PCA's by its whole interval over seeds, else "open".
    times_pca
        Test error over PCA's; None where PCA leaves nothing.
    last_fall
        The share by which the mean test error fell over the last tenth of the epochs, at least over one.
    train, test
        Error by epoch.
    """

    size: int
    widened: bool
    table: LayerTable
    train_error: Estimate
    test_error: Estimate
    pca: Linear
    against_pca: Verdict
    times_pca: float | None
    last_fall: float
    train: Course
    test: Course


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the sizes reached; each study adds how it compares them.

    Attributes
    ----------
    features
        How many features a row has: as many latent units can hold all of it.
    untrained
        Mean test error before training, over all networks; None where every network diverged.
    diverged
        Seeds left out because a network diverged with them.
    sizes
        Ascending; a widened network last.
    lost
        Sizes left out because they diverged with every seed, or with too many.
    """

    features: int
    epochs: int
    seeds: int
    diverged: int
    untrained: float | None
    sizes: tuple[Size, ...]
    lost: tuple[int, ...] = ()

    @property
    def plain(self) -> tuple[Size, ...]:
        """The sizes without a widened network."""
        return tuple(size for size in self.sizes if not size.widened)


@dataclass(frozen=True, eq=False)
class Measured:
    """Networks that did not diverge, ready to be compared.

    Attributes
    ----------
    sizes
        Of each network, ascending; a widened network after them has that of the first.
    widened
        Whether the last network is a widened one.
    tables, linear
        Layers of each network, and PCA beside it.
    train, test
        Error curves, (networks, seeds, t + 1).
    diverged
        Seeds left out.
    lost
        Sizes left out.
    """

    sizes: Sequence[int]
    tables: Sequence[LayerTable]
    linear: Sequence[Linear]
    train: NDArray[np.float64]
    test: NDArray[np.float64]
    features: int
    diverged: int = 0
    lost: tuple[int, ...] = ()
    widened: bool = False

    @property
    def final(self) -> NDArray[np.float64]:
        """Test error after the last epoch, (networks, seeds)."""
        return self.test[..., -1]

    @property
    def common(self) -> dict[str, object]:
        """The fields of :class:`Facts`."""
        last = len(self.sizes) - 1
        return {
            "features": self.features,
            "epochs": self.test.shape[2] - 1,
            "seeds": self.test.shape[1],
            "diverged": self.diverged,
            "untrained": float(self.test[..., 0].mean()) if len(self.sizes) else None,
            "sizes": tuple(self._size(i, self.widened and i == last) for i in range(len(self.sizes))),
            "lost": self.lost,
        }

    def _size(self, i: int, widened: bool) -> Size:
        error, pca = estimate(self.final[i]), self.linear[i]
        return Size(
            size=self.sizes[i],
            widened=widened,
            table=self.tables[i],
            train_error=estimate(self.train[i, :, -1]),
            test_error=error,
            pca=pca,
            against_pca=side(error.low, error.high, pca.test_error),
            times_pca=error.mean / pca.test_error if pca.test_error > NOTHING_LEFT else None,
            last_fall=last_fall(self.test[i]),
            train=course(self.train[i]),
            test=course(self.test[i]),
        )


def train_sizes(table: Table, request: Request, train: Train, sizes: Sequence[int]) -> Measured:
    """Train the networks of a request and return those left; `sizes` may lack that of a widened network, the last.

    The widened network serves to compare the outermost sizes, and is left out where one of them is.
    """
    recipes, last = list(request.recipes), len(sizes) - 1
    found, left = read(request.carry_out(table, train), ("error",), request.epochs, len(recipes))
    shown = [place for place in left.networks if place <= last or {0, last} <= set(left.networks)]
    latent = [recipes[place].network.encoder[-1].units for place in shown]
    return Measured(
        sizes=[sizes[place if place <= last else 0] for place in shown],
        tables=[layer_table(recipes[place].network, table.d) for place in shown],
        linear=principal(table, latent) if latent else (),
        train=found["train_error"][: len(shown)],
        test=found["test_error"][: len(shown)],
        features=table.d,
        diverged=left.diverged,
        lost=_lost(left, sizes),
        widened=bool(shown) and shown[-1] > last,
    )


def _lost(left: Kept, sizes: Sequence[int]) -> tuple[int, ...]:
    return tuple(sizes[place] for place in left.lost if place < len(sizes))
