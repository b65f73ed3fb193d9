from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Table, from_arrays
from trasunto.errors import TrasuntoError
from trasunto.studies import STUDIES, demonstration
from trasunto.studies.sizes.hidden_size import Settings, requests


class Trained:
    """Stands in for a cohort: networks that get better with their size, and were trained on by another study.

    Those of (size, seed) in `lost` diverged in their first epoch.
    """

    def __init__(
        self, recipes: list[Any], seeds: int, epochs: int, lost: frozenset[tuple[int, int]] = frozenset()
    ) -> None:
        self._lost = lost
        self._members = [(recipe, seed) for recipe in recipes for seed in range(seeds)]
        self._epochs = epochs + 2

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"id": [f"{number:016x}" for number in range(len(self._members))]})

    def history(self) -> pd.DataFrame:
        rows = [
            {"id": f"{number:016x}", "epoch": epoch, "train_error": error, "test_error": error}
            for number, (recipe, seed) in enumerate(self._members)
            for epoch in range(1 if (recipe.network.encoder[-1].units, seed) in self._lost else self._epochs)
            for error in [4 / recipe.network.encoder[-1].units / (1 + epoch) + 1e-6 * seed]
        ]
        return pd.DataFrame(rows).sort_values("epoch")


@pytest.fixture
def table() -> Table:
    images = np.random.default_rng(0).integers(0, 256, (20, 3, 3)).astype(np.uint8)
    return from_arrays(images, test=images[:5])


def test_the_papers_size_is_four_networks_and_three_seeds(table: Table) -> None:
    (request,) = requests(table, Settings())
    assert [str(recipe.network) for recipe in request.recipes] == [
        f"[{hidden} sigmoid drop=0.1] > sigmoid" for hidden in (64, 128, 256, 512)
    ]
    assert (request.epochs, request.seeds, request.rows) == (150, 3, None)


@pytest.mark.parametrize("full", [True, False])
def test_it_trains_and_keeps_what_the_demonstration_shows(table: Table, full: bool) -> None:
    ours, theirs = Settings(), demonstration.Settings()
    if not full:
        ours, theirs = Settings.reduced(), demonstration.Settings.reduced()
    (request,) = requests(table, ours)
    shown, _ = theirs.moments
    assert theirs.hidden in ours.sizes
    assert theirs.seeds <= ours.seeds
    assert {epoch for epoch in shown if 0 < epoch < request.epochs} <= set(request.snapshots)


def test_sizes_are_asked_for_once_and_in_order(table: Table) -> None:
    assert Settings(hidden=(8, 2, 8)).sizes == (2, 8)


def test_epochs_beyond_the_last_are_not_kept(table: Table) -> None:
    assert requests(table, Settings(epochs=20))[0].snapshots == (10,)


def test_data_without_test_rows_are_refused_before_anything_is_trained() -> None:
    with pytest.raises(TrasuntoError, match="hidden-size"):
        requests(from_arrays(np.zeros((4, 3), dtype=np.float32)), Settings())


def test_a_run_trains_what_it_requests_and_concludes(table: Table) -> None:
    def train(recipes: Any, rows: Table, *, seeds: int, epochs: int, snapshots: Any) -> Trained:
        assert rows is table
        return Trained(recipes, seeds, epochs)

    findings = STUDIES["hidden-size"].run(table, Settings(hidden=(2, 4, 8), epochs=5), train)
    assert (findings.study, findings.experiments) == ("hidden-size", ("A5",))
    assert "the gain does not stop between 2 and 8: " in findings.verdict
    assert [size.table.parameters for size in findings.facts.sizes] == [9 * h + h + 9 * h + 9 for h in (2, 4, 8)]
    assert [size.pca.components for size in findings.facts.sizes] == [2, 4, 8]
    assert findings.facts.sizes[0].test_error.by_seed == pytest.approx((4 / 2 / 6, 4 / 2 / 6 + 1e-6, 4 / 2 / 6 + 2e-6))
    assert findings.settings["hidden"] == (2, 4, 8)


@pytest.mark.parametrize(
    ("lost", "sizes", "seeds", "says"),
    [
        ({(4, 1)}, (2, 4, 8), 2, "1 seed left out of everything"),
        ({(4, 0), (4, 1), (4, 2)}, (2, 8), 3, "The network with 4 hidden units diverged with every seed"),
        ({(h, s) for h in (2, 4, 8) for s in range(3)}, (), 0, "3 seeds left out of everything"),
    ],
)
def test_what_diverged_is_left_out_said_and_no_nan_in_facts(
    table: Table, lost: set[tuple[int, int]], sizes: tuple[int, ...], seeds: int, says: str
) -> None:
    def train(recipes: Any, rows: Table, *, seeds: int, epochs: int, snapshots: Any) -> Trained:
        return Trained(recipes, seeds, epochs, frozenset(lost))

    findings = STUDIES["hidden-size"].run(table, Settings(hidden=(2, 4, 8), epochs=5), train)
    assert tuple(size.size for size in findings.facts.sizes) == sizes
    assert findings.facts.seeds == seeds
    assert any(says in detail for detail in findings.details)
    assert json.loads(json.dumps(asdict(findings.facts), allow_nan=False))["lost"] is not None
    if not sizes:
        assert findings.verdict.startswith("Every network diverged")
