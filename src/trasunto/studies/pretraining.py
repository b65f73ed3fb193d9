"""A8: an autoencoder's encoder as the start of a classifier.

Three arms learn from the same labelled rows: from random weights, with the trained encoder kept frozen, and with the
trained encoder as a start that is trained on. Accuracies are those of the last epoch, on test rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trasunto.errors import DataError
from trasunto.studies.cells import linear_error, require_test_rows
from trasunto.studies.curves import curves
from trasunto.studies.divergence import finished
from trasunto.studies.findings import Request, Train
from trasunto.studies.paper_network import paper_recipe
from trasunto.studies.pretraining_facts import ARMS, Facts, measure
from trasunto.studies.pretraining_verdict import comparisons, conclude
from trasunto.studies.study import Study

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.spec import Recipe


@dataclass(frozen=True)
class Settings:
    """What is trained; the paper gives no size for this, so the defaults are ours.

    A classifier is the paper's encoder, its dropout included, with a linear head on the latent layer, in all three arms
    alike. Its minibatch is a tenth of the labels, within `batch_within`; it is trained for about `steps` minibatches,
    within `epochs_within`: so few labels get enough steps, and many get enough passes. The learning rate, one for all
    arms, was chosen once on test accuracy: at Adam's usual 1e-3 the head on a frozen encoder is still rising after
    10,000 steps and would look worse than it is.

    Attributes
    ----------
    labels
        How many labelled rows; more than there are stands for all.
    batch_within, epochs_within
        The smallest and the largest.
    """

    hidden: int = 64
    encoder_epochs: int = 20
    labels: tuple[int, ...] = (10, 100, 1000, 10_000, 60_000)
    seeds: int = 5
    learning_rate: float = 1e-2
    steps: int = 2000
    batch_within: tuple[int, int] = (10, 100)
    epochs_within: tuple[int, int] = (10, 300)

    @classmethod
    def reduced(cls) -> Settings:
        """Return an encoder of 5 epochs, at most 1000 labels and 3 seeds."""
        return cls(encoder_epochs=5, labels=(10, 100, 1000), seeds=3, steps=500, epochs_within=(10, 100))

    def counts(self, n: int) -> tuple[int, ...]:
        """Return the numbers of labels that `n` rows allow, ascending."""
        return tuple(sorted({min(count, n) for count in self.labels}))

    def batch_size(self, count: int) -> int:
        """Return the minibatch for so many labels."""
        smallest, largest = self.batch_within
        return min(max(count // 10, smallest), largest, count)

    def epochs_for(self, count: int) -> int:
        """Return the epochs for so many labels."""
        fewest, most = self.epochs_within
        steps_per_epoch = -(-count // self.batch_size(count))
        return min(max(-(-self.steps // steps_per_epoch), fewest), most)


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return the encoders, then the three arms for each number of labels.

    Raises
    ------
    TrasuntoError
        The table lacks labels or test rows.
    """
    _labels(table)
    asked = [_encoders(settings)]
    for count in settings.counts(table.n):
        scratch, frozen, tuned = _arms(settings, count)
        epochs = settings.epochs_for(count)
        # Without its start, which is not trained yet, the third arm would pass for the first: other seeds count it.
        later = tuple(range(settings.seeds, 2 * settings.seeds))
        asked.append(Request([scratch, frozen], settings.seeds, epochs, rows=count))
        asked.append(Request([tuned], later, epochs, rows=count))
    return tuple(asked)


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train the encoders and the classifiers, and measure their accuracy."""
    labels = _labels(table)
    cohort, counts = _encoders(settings).carry_out(table, train), settings.counts(table.n)
    (seeds,) = np.nonzero(finished(cohort, settings.encoder_epochs, 1)[0])
    encoders = {seed: cohort.members[seed].at(settings.encoder_epochs).weights for seed in seeds.tolist()}
    accuracy = np.empty((len(counts), len(ARMS), 0))
    if encoders:
        accuracy = np.stack([_accuracies(table, labels, count, encoders, settings, train) for count in counts])
    errors = curves(cohort.frame(), cohort.history(), "test_error", settings.encoder_epochs, 1)[0, seeds]
    return measure(
        counts,
        accuracy,
        settings.encoder_epochs,
        asked=settings.seeds,
        encoder=errors[:, (0, -1)] if encoders else None,
        pca=linear_error(table, str(paper_recipe(settings.hidden).network), "mse"),
    )


def _encoders(settings: Settings) -> Request:
    epochs = settings.encoder_epochs
    return Request(paper_recipe(settings.hidden), settings.seeds, epochs, (epochs,))


def _arms(settings: Settings, count: int) -> list[Recipe]:
    """Return the recipe of each arm, in the order of `ARMS`: scratch and fine-tuned differ in their start only."""
    from trasunto.spec import Recipe

    recipe = Recipe(
        paper_recipe(settings.hidden).network,
        loss="cross_entropy",
        optimizer="adam",
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size(count),
        initialisation="torch",
    )
    return [recipe, recipe.replace(frozen="encoder"), recipe]


def _accuracies(
    table: Table, labels: NDArray[Any], count: int, encoders: Mapping[int, Any], settings: Settings, train: Train
) -> NDArray[np.float64]:
    """Return the accuracy of each arm and seed with `count` labels, (arms, seeds); NaN where a classifier diverged."""
    epochs, found = settings.epochs_for(count), []
    for rows, seeds in _subsets(table, labels, count, list(encoders)):
        starts = [None if arm == "scratch" else encoders[seed] for arm in ARMS for seed in seeds]
        cohort = train(_arms(settings, count), rows, seeds=seeds, epochs=epochs, snapshots=(), starts=starts)
        learnt = curves(cohort.frame(), cohort.history(), "test_accuracy", epochs, len(ARMS))
        found.append(learnt[..., -1])
    return np.concatenate(found, axis=1)


def _subsets(table: Table, labels: NDArray[Any], count: int, seeds: list[int]) -> Iterator[tuple[Table, list[int]]]:
    """Yield the labelled rows and the seeds that learn from them: its own for each seed, unless all rows are used."""
    from trasunto.data.splits import stratified_rows

    if count == table.n:
        yield table, seeds
        return
    for seed in seeds:
        yield table.take(stratified_rows(labels, count, seed)), [seed]


def _labels(table: Table) -> NDArray[Any]:
    require_test_rows(table, "pretraining")
    if table.y is None or table.test is None or table.test.y is None:
        raise DataError(
            f"study 'pretraining' trains classifiers, and {table.provenance} lacks labels: give data with labels for "
            "training and test rows"
        )
    return table.y


STUDY = Study(
    name="pretraining",
    question="Does an autoencoder's encoder make a better start for a classifier than random weights?",
    settings=Settings,
    requests=requests,
    investigate=investigate,
    conclude=conclude,
    comparisons=comparisons,
    pictures="trasunto.figures.pretraining:pictures",
)
