"""Training as a request: nothing is trained twice, nothing is lost, every outcome is a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.cohort import loop, training
from trasunto.cohort.training import Step
from trasunto.data import Table, from_arrays
from trasunto.errors import (
    DataError,
    Interrupted,
    RecipeError,
    ResourceError,
    StoreError,
    TrasuntoError,
    TrasuntoWarning,
)
from trasunto.runs import completion
from trasunto.runs.cohort import Cohort
from trasunto.runs.recall import recall
from trasunto.runs.store import Store
from trasunto.runs.train import train
from trasunto.spec import Recipe

SMALL = Recipe("[8 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.5, momentum=0.9, batch_size=50)
LINEAR = Recipe("[4 linear] > linear", optimizer="sgd", learning_rate=0.1, batch_size=50)


@pytest.fixture(scope="module")
def table() -> Table:
    rng = np.random.default_rng(0)
    x = (rng.random((230, 3)) @ rng.random((3, 12)) * 80).astype(np.uint8)
    return from_arrays(x[:200], y=rng.integers(0, 3, 200), test=(x[200:], rng.integers(0, 3, 30)), image_shape=(3, 4))


def counted(steps: list[Step]) -> int:
    return sum(int(step.event.trained.sum()) for step in steps if step.event.epoch)


def test_members_are_recipes_times_seeds_with_seeds_fastest(table: Table, tmp_path: Path) -> None:
    cohort = train(SMALL.grid(learning_rate=[0.1, 0.5]), table, seeds=[3, 5], epochs=2, store=tmp_path)
    frame = cohort.frame()
    assert frame["learning_rate"].tolist() == [0.1, 0.1, 0.5, 0.5]
    assert frame["seed"].tolist() == [3, 5, 3, 5]
    assert frame["epochs"].tolist() == [2] * 4
    assert frame["status"].tolist() == ["finished"] * 4
    assert frame["parameters"].tolist() == [12 * 8 + 8 + 8 * 12 + 12] * 4
    assert len(cohort.history()) == 4 * 3
    assert cohort.history()["test_loss"].notna().all()


def test_what_the_store_holds_is_not_trained_again(table: Table, tmp_path: Path) -> None:
    steps: list[Step] = []
    train(SMALL.grid(learning_rate=[0.1, 0.5]), table, epochs=3, store=tmp_path, observe=steps.append)
    assert counted(steps) == 6
    steps.clear()
    again = train(SMALL.grid(learning_rate=[0.5, 0.9]), table, epochs=3, store=tmp_path, observe=steps.append)
    assert counted(steps) == 3, "only the new member is trained"
    steps.clear()
    train(SMALL.grid(learning_rate=[0.5, 0.9]), table, epochs=3, store=tmp_path, observe=steps.append)
    assert steps == []
    assert again.frame()["status"].tolist() == ["finished", "finished"]


def test_more_epochs_continue_and_equal_one_long_training_to_the_bit(table: Table, tmp_path: Path) -> None:
    steps: list[Step] = []
    train(SMALL, table, seeds=2, epochs=2, store=tmp_path / "parts")
    longer = train(SMALL, table, seeds=2, epochs=5, store=tmp_path / "parts", observe=steps.append)
    assert counted(steps) == 2 * 3
    whole = train(SMALL, table, seeds=2, epochs=5, store=tmp_path / "whole")
    columns = ["epoch", "train_loss", "test_loss"]
    assert longer.history()[columns].equals(whole.history()[columns])
    for one, other in zip(longer.members, whole.members, strict=True):
        for name, array in one.weights.items():
            assert np.array_equal(array, other.weights[name])


def test_an_earlier_epoch_is_looked_at_without_training(table: Table, tmp_path: Path) -> None:
    train(SMALL, table, epochs=4, store=tmp_path)
    steps: list[Step] = []
    early = train(SMALL, table, epochs=2, store=tmp_path, observe=steps.append)
    assert steps == []
    assert early.frame()["epochs"].tolist() == [2]
    assert early.history()["epoch"].tolist() == [0, 1, 2]


def test_weights_of_any_epoch_are_the_ones_that_were(table: Table, tmp_path: Path) -> None:
    trained = train(SMALL, table, epochs=6, snapshots=[3], store=tmp_path).members[0]
    stopped = train(SMALL, table, epochs=4, store=tmp_path / "apart").members[0]
    assert np.array_equal(trained.at(4).weights["1.kernel"], stopped.weights["1.kernel"]), "retrained from epoch 3"
    assert trained.at(0).reconstruct(table.x).shape == (200, 12)
    assert not np.array_equal(trained.at(0).weights["1.kernel"], trained.at(3).weights["1.kernel"])
    with pytest.raises(RecipeError, match="has no epoch 7"):
        trained.at(7)


def test_a_trained_member_measures_what_training_measured(table: Table, tmp_path: Path) -> None:
    cohort = train(SMALL, table, epochs=3, store=tmp_path)
    best, test = cohort.best(), table.test
    assert test is not None
    error = np.mean((best.reconstruct(test.x) - test.values()) ** 2)
    assert error == pytest.approx(cohort.frame()["test_loss"][0], rel=1e-5)
    assert np.allclose(best.decode(best.encode(test.x)), best.reconstruct(test.x))
    assert best.reconstruct(test.x).dtype == np.float32
    assert np.array_equal(best.reconstruct(test.x), best.reconstruct(test.values())), "bytes are scaled, floats are not"


def test_divergence_is_an_outcome_with_its_epoch(table: Table, tmp_path: Path) -> None:
    rates = [0.1, 1e6]
    cohort = train(LINEAR.grid(learning_rate=rates), table, epochs=4, store=tmp_path)
    frame = cohort.frame()
    assert frame["status"].tolist() == ["finished", "diverged"]
    assert "no longer finite in epoch" in frame["reason"][1]
    assert "learning_rate 1e+06" in frame["reason"][1]
    assert np.isnan(frame["test_loss"][1])
    assert cohort.best().recipe.learning_rate == 0.1
    steps: list[Step] = []
    train(LINEAR.grid(learning_rate=rates), table, epochs=4, store=tmp_path, observe=steps.append)
    assert steps == [], "a diverged member is not tried again"


def test_a_member_that_diverged_can_be_looked_at_before_it_did(table: Table, tmp_path: Path) -> None:
    recipe = LINEAR.replace(learning_rate=5.0)
    cohort = train(recipe, table, epochs=30, snapshots=[], store=tmp_path)
    epoch = int(cohort.frame()["epochs"][0])
    assert cohort.frame()["status"].tolist() == ["diverged"]
    assert epoch > 1, "choose a rate at which it takes more than an epoch"
    earlier = train(recipe, table, epochs=epoch - 1, store=tmp_path)
    assert earlier.frame()["status"].tolist() != ["diverged"]
    last_finite = cohort.members[0].weights["1.kernel"]
    assert np.isfinite(last_finite).all()
    assert np.array_equal(earlier.members[0].weights["1.kernel"], last_finite)


def test_a_network_that_learns_nothing_is_stalled(table: Table, tmp_path: Path) -> None:
    frame = train(LINEAR.replace(learning_rate=1e-30), table, epochs=3, store=tmp_path).frame()
    assert frame["status"].tolist() == ["stalled"]
    assert "not below the untrained network's" in frame["reason"][0]


def test_without_test_rows_the_training_rows_are_judged(table: Table, tmp_path: Path) -> None:
    cohort = train(SMALL, from_arrays(table.values()), epochs=2, store=tmp_path)
    assert cohort.frame()["status"].tolist() == ["finished"]
    assert cohort.history()["train_loss"].notna().all()
    assert "test_loss" not in cohort.history()
    assert cohort.best("train_loss").epoch == 2


def test_without_test_rows_held_out_rows_are_judged(table: Table, tmp_path: Path) -> None:
    rows = from_arrays(table.values())
    held = SMALL.replace(validation=0.25)
    cohort = train([held, held.replace(learning_rate=1e-30)], rows, epochs=2, store=tmp_path)
    assert cohort.frame()["status"].tolist() == ["finished", "stalled"]
    assert "the validation_loss is" in cohort.frame()["reason"][1]


def test_held_out_rows_are_evaluated_and_not_trained_on(table: Table, tmp_path: Path) -> None:
    frame = train(SMALL.replace(validation=0.25), table, epochs=2, store=tmp_path).frame()
    assert np.isfinite(frame["validation_loss"][0])
    plain = train(SMALL, table, epochs=2, store=tmp_path).frame()
    assert plain["id"][0] != frame["id"][0]
    assert plain["train_loss"][0] != frame["train_loss"][0]


def test_a_classifier_starts_from_an_encoder_and_may_keep_it_frozen(table: Table, tmp_path: Path) -> None:
    encoder = train(SMALL, table, epochs=2, store=tmp_path).members[0]
    classifier = SMALL.replace(loss="cross_entropy", optimizer="adam", momentum=None, learning_rate=0.01)
    tuned, frozen = (
        train(recipe, table, epochs=3, store=tmp_path, starts=[encoder.weights])
        for recipe in (classifier, classifier.replace(frozen="encoder"))
    )
    assert np.array_equal(tuned.members[0].at(0).weights["1.kernel"], encoder.weights["1.kernel"])
    assert np.array_equal(frozen.members[0].weights["1.kernel"], encoder.weights["1.kernel"])
    assert not np.array_equal(tuned.members[0].weights["1.kernel"], encoder.weights["1.kernel"])
    assert set(frozen.members[0].weights) == {"1.kernel", "1.bias", "head.kernel", "head.bias"}
    test = table.test
    assert test is not None
    assert test.y is not None
    accuracy = np.mean(tuned.members[0].predict_classes(test.x) == test.y)
    assert accuracy == pytest.approx(tuned.frame()["test_accuracy"][0])
    with pytest.raises(RecipeError, match="cannot reconstruct"):
        tuned.members[0].reconstruct(table.x)
    with pytest.raises(DataError, match="has no labels"):
        train(classifier, from_arrays(table.values()), store=tmp_path)


def test_a_named_run_is_not_continued_with_other_rows(table: Table, tmp_path: Path) -> None:
    train(SMALL, table, epochs=1, store=tmp_path, name="mine")
    train(SMALL, table, epochs=2, store=tmp_path, name="mine")
    with pytest.raises(StoreError, match=r"run 'mine' .* was trained on other rows"):
        train(SMALL, table.take(slice(0, 100)), epochs=2, store=tmp_path, name="mine")


def test_what_does_not_fit_is_refused_before_it_starts(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = Recipe("[50000 relu] > linear", batch_size=1_000_000)
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Free", (), {"available": 2**27})())
    with pytest.raises(ResourceError, match=r"MiB of memory and 128 MiB is free: .* would fit"):
        train(wide, table, epochs=1, store=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_stop_keeps_what_was_done_and_says_how_to_go_on(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[Step] = []
    original = loop.train_chunks

    def impatient(*given: object, **options: object) -> object:
        return original(*given, **{**options, "stopping": lambda: len(steps) >= 3})  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(training, "train_chunks", impatient)
        with pytest.raises(Interrupted, match=r"stopped after \d+% of run .* the same call goes on from there"):
            train(SMALL, table, epochs=6, store=tmp_path / "parts", observe=steps.append)
    assert 0 < counted(steps) < 6
    rest: list[Step] = []
    resumed = train(SMALL, table, epochs=6, store=tmp_path / "parts", observe=rest.append)
    assert counted(steps) + counted(rest) == 6
    whole = train(SMALL, table, epochs=6, store=tmp_path / "whole")
    columns = ["epoch", "train_loss", "test_loss"]
    assert resumed.history()[columns].equals(whole.history()[columns])


def test_damaged_weights_are_trained_again(table: Table, tmp_path: Path) -> None:
    before = train(SMALL, table, epochs=3, snapshots=[], store=tmp_path)
    kernel = before.members[0].weights["1.kernel"]
    for pack in (tmp_path / "weights").iterdir():
        content = pack.read_bytes()
        pack.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    steps: list[Step] = []
    after = train(SMALL, table, epochs=4, store=tmp_path, observe=steps.append)
    assert counted(steps) == 4
    assert np.array_equal(after.members[0].at(3).weights["1.kernel"], kernel)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"seeds": 0}, "seeds must be a count from 1"),
        ({"seeds": [-1]}, "seeds must be a count"),
        ({"seeds": [1, 1]}, "seeds must be a count"),
        ({"snapshots": "1"}, "snapshots must be a list of epochs"),
        ({"snapshots": [0.5]}, "snapshots must be a list of epochs"),
        ({"epochs": True}, "epochs must be a whole number"),
        ({"stopping": 3}, "stopping must be a Stopping"),
        ({"starts": 3}, "starts must be a list"),
        ({"observe": 3}, "observe must be a function"),
        ({"epochs": -1}, "epochs must be 0 or more"),
        ({"epochs": [1, 2]}, "2 epochs were given for 1 recipes"),
        ({"epochs": 2.5}, "epochs must be a whole number, or one for each recipe, not 2.5"),
        ({"epochs": ["many"]}, "epochs must be a whole number"),
        ({"epochs": 2, "snapshots": [3]}, "snapshot epoch 3 is outside the training"),
        ({"starts": [None, None]}, "2 starting weights were given for 1 members"),
    ],
)
def test_a_request_that_cannot_be_is_refused(
    table: Table, tmp_path: Path, options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(RecipeError, match=sentence):
        train(SMALL, table, store=tmp_path / "store", **options)  # type: ignore[arg-type]
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"store": None}, "store must be the path of a folder, not None: leave it out for 'runs'"),
        ({"store": 3}, "store must be the path of a folder"),
        ({"name": 3}, "name must be a text"),
        ({"on": 3}, "on must be a string or an executor"),
        ({"recipes": "[2 tanh] > linear"}, "recipes must be a Recipe, a Grid or a list of recipes"),
        ({"recipes": []}, "no recipe was given"),
        ({"table": None}, "rows must be a table, an array, a data frame"),
    ],
)
def test_what_is_of_another_kind_is_refused_by_its_name(
    table: Table, tmp_path: Path, given: dict[str, Any], sentence: str
) -> None:
    usual: dict[str, Any] = {"recipes": SMALL, "table": table, "store": tmp_path / "store"}
    with pytest.raises(TrasuntoError, match=sentence):
        train(**(usual | given))
    assert list(tmp_path.iterdir()) == []


def test_rows_may_be_an_array_and_numbers_numpys(table: Table, tmp_path: Path) -> None:
    x = table.x[:20]
    numbers: dict[str, Any] = {"seeds": np.arange(2), "epochs": np.int64(1), "snapshots": np.array([1])}
    cohort = train(SMALL, x, **numbers, store=tmp_path)
    assert cohort.frame()["seed"].tolist() == [0, 1]
    assert cohort.members[0].member.table.fingerprint == from_arrays(x).fingerprint


def test_recipes_may_each_be_trained_to_an_epoch_of_their_own(table: Table, tmp_path: Path) -> None:
    both = [SMALL.replace(epochs=1), SMALL.replace(epochs=4, learning_rate=0.1)]
    steps: list[Step] = []
    cohort = train(both, table, seeds=2, store=tmp_path / "both", observe=steps.append)
    assert cohort.frame()["epochs"].tolist() == [1, 1, 4, 4]
    assert cohort.history().groupby("id", sort=False)["epoch"].max().tolist() == [1, 1, 4, 4]
    assert cohort.frame()["status"].tolist() == ["finished"] * 4
    assert counted(steps) == 10
    assert {step.networks for step in steps} == {4}
    alone = train(both[0], table, seeds=2, store=tmp_path / "alone")
    pd.testing.assert_series_equal(cohort.frame()["test_loss"][:2], alone.frame()["test_loss"], rtol=1e-5)


def test_epochs_may_come_from_numpy(table: Table, tmp_path: Path) -> None:
    recipes = [SMALL.replace(learning_rate=rate) for rate in (0.1, 0.5)]
    each: Any = np.array([1, 2])
    assert train(recipes, table, epochs=each, store=tmp_path).frame()["epochs"].tolist() == [1, 2]
    assert train(SMALL, table, epochs=each[1], store=tmp_path).epochs == 2


def test_weights_are_kept_in_passing_as_far_as_each_network_goes(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 20 networks one passes four rungs; were all of them counted to its end, none would be kept."""
    recipes = [SMALL.replace(learning_rate=0.1 + step / 100) for step in range(20)]
    monkeypatch.setattr(completion, "LADDER_BYTES", 30 * SMALL.parameters(12) * 2 * 4)
    cohort = train(recipes, table, epochs=[10] + [1] * 19, store=tmp_path)
    with Store.open(tmp_path, write=False) as store:
        assert store.epochs(cohort.members[0].id) == (1, 2, 5, 10)


def test_a_training_to_several_epochs_goes_on_with_what_is_left(table: Table, tmp_path: Path) -> None:
    recipes = [SMALL.replace(learning_rate=rate) for rate in (0.1, 0.5, 0.9)]
    steps: list[Step] = []
    train(recipes, table, epochs=2, store=tmp_path)
    cohort = train(recipes, table, epochs=[5, 2, 1], store=tmp_path, observe=steps.append)
    assert cohort.frame()["epochs"].tolist() == [5, 2, 1]
    assert counted(steps) == 3
    assert {step.networks for step in steps} == {1}


def test_a_network_is_not_trained_for_snapshots_beyond_its_own_epoch(table: Table, tmp_path: Path) -> None:
    recipes = [SMALL.replace(learning_rate=rate) for rate in (0.1, 0.5)]
    train(recipes, table, epochs=6, snapshots=[], store=tmp_path)
    steps: list[Step] = []
    cohort = train(recipes, table, epochs=[1, 6], snapshots=[4], store=tmp_path, observe=steps.append)
    assert counted(steps) == 4
    assert cohort.frame()["epochs"].tolist() == [1, 6]


def test_a_network_that_is_named_twice_is_trained_once_to_the_furthest_epoch(table: Table, tmp_path: Path) -> None:
    cohort = train([SMALL, SMALL, SMALL], table, epochs=[1, 3, 2], store=tmp_path)
    assert cohort.frame()["epochs"].tolist() == [3]


def test_a_cohort_names_what_it_does_not_have(table: Table, tmp_path: Path) -> None:
    cohort: Cohort = train(SMALL, table, epochs=1, store=tmp_path)
    with pytest.raises(TrasuntoError, match="member 'zz' is not known"):
        cohort.member("zz")
    with pytest.raises(TrasuntoError, match="measure 'tst_loss' is not known, did you mean 'test_loss'"):
        cohort.best("tst_loss")
    with pytest.raises(DataError, match=r"rows must be \(n, 12\)"):
        cohort.members[0].encode(np.zeros((2, 5)))
    assert "1 finished" in repr(cohort)


def test_an_output_that_cannot_reach_the_rows_is_remarked_in_the_frame(tmp_path: Path) -> None:
    rows = from_arrays(np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32))
    recipes = [LINEAR, LINEAR.replace(network="[2 linear] > sigmoid")]
    with pytest.warns(TrasuntoWarning, match="output 'sigmoid' gives values from 0 to 1, and .* out of its reach"):
        cohort = train(recipes, rows, epochs=1, store=tmp_path)
    said = cohort.frame()["remark"].tolist()
    assert said[0] == ""
    assert said[1] in cohort.remarks
    assert "remark" not in train(LINEAR, rows, epochs=1, store=tmp_path).frame()
    with Store.open(tmp_path, write=False) as store:
        run = store.run(cohort.name)
        assert run is not None
        assert recall(store, run)["remark"].tolist() == said


def test_cross_entropy_outside_0_to_1_is_refused_before_a_store_is_made(tmp_path: Path) -> None:
    rows = from_arrays(np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32))
    recipe = Recipe("[2 linear] > sigmoid", loss="bce")
    with pytest.raises(DataError, match="loss 'bce' needs values between 0 and 1"):
        train([LINEAR, recipe], rows, store=tmp_path / "none")
    assert not (tmp_path / "none").exists()
