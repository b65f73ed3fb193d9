"""Estimators that keep their networks in a store are those that keep nothing, and train nothing twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasunto.cohort import loop
from trasunto.errors import TrasuntoError
from trasunto.estimators import Autoencoder, AutoencoderClassifier, AutoencoderDetector

SMALL: dict[str, Any] = {"network": "[2 linear] > linear", "batch_size": 20, "learning_rate": 0.02, "random_state": 0}


def weights(estimator: Any) -> list[np.ndarray]:
    """Return all arrays of a fitted estimator's networks."""
    each = [estimator.weights_] if isinstance(estimator, AutoencoderClassifier) else estimator.model_.weights
    return [networks[name] for networks in each for name in sorted(networks)]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Autoencoder, {"epochs": 8}),
        (AutoencoderDetector, {"epochs": 8, "n_networks": 2}),
        (AutoencoderClassifier, {"epochs": 4, "pretraining_epochs": 4, "patience": 2}),
    ],
)
def test_a_store_changes_nothing_and_nothing_is_trained_twice(
    rows: np.ndarray, kind: Any, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = (rows, rows[:, 0] > rows[:, 1]) if kind is AutoencoderClassifier else (rows,)
    alone = kind(**SMALL, **options).fit(*given)
    kept = kind(**SMALL, **options, store=tmp_path / "runs").fit(*given)
    monkeypatch.setattr(loop, "_begun", lambda *_: pytest.fail("trained"))
    again = kind(**SMALL, **options, store=tmp_path / "runs").fit(*given)
    for one, other, third in zip(weights(alone), weights(kept), weights(again), strict=True):
        assert np.array_equal(other, third)
        assert one == pytest.approx(other, rel=1e-5, abs=1e-6)
    assert alone.n_iter_ == again.n_iter_
    assert alone.history_.keys() == again.history_.keys()


def test_going_on_from_fitted_weights_is_kept_as_another_training(rows: np.ndarray, tmp_path: Path) -> None:
    options = {**SMALL, "epochs": 5, "warm_start": True, "store": str(tmp_path / "runs")}
    longer = Autoencoder(**options).fit(rows).fit(rows)
    repeated = Autoencoder(**options).fit(rows).fit(rows)
    for one, other in zip(weights(longer), weights(repeated), strict=True):
        assert np.array_equal(one, other)
    assert longer.score(rows) > Autoencoder(**options).fit(rows).score(rows)


@pytest.mark.parametrize("said", [{"store": ""}, {"on": "here"}])
def test_a_place_that_there_is_not_is_refused(rows: np.ndarray, said: dict[str, Any]) -> None:
    with pytest.raises(TrasuntoError, match=next(iter(said))):
        Autoencoder(**SMALL, **said).fit(rows)
