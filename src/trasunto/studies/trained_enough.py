"""Check that networks learnt enough for a verdict on the differences between them.

Errors are mean squared errors per feature (a pixel is one): lower is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trasunto.studies.phrases import error

NEAR_UNTRAINED = 0.9
"""A network that leaves at least this share of its error before training has hardly been trained."""

FAR_FROM_PCA = 10.0
"""A network that leaves at least this many times what PCA does has not reached what it could."""

ROUNDING = 1e-6
"""A PCA error up to this share of the untrained one is float32's rounding: PCA leaves nothing."""

FAR_FROM_NOTHING = 0.5
"""Where PCA leaves nothing, a network that leaves at least this share of its untrained error has not reached it."""


@dataclass(frozen=True)
class Reached:
    """What one network came to.

    Attributes
    ----------
    name
        What distinguishes it: "with 64 hidden units".
    error
        After training, on rows that it did not learn from, mean over seeds.
    untrained
        The same before training; None where it is not known.
    pca
        What PCA leaves with as many components as there are latent units; None where there is none to compare with.
    """

    name: str
    error: float
    untrained: float | None = None
    pca: float | None = None

    @property
    def enough(self) -> bool:
        """Whether the network is well below its untrained error and, if worse than PCA, not far from it."""
        if self.pca is not None and not self._exact and self.error >= FAR_FROM_PCA * self.pca:
            return False
        if self.untrained is None:
            return True
        return self.error < (FAR_FROM_NOTHING if self._exact else NEAR_UNTRAINED) * self.untrained

    @property
    def said(self) -> str:
        """What it leaves, beside what it left untrained and what PCA does."""
        before = "" if self.untrained is None else f", {error(self.untrained)} untrained"
        left = "" if self.pca is None else "nothing" if self._exact else error(self.pca)
        linear = f"; PCA with as many components leaves {left}" if left else ""
        return f"leaves an error of {error(self.error)}{before}{linear}"

    @property
    def _exact(self) -> bool:
        """Whether PCA leaves nothing but rounding, as with as many components as features."""
        return self.pca is not None and self.pca <= ROUNDING * (self.untrained or 1.0)


def too_little(reached: Sequence[Reached], after: str, *, chosen: bool = False) -> str | None:
    """Return the verdict on networks none of which was trained enough, or None where one was.

    Parameters
    ----------
    reached
        Every network that is compared.
    after
        How long they were trained, as in "5 epochs".
    chosen
        Whether `reached` holds the best of many already.

    Examples
    --------
    >>> too_little([Reached("with 8 units", 0.98, 1.0, 0.5), Reached("with 16 units", 0.97, 1.0, 0.3)], "2 epochs")
    'Not trained enough to tell: after 2 epochs the best network, with 16 units, leaves an error of 0.9700, 1.0000 \
untrained; PCA with as many components leaves 0.3000.'
    >>> too_little([Reached("with 8 units", 0.6, 1.0, 0.5), Reached("with 16 units", 0.97, 1.0, 0.3)], "2 epochs")
    """
    if not reached or any(one.enough for one in reached):
        return None
    best = min(reached, key=lambda one: one.error)
    which = "the best network" if chosen or len(reached) > 1 else "the network"
    return f"Not trained enough to tell: after {after} {which}, {best.name}, {best.said}."
