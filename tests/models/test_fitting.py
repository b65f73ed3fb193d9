from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from trasunto.cohort.course import Fitted
from trasunto.cohort.request import Request
from trasunto.data import Table, from_arrays, read_records
from trasunto.errors import ResourceError, TrasuntoError
from trasunto.models import defaults, fitting
from trasunto.models.fitting import fit_model, in_memory, set_apart
from trasunto.models.goals import contamination, false_alarms, from_labels
from trasunto.models.model import Model
from trasunto.models.scoring import SCORES
from trasunto.spec import Recipe, Stopping

QUICK = Recipe("[2 tanh] > linear", epochs=2, batch_size=32)


def test_rows_set_apart_are_the_share_asked_for_and_none_is_lost(table: Table) -> None:
    training, kept = set_apart(table, 0.2)
    assert (training.n, kept.n) == (table.n - round(0.2 * table.n), round(0.2 * table.n))
    together = np.concatenate([training.x, kept.x])
    assert np.array_equal(np.sort(together, axis=0), np.sort(table.x, axis=0))
    assert np.array_equal(set_apart(table, 0.2)[1].x, kept.x)
    assert (kept.test, kept.anomalies) == (None, None)


@pytest.mark.parametrize("share", [0.0, 1.0, 1e-9, -0.5, float("nan")])
def test_a_share_that_leaves_a_side_empty_is_refused(table: Table, share: float) -> None:
    with pytest.raises(TrasuntoError, match="cannot be kept for calibration"):
        set_apart(table, share)


def test_calibration_rows_are_not_trained_on(table: Table) -> None:
    seen: list[Table] = []

    def train(request: Request, fold: int) -> list[Fitted]:
        seen.extend(member.table for member in request.members)
        return in_memory(request, fold)

    made = fit_model(table, QUICK, threshold=false_alarms(0.1), train=train)
    _, kept = set_apart(table, defaults.CALIBRATION)
    assert seen[0].n + kept.n == table.n
    assert not {row.tobytes() for row in seen[0].x} & {row.tobytes() for row in kept.x}
    assert made.n == seen[0].n
    assert made.threshold.rows == kept.n
    assert made.threshold == false_alarms(0.1).reached(made.score_prepared(kept.values()))
    assert made.judgement.usual.rows == seen[0].n


def test_contamination_trains_on_all_rows_and_flags_its_share(table: Table) -> None:
    made = fit_model(table, QUICK, threshold=contamination(0.1))
    assert (made.n, made.threshold.rows) == (table.n, table.n)
    assert made.threshold.flagged(made.score_prepared(table.values())).sum() == int(0.1 * table.n)


def test_labels_set_the_threshold_by_the_anomalies(table: Table) -> None:
    made = fit_model(table, QUICK.replace(epochs=8), threshold=from_labels(recall=1.0))
    assert table.anomalies is not None
    assert made.threshold.flagged(made.score_prepared(table.anomalies.values())).all()
    with pytest.raises(TrasuntoError, match="no known anomalies"):
        fit_model(replace(table, anomalies=None), QUICK, threshold=from_labels())


@pytest.mark.parametrize("score", SCORES)
def test_every_score_makes_a_detector(table: Table, frame: pd.DataFrame, score: str) -> None:
    made = fit_model(table, QUICK, score=score)
    assert made.judgement.kind == score
    scores = made.score(frame[["amount", "rate", "card"]])
    assert np.isfinite(scores).all()
    assert len(np.unique(scores)) > 300


def test_seeds_are_a_count_or_a_list(table: Table) -> None:
    made = fit_model(table, QUICK, seeds=[7, 3])
    assert (made.seeds, len(made.weights)) == ((7, 3), 2)
    again = fit_model(table, QUICK, seeds=[3])
    assert all(np.allclose(made.weights[1][name], again.weights[0][name], rtol=1e-5) for name in again.weights[0])


def test_networks_of_several_kinds_are_one_detector(table: Table, frame: pd.DataFrame) -> None:
    kinds = [QUICK, QUICK.replace(network="[3 tanh] > linear")]
    made = fit_model(table, kinds, seeds=2)
    assert [course.recipe for course in made.courses] == [kinds[0], kinds[0], kinds[1], kinds[1]]
    assert made.encode(frame[["amount", "rate", "card"]]).shape == (len(frame), 2 + 2 + 3 + 3)
    assert np.isfinite(made.score_prepared(table.values())).all()


def test_what_happened_in_training_is_told(model: Model, table: Table) -> None:
    for course in model.courses:
        assert (course.status, course.epochs, course.epoch) == ("finished", 30, 30)
        assert len(course.history["test_loss"]) == 31
        assert course.history["test_loss"][-1] < course.history["test_loss"][0]
    assert model.provenance == table.provenance
    assert set(model.versions) == {"python", "trasunto", "jax", "numpy", "sklearn"}
    assert model.created.endswith("+00:00")


def test_training_can_stop_early_and_begin_from_weights(table: Table, model: Model) -> None:
    stopping = Stopping(patience=1, measure="test_loss", least=1e9)
    stopped = fit_model(table, QUICK.replace(epochs=9), stopping=stopping, starts=[model.weights[0]])
    (course,) = stopped.courses
    assert (course.status, course.epochs) == ("stopped", 1)
    assert "test_loss" in course.reason
    assert course.history["test_loss"][0] < 1.2 * model.courses[0].history["test_loss"][-1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"score": "mean"}, "score 'mean' is not known"),
        ({"threshold": false_alarms(0.0001)}, "cannot promise a rate of 0.0001"),
        ({"recipe": Recipe("[2 relu] > linear", loss="cross_entropy")}, "'cross_entropy' makes none"),
    ],
)
def test_what_cannot_be_is_refused_before_training(
    table: Table, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], said: str
) -> None:
    monkeypatch.setattr(fitting, "fit_request", lambda *_, **__: pytest.fail("trained"))
    with pytest.raises(TrasuntoError, match=said):
        fit_model(table, **{"recipe": QUICK, **change})  # type: ignore[arg-type]


def test_a_network_that_diverged_makes_no_detector(table: Table) -> None:
    with pytest.raises(TrasuntoError, match=r"seed 0 diverged .* smaller learning rate"):
        fit_model(table, QUICK.replace(optimizer="sgd", learning_rate=1e30))


def test_rows_without_columns_make_a_detector_too() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 1)) @ [[1.0, -1.0, 2.0]]
    made = fit_model(from_arrays(rows), Recipe("[1 linear] > linear", epochs=2, batch_size=16))
    assert made.entrance.columns == ("x0", "x1", "x2")
    assert np.array_equal(made.score(rows), made.score(pd.DataFrame(rows, columns=["x0", "x1", "x2"])))
    with pytest.raises(TrasuntoError, match="lacks column 'x2'"):
        made.score(pd.DataFrame(rows[:, :2], columns=["x0", "x1"]))
    (reasons,) = made.explain(rows[:1], 1)
    assert reasons.features[0].value == pytest.approx(rows[0, int(reasons.features[0].feature[1])], rel=1e-6)


def test_pixels_are_scaled_as_the_networks_saw_them() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (40, 2, 3)).astype(np.uint8)
    made = fit_model(from_arrays(pixels), Recipe("[2 sigmoid] > sigmoid", epochs=1, batch_size=16))
    flat = pixels.reshape(40, 6)
    assert np.array_equal(made.score(flat), made.score(flat.astype(np.float32) * np.float32(1 / 255)))


def test_a_table_of_one_column_makes_a_detector() -> None:
    frame = pd.DataFrame({"a": np.arange(40.0)})
    made = fit_model(read_records(frame).table(), Recipe("[1 linear] > linear", epochs=1))
    assert made.score(frame).shape == (40,)


def test_covariances_that_do_not_fit_are_refused_before_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "free_memory", lambda: 10_000)
    monkeypatch.setattr(fitting, "fit_request", lambda *_, **__: pytest.fail("it trained"))
    rows = from_arrays(np.random.default_rng(0).normal(size=(20, 20)))
    with pytest.raises(ResourceError, match=r"20 features needs about 16 KiB .* 2 networks and 10 KiB is free"):
        fit_model(rows, Recipe("[1 linear] > linear", epochs=1), seeds=2)
