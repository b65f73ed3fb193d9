"""What is told while a detector is made: of its own networks, and of those that only set its threshold."""

from __future__ import annotations

from trasunto.api.watching import Foresight, Tally, Told, Watcher
from trasunto.cohort.compiling import Compiling
from trasunto.cohort.cost import Cost
from trasunto.cohort.running import Event


class Making:
    """How the making of a detector goes.

    Parameters
    ----------
    networks, epochs
        How many there are in the detector, and for how many epochs each is trained at most.
    folds
        How many times as many are trained to set the threshold.
    watch
        Told of it.
    """

    def __init__(self, networks: int, epochs: int, folds: int, watch: Watcher | None) -> None:
        self._watch, self._tally, self._compiling = watch, Tally(networks), Compiling()
        self._stage, self._done, self._own = "training", 0, networks * epochs
        self._all = max((1 + folds) * self._own, 1)
        self._foresight: Foresight | None = None

    def foresee(self, cost: Cost) -> None:
        """Tell how long it takes, too, given what all networks cost on the reference machine."""
        self._foresight = Foresight(cost)

    def train(self, event: Event) -> None:
        """Note an epoch of the detector's networks."""
        self._tally.take(event)
        self._count(event)

    def cross_fit(self, event: Event) -> None:
        """Note an epoch of networks that set the threshold."""
        if self._stage == "training":
            self._stage, self._done = "cross-fitting", self._own
        self._count(event)

    def compile(self, compiling: Compiling) -> None:
        """Note how the programs stand."""
        self._compiling = compiling
        self._tell()

    def measure(self) -> None:
        """Note that all is trained."""
        self._stage, self._done = "measuring", self._all
        self._tell()

    def _count(self, event: Event) -> None:
        self._done += int(event.trained.sum()) if event.epoch else 0
        self._tell()

    def _tell(self) -> None:
        if self._watch is not None:
            share = min(self._done / self._all, 1.0)
            networks = self._tally.networks if self._stage == "training" else None
            forecast = None if self._foresight is None else self._foresight.at(share, self._compiling)
            self._watch(Told(self._stage, share, networks, self._compiling, forecast))
