"""A row's score is the same to the last bit whatever rows are beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import read_records
from trasunto.estimators import AutoencoderDetector
from trasunto.models.fitting import fit_model
from trasunto.models.model import Model
from trasunto.models.scoring import SCORES, Judgement
from trasunto.models.streaming import score_file
from trasunto.spec import Recipe

MANY = 100_000
RECIPE = Recipe("16 tanh > [3 linear] > mirror > linear", epochs=1, batch_size=64)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    chance = np.random.default_rng(0)
    base = chance.normal(size=(MANY, 3))
    rows = pd.DataFrame(base @ chance.normal(size=(3, 9)) + 0.3 * chance.normal(size=(MANY, 9)))
    rows.columns = [f"c{number}" for number in range(9)]
    return rows.assign(kind=np.where(base[:, 0] > 0, "a", np.where(base[:, 1] > 0, "b", "c")))


@pytest.fixture(scope="module", params=["one-hot", "plain"])
def trained(request: pytest.FixtureRequest, frame: pd.DataFrame) -> Model:
    rows = frame if request.param == "one-hot" else frame.drop(columns="kind")
    return fit_model(read_records(rows.iloc[:500]).table(test=0), RECIPE, seeds=2, ignored=["kind"])


def by(score: str, model: Model, rows: Any) -> Model:
    """Return the same networks, judged by another score."""
    judgement = Judgement.fit(score, model.networks, model.prepare(rows), model.entrance.spans)
    return replace(model, judgement=judgement)


@pytest.mark.parametrize("score", SCORES)
def test_a_row_scores_to_the_last_bit_the_same_in_any_company(trained: Model, frame: pd.DataFrame, score: str) -> None:
    model = by(score, trained, frame.iloc[:500])
    scores = model.score(frame)
    for count in (1, 2, 1_023, 1_025):
        for start in (0, 777, MANY - count):
            here = slice(start, start + count)
            assert np.array_equal(model.score(frame.iloc[here]), scores[here])
            assert np.array_equal(model.flag(frame.iloc[here]), scores[here] > model.threshold.value)
    assert np.array_equal(model.score(frame.iloc[5_000::-1]), scores[5_000::-1])
    assert [reasons.score for reasons in model.explain(frame.iloc[:20], 1)] == scores[:20].tolist()


def test_latents_and_reconstructions_are_so_too(trained: Model, frame: pd.DataFrame) -> None:
    many = replace(trained, weights=trained.weights * 5, courses=trained.courses * 5)
    for model in (trained, many):
        for found in (model.encode, model.reconstruct):
            together = found(frame.iloc[:5_000])
            for place in (0, 1_023, 1_024, 4_999):
                assert np.array_equal(found(frame.iloc[[place]])[0], together[place])


@pytest.mark.parametrize("width", [1, 70])
def test_tables_of_any_width_do_so(width: int) -> None:
    x = np.random.default_rng(1).normal(size=(1_500, width))
    fitted = fit_model(read_records(x[:400]).table(test=0), RECIPE)
    for score in SCORES:
        model = by(score, fitted, x[:400])
        scores = model.score(x)
        for place in (0, 255, 256, 1_499):
            assert model.score(x[place : place + 1])[0] == scores[place]
        assert np.array_equal(model.score(np.asfortranarray(x[::-1])), scores[::-1])


def test_the_row_at_the_threshold_is_not_flagged_alone_either() -> None:
    x = np.random.default_rng(0).normal(size=(300, 5))
    fitted = AutoencoderDetector(n_networks=1, epochs=1, hidden_layers=(), random_state=0, contamination=0.05).fit(x)
    scores = fitted.score_samples(x)
    assert np.array_equal([fitted.score_samples(x[[place]])[0] for place in range(60)], scores[:60])
    at = int(np.flatnonzero(scores == fitted.offset_)[0])
    assert (fitted.predict(x)[at], fitted.predict(x[[at]])[0]) == (1, 1)
    assert (fitted.predict(x) == -1).sum() == 15


def test_a_file_is_scored_as_its_rows_are_one_by_one(trained: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    model, rows = trained, frame.iloc[:40_000]
    rows.to_parquet(tmp_path / "rows.parquet")
    score_file(model, tmp_path / "rows.parquet", tmp_path / "scores.parquet")
    found = pd.read_parquet(tmp_path / "scores.parquet")["anomaly_score"].to_numpy()
    assert np.array_equal(found, model.score(rows))
    for place in (0, 32_767, 32_768, 39_999):
        assert model.score(rows.iloc[[place]])[0] == found[place]
