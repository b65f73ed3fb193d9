"""The networks of a study of a size: the paper's on its own rows, those that fit others, and those that are given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import trasunto
from trasunto.data import Table, from_arrays
from trasunto.errors import TrasuntoError
from trasunto.spec import Recipe
from trasunto.studies import STUDIES
from trasunto.studies.paper_network import paper_recipe


@pytest.fixture
def table() -> Table:
    random = np.random.default_rng(0)
    rows = (random.standard_normal((600, 3)) @ random.standard_normal((3, 6))).astype(np.float32)
    return from_arrays(rows[:500], test=rows[500:])


def recipes(table: Table, recipe: object = None, name: str = "hidden-size", paper: bool | None = None) -> list[Recipe]:
    study = STUDIES[name].on(table, recipe, paper=paper)  # type: ignore[arg-type]
    (request,) = study.requests(table, study.settings())
    return list(request.recipes)


def test_the_papers_rows_are_asked_of_the_papers_networks(table: Table) -> None:
    assert recipes(table, paper=True) == [paper_recipe(hidden) for hidden in (64, 128, 256, 512)]


def test_other_rows_are_asked_of_networks_that_fit_them(table: Table) -> None:
    first = recipes(table)[0]
    assert (str(first.network), first.optimizer, first.batch_size) == ("[64 relu] > linear", "adam", 16)
    shares = from_arrays(np.full((3000, 4), 0.5, dtype=np.float32), test=np.zeros((2, 4), dtype=np.float32))
    first = recipes(shares)[0]
    assert (str(first.network), first.batch_size) == ("[64 relu] > sigmoid", 30)
    latent = recipes(table, name="latent-loss")[0]
    assert str(latent.network) == "128 relu > 64 relu > [4 relu] > 64 relu > 128 relu > linear"


def test_a_network_can_be_given_with_its_place_or_as_a_recipe(table: Table) -> None:
    given = recipes(table, {"network": "8 tanh > [{hidden} tanh] > linear", "learning_rate": 0.01})
    assert str(given[1].network) == "8 tanh > [128 tanh] > linear"
    assert (given[1].learning_rate, given[1].optimizer) == (0.01, "adam")
    whole = recipes(table, Recipe("8 tanh > [2 tanh] > mirror > linear", optimizer="sgd", epochs=3))
    assert str(whole[0].network) == "8 tanh > [64 tanh] > 8 tanh > linear"
    assert whole[0].optimizer == "sgd"


@pytest.mark.parametrize(
    ("name", "recipe", "says"),
    [
        ("hidden-size", {"network": "[4 relu] > linear"}, r"no place for the size .* write \{hidden\}"),
        ("hidden-size", {"epochs": 3}, "sets the epochs itself"),
        ("loss", {"optimizer": "adam"}, "study 'loss' chooses its networks itself, so it takes no recipe"),
    ],
)
def test_what_a_study_varies_itself_is_refused(
    table: Table, tmp_path: Path, name: str, recipe: dict[str, object], says: str
) -> None:
    with pytest.raises(TrasuntoError, match=says):
        trasunto.study(name, table, recipe=recipe, store=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_the_answer_says_which_networks_it_is_of_and_comes_near_to_pca(table: Table, tmp_path: Path) -> None:
    answer = trasunto.study("hidden-size", table, hidden=(2, 8), epochs=40, seeds=2, store=tmp_path)
    assert answer.details[-1].startswith("Networks: [{hidden} relu] > linear, adam, minibatches of 16 (chosen for")
    assert answer.facts.sizes[1].test_error.mean < 0.1 * answer.facts.untrained
    assert not any("Dropout" in detail for detail in answer.details)
