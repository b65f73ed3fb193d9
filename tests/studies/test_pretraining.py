from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Table, from_arrays
from trasunto.errors import DataError, TrasuntoError
from trasunto.figures import pictures
from trasunto.studies import STUDIES
from trasunto.studies.pretraining import Settings, requests

SMALL = Settings(encoder_epochs=2, labels=(4, 8, 99), seeds=2, steps=6, epochs_within=(3, 5))


class Member:
    """Stands in for an encoder; its weights say whose they are and when."""

    def __init__(self, seed: int, epoch: int) -> None:
        self.seed, self.epoch = seed, epoch

    def at(self, epoch: int) -> Member:
        return Member(self.seed, epoch)

    @property
    def weights(self) -> tuple[int, int]:
        return self.seed, self.epoch


class Trained:
    """Stands in for a cohort whose accuracy tells its arm, its seed and how many labels it had."""

    def __init__(self, accuracies: list[float], epochs: int, members: list[Member], lost: tuple[int, ...] = ()) -> None:
        self.lost = lost
        self._accuracies, self._epochs, self.members = accuracies, epochs, members

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"id": [str(number) for number in range(len(self.members or self._accuracies))]})

    def history(self) -> pd.DataFrame:
        if self.members:
            return pd.DataFrame(
                [
                    {"id": str(number), "epoch": epoch, "test_error": 0.2 / (1 + 9 * epoch)}
                    for number, member in enumerate(self.members)
                    for epoch in range(self._epochs + 1 if member.seed not in self.lost else 1)
                ]
            )
        return pd.DataFrame(
            [
                {"id": str(number), "epoch": epoch, "test_accuracy": accuracy * epoch / self._epochs}
                for number, accuracy in enumerate(self._accuracies)
                for epoch in range(self._epochs + 1)
            ]
        )


class Trainer:
    """Stands in for training and remembers what was asked; the encoders of the seeds in `lost` diverge."""

    def __init__(self, *lost: int) -> None:
        self.lost = lost
        self.calls: list[dict[str, Any]] = []

    def __call__(self, recipes: Any, rows: Table, **how: Any) -> Trained:
        self.calls.append({"recipes": recipes, "rows": rows, **how})
        if "starts" not in how:
            members = [Member(seed, how["epochs"] + 9) for seed in range(how["seeds"])]
            return Trained([], how["epochs"], members, self.lost)
        gains = [0.0 if start is None else 0.1 for start in how["starts"]]
        seeds = list(how["seeds"]) * len(recipes)
        return Trained([0.4 + gain + 0.01 * seed for gain, seed in zip(gains, seeds, strict=True)], how["epochs"], [])

    @property
    def classifiers(self) -> list[dict[str, Any]]:
        return [call for call in self.calls if "starts" in call]


@pytest.fixture
def table() -> Table:
    images = np.random.default_rng(0).integers(0, 256, (40, 2, 2)).astype(np.uint8)
    labels = np.arange(40) % 4
    return from_arrays(images, labels, test=(images[:8], labels[:8]))


def test_few_labels_get_enough_steps_and_many_enough_passes() -> None:
    full = Settings()
    sizes = {count: (full.batch_size(count), full.epochs_for(count)) for count in full.labels}
    assert sizes == {10: (10, 300), 100: (10, 200), 1000: (100, 200), 10_000: (100, 20), 60_000: (100, 10)}


@pytest.mark.parametrize("count", [1, 7, 10, 11, 99, 1001])
def test_no_minibatch_is_larger_than_the_labels(count: int) -> None:
    assert 1 <= Settings().batch_size(count) <= count


def test_more_labels_than_rows_are_all_rows() -> None:
    assert Settings().counts(5000) == (10, 100, 1000, 5000)
    assert Settings().counts(60_000) == (10, 100, 1000, 10_000, 60_000)


def test_a_dry_run_counts_the_encoders_and_every_arm(table: Table) -> None:
    encoders, *classifiers = requests(table, SMALL)
    assert (encoders.epochs, encoders.seeds, encoders.rows) == (2, 2, None)
    members = {
        (str(recipe), seed, request.rows)
        for request in classifiers
        for recipe in request.recipes
        for seed in (range(request.seeds) if isinstance(request.seeds, int) else request.seeds)
    }
    assert len(members) == 3 * 3 * 2
    assert {request.rows for request in classifiers} == {4, 8, 40}


def test_the_arms_differ_in_their_start_and_in_what_is_frozen_only(table: Table) -> None:
    train = Trainer()
    STUDIES["pretraining"].run(table, SMALL, train)
    for call in train.classifiers:
        scratch, frozen, tuned = call["recipes"]
        assert scratch == tuned == frozen.replace(frozen="")
        assert (scratch.loss, frozen.frozen) == ("cross_entropy", "encoder")
        assert str(scratch.network) == "[64 sigmoid drop=0.1] > sigmoid"
        count = len(call["seeds"])
        assert call["starts"][:count] == [None] * count
        assert call["starts"][count : 2 * count] == call["starts"][2 * count :] == [(s, 2) for s in call["seeds"]]


def test_each_seed_has_its_own_labels_and_all_labels_are_shared(table: Table) -> None:
    train = Trainer()
    STUDIES["pretraining"].run(table, SMALL, train)
    asked = [(call["rows"].n, call["seeds"]) for call in train.classifiers]
    assert asked == [(4, [0]), (4, [1]), (8, [0]), (8, [1]), (40, [0, 1])]
    first, second = train.classifiers[:2]
    assert sorted(first["rows"].y) == sorted(second["rows"].y) == [0, 1, 2, 3]
    assert not np.array_equal(first["rows"].x, second["rows"].x)
    assert first["rows"].test is table.test


def test_a_run_measures_the_last_epoch_of_every_arm_and_concludes(table: Table) -> None:
    findings = STUDIES["pretraining"].run(table, SMALL, Trainer())
    facts = findings.facts
    assert [score.labels for score in facts.of("scratch")] == [4, 8, 40]
    assert facts.of("scratch")[0].accuracy.by_seed == pytest.approx((0.40, 0.41))
    assert facts.of("frozen")[2].accuracy.by_seed == pytest.approx((0.50, 0.51))
    assert [gain.difference for gain in facts.gains] == pytest.approx([0.1] * 6)
    assert findings.verdict.startswith("Yes, with every number of labels")
    assert (findings.study, facts.encoder_epochs) == ("pretraining", 2)


def test_a_seed_whose_encoder_diverged_takes_no_part(table: Table) -> None:
    train = Trainer(0)
    findings = STUDIES["pretraining"].run(table, SMALL, train)
    assert (findings.facts.seeds, findings.facts.diverged) == (1, 1)
    assert {seed for call in train.classifiers for seed in call["seeds"]} == {1}
    assert findings.facts.of("scratch")[0].accuracy.by_seed == pytest.approx((0.41,))
    findings = STUDIES["pretraining"].run(table, SMALL, Trainer(0, 1))
    assert findings.verdict.startswith("No seed was trained to the end in every arm.")
    assert pictures(findings) == []


def test_data_without_labels_are_refused_before_anything_is_trained() -> None:
    images = np.zeros((4, 2, 2), dtype=np.uint8)
    train = Trainer()
    for table in (from_arrays(images, test=images), from_arrays(images, [0, 1, 0, 1], test=images)):
        with pytest.raises(DataError, match="lacks labels"):
            STUDIES["pretraining"].run(table, SMALL, train)
    with pytest.raises(TrasuntoError, match="no test rows"):
        requests(from_arrays(images, [0, 1, 0, 1]), SMALL)
    assert train.calls == []
