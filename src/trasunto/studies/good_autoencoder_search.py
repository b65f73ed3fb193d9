"""Facts about the search for a good autoencoder.

Errors are mean squared errors per feature of standardised rows: lower is better. A network reaches the target where
its error is at most that on training rows (averaged over its last epoch, while it was learning) and on held-out rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trasunto.studies.evidence import Estimate
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import LayerTable


@dataclass(frozen=True)
class Trial:
    """One network of the search, with one seed.

    Attributes
    ----------
    stage
        "scan", "between", "settle" or "slim".
    width, activation
        Of its hidden layer on each side of the latent one, which is linear.
    train_error, test_error
        After the last epoch; None where it diverged.
    untrained
        The error on held-out rows before training; None where it is not known.
    """

    stage: str
    latent: int
    width: int
    activation: str
    network: str
    parameters: int
    seed: int
    train_error: float | None
    test_error: float | None
    reached: bool
    untrained: float | None = None


@dataclass(frozen=True)
class Best:
    """The network with the lowest held-out error among those tried with one latent size, beside PCA.

    Attributes
    ----------
    tried, reached
        How many networks were trained with that latent size, and how many of them reached the target.
    untrained
        Its error on held-out rows before training; None where it is not known.
    """

    latent: int
    tried: int
    reached: int
    network: str
    parameters: int
    train_error: float
    test_error: float
    pca: Linear
    untrained: float | None = None


@dataclass(frozen=True)
class Found:
    """The answer: the smallest latent size that reaches the target and, at it, the fewest parameters.

    Attributes
    ----------
    train_error, test_error
        Over the seeds that it was trained with and did not diverge.
    reached, seeds
        In how many of how many seeds it reached the target.
    """

    latent: int
    table: LayerTable
    train_error: Estimate
    test_error: Estimate
    reached: int
    seeds: int

    @property
    def always(self) -> bool:
        """Whether it reached the target with every seed."""
        return self.reached == self.seeds


@dataclass(frozen=True)
class Search:
    """What was tried, in the order in which it was.

    Attributes
    ----------
    features
        How many features a row has.
    most_latent
        The largest latent size allowed.
    networks
        How many networks could be trained at most.
    cut_short
        Whether a stage trained fewer networks than it would have, for want of them.
    epochs, batch_size, learning_rate
        Of each of them; the learning rate falls to 0 as a cosine.
    frontier
        By latent size.
    found
        None where no network reached the target with any seed.
    """

    features: int
    target: float
    most_latent: int
    networks: int
    cut_short: bool
    epochs: int
    batch_size: int
    learning_rate: float
    trials: tuple[Trial, ...]
    frontier: tuple[Best, ...]
    found: Found | None

    @property
    def smaller(self) -> Best | None:
        """The largest latent size tried below the one found."""
        below = [best for best in self.frontier if self.found and best.latent < self.found.latent]
        return below[-1] if below else None


def winner(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """Return the trials of the best network, one per seed; none where no network reached the target.

    Only networks with as many seeds as any successful one has are compared. Of those that reached the target with every
    seed, it is the one with the smallest latent layer and then the fewest parameters; failing that, the one that did
    with most seeds.
    """
    of: dict[str, list[Trial]] = {}
    for trial in trials:
        of.setdefault(trial.network, []).append(trial)
    able = [tried for tried in of.values() if any(trial.reached for trial in tried)]
    if not able:
        return ()
    seeds = max(map(len, able))
    best: list[Trial] = min((tried for tried in able if len(tried) == seeds), key=_rank)
    return tuple(best)


def frontier(trials: Iterable[Trial], linear: Mapping[int, Linear]) -> tuple[Best, ...]:
    """Return the best trial of each latent size, ascending; a size with which every network diverged has none."""
    of: dict[int, list[Trial]] = {}
    for trial in trials:
        of.setdefault(trial.latent, []).append(trial)
    return tuple(
        best for latent, tried in sorted(of.items()) if (best := _best(latent, tried, linear[latent])) is not None
    )


def held_out(trial: Trial) -> float:
    """Return its held-out error, infinite where it diverged."""
    return float("inf") if trial.test_error is None else trial.test_error


def _rank(tried: list[Trial]) -> tuple[int, int, int]:
    reached = sum(trial.reached for trial in tried)
    return -reached, tried[0].latent, tried[0].parameters


def _best(latent: int, tried: list[Trial], pca: Linear) -> Best | None:
    best = min(tried, key=held_out)
    if best.train_error is None or best.test_error is None:
        return None
    return Best(
        latent=latent,
        tried=len(tried),
        reached=sum(trial.reached for trial in tried),
        network=best.network,
        parameters=best.parameters,
        train_error=best.train_error,
        test_error=best.test_error,
        pca=pca,
        untrained=best.untrained,
    )
