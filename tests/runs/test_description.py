"""What tells members apart is a column, and losses of different kinds are not ranked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import from_arrays
from trasunto.errors import TrasuntoError
from trasunto.runs.cohort import Cohort
from trasunto.runs.description import Described, describe, incomparable
from trasunto.runs.train import train
from trasunto.spec import Recipe

BASE = Recipe("[2 tanh] > sigmoid", optimizer="sgd", batch_size=8, epochs=1)


def described(*recipes: Recipe, starts: tuple[str, ...] = ()) -> pd.DataFrame:
    given = starts or ("",) * len(recipes)
    return describe([Described(f"id{i}", recipe, i, given[i]) for i, recipe in enumerate(recipes)])


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("network", "[3 tanh] > sigmoid"),
        ("loss", "bce"),
        ("optimizer", "adam"),
        ("nesterov", True),
        ("batch_size", 4),
        ("initialisation", "keras"),
        ("validation", 0.5),
        ("order_seed", 7),
        ("frozen", "encoder"),
        ("corruption", "masking"),
        ("tied", True),
        ("schedule", "cosine"),
        ("agreement", True),
        ("contraction", 0.1),
        ("clip_norm", 2.0),
        ("learning_rate", 0.5),
    ],
)
def test_every_field_in_which_members_differ_is_a_column(field: str, other: Any) -> None:
    frame = described(BASE, BASE.replace(**{field: other}))
    assert frame[field].tolist() == [str(BASE.network) if field == "network" else getattr(BASE, field), other]


def test_members_that_differ_in_numbers_alone_have_the_columns_of_before() -> None:
    frame = described(BASE, BASE.replace(momentum=0.9))
    assert list(frame.columns) == ["id", "network", "loss", "learning_rate", "momentum", "seed"]


def test_numbers_of_some_members_stand_before_the_seed_and_an_unused_option_is_0() -> None:
    frame = described(BASE, Recipe("[2 tanh drop=0.1] > sigmoid", optimizer="adam"))
    numbers = ["learning_rate", "momentum", "beta1", "beta2", "epsilon", "1.drop"]
    assert list(frame.columns) == ["id", "network", "loss", "optimizer", "batch_size", *numbers, "seed"]
    assert frame["1.drop"].tolist() == [0.0, 0.1]
    assert frame["momentum"].isna().tolist() == [False, True], "adam takes none"


def test_given_weights_tell_members_apart() -> None:
    assert described(BASE, BASE, starts=("", "0123456789abcdef"))["start"].tolist() == ["", "01234567"]


def test_losses_of_one_kind_and_equal_penalties_compare() -> None:
    sparse = Recipe("[2 tanh l1=0.1] > sigmoid")
    assert incomparable(described(BASE, BASE.replace(optimizer="adam"), Recipe("[9 relu] > linear"))) is None
    assert incomparable(described(sparse, sparse.replace(learning_rate=0.5))) is None


@pytest.mark.parametrize(
    ("other", "why", "errors"),
    [
        (BASE.replace(loss="bce"), "different losses (mse, bce)", False),
        (Recipe("[2 tanh l1=0.1] > sigmoid"), "penalties of different weights (1.l1)", True),
        (Recipe("[2 normal kl=0.5] > sigmoid"), "penalties of different weights (1.kl)", True),
        (BASE.replace(contraction=0.1), "penalties of different weights (contraction)", True),
    ],
)
def test_other_losses_and_penalties_do_not_compare(other: Recipe, why: str, errors: bool) -> None:
    found = incomparable(described(BASE, other))
    assert found is not None
    assert why in found.why
    assert found.errors is errors


def test_huber_losses_of_different_delta_do_not_compare() -> None:
    found = incomparable(described(*(BASE.replace(loss="huber", huber_delta=delta) for delta in (1.0, 2.0))))
    assert found is not None
    assert "huber_delta" in found.why


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    rows = np.random.default_rng(0).random((24, 3))
    table = from_arrays(rows[:16], test=rows[16:])
    recipes = [BASE, BASE.replace(loss="bce"), BASE.replace(loss="bce", learning_rate=0.5)]
    return train(recipes, table, store=tmp_path_factory.mktemp("store"), name="mixed")


def test_every_epoch_of_the_history_says_whose_it_is(mixed: Cohort) -> None:
    assert mixed.history().groupby("loss", sort=False)["epoch"].apply(list).to_dict() == {
        "mse": [0, 1],
        "bce": [0, 1, 0, 1],
    }


def test_the_best_of_different_losses_is_asked_for_by_name(mixed: Cohort) -> None:
    with pytest.raises(TrasuntoError, match=r"different losses \(mse, bce\).*best\(\"test_error\"\)"):
        mixed.best()
    frame = mixed.frame()
    assert mixed.best("test_error").id == frame["id"].iloc[int(frame["test_error"].argmin())]


def test_the_best_under_different_penalties_is_that_of_their_errors(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).random((24, 3))
    table = from_arrays(rows[:16], test=rows[16:])
    cohort = train([Recipe(f"[2 tanh l1={weight}] > linear", epochs=1) for weight in (0, 5)], table, store=tmp_path)
    with pytest.raises(TrasuntoError, match=r"penalties of different weights \(1.l1\); best\(\"test_error\"\) leaves"):
        cohort.best()
    assert cohort.best("test_error").id in set(cohort.frame()["id"])


@pytest.mark.parametrize("measure", ["test_los", "status", "seed", 3])
def test_a_measure_that_is_none_is_refused_with_those_there_are(mixed: Cohort, measure: Any) -> None:
    with pytest.raises(TrasuntoError, match=f"measure '{measure}' is not known.*legal: .*test_loss"):
        mixed.best(measure)


def test_the_best_of_rows_without_test_rows_is_by_the_training_loss(tmp_path: Path) -> None:
    table = from_arrays(np.random.default_rng(0).random((16, 3)))
    cohort = train(BASE.grid(learning_rate=[0.001, 0.5]), table, store=tmp_path)
    frame = cohort.frame()
    assert cohort.best().id == frame["id"].iloc[int(frame["train_loss"].argmin())]
