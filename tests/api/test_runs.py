from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from trasunto.api.runs import delete_run, describe_run, list_runs, price_of_deletion
from trasunto.errors import StoreError
from trasunto.runs.store import Store
from trasunto.spec import Recipe

MakeRun = Callable[..., Path]

SGD = Recipe("[4 linear] > linear", optimizer="sgd", epochs=3)
RATES = [SGD.replace(learning_rate=rate) for rate in (0.1, 0.2, 0.3)]


def test_runs_are_listed_with_how_they_ended(make_run: MakeRun) -> None:
    make_run("wide", RATES, [0.5, 0.4, math.nan])
    store = make_run("narrow", RATES[:1], [0.5], rows_name="cards")
    wide, narrow = list_runs(store)
    assert (wide.name, wide.rows, wide.members, wide.epochs) == ("wide", "mnist", 3, 3)
    assert wide.outcomes == {"finished": 2, "diverged": 1}
    assert narrow.bytes < wide.bytes == sum(path.stat().st_size for path in (store / "weights").iterdir())


def test_a_run_is_described_best_first(make_run: MakeRun) -> None:
    store = make_run("wide", RATES, [0.5, 0.4, math.nan])
    told = describe_run("wide", store)
    assert told.members["test_loss"].tolist()[:2] == [0.4, 0.5]
    assert told.members["status"].tolist() == ["finished", "finished", "diverged"]
    assert told.members["learning_rate"].tolist() == [0.2, 0.1, 0.3]
    assert told.request["epochs"] == 3
    for id in told.members["id"]:
        assert (told.folder / told.weights[id][3]).is_file()


def test_an_unknown_run_names_the_nearest(make_run: MakeRun) -> None:
    store = make_run("wide", RATES[:1], [0.5])
    with pytest.raises(
        StoreError, match=r"there is no run 'wied' .*did you mean 'wide'\? \(`trasunto runs list` names"
    ):
        describe_run("wied", store)


def test_where_there_is_no_store_none_is_made(tmp_path: Path) -> None:
    for look in (list_runs, lambda store: delete_run("a", store)):
        with pytest.raises(StoreError, match="there is no store at"):
            look(tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_what_a_deletion_takes_is_said_before_and_taken_then(make_run: MakeRun) -> None:
    make_run("wide", RATES, [0.5, 0.4, 0.3])
    store = make_run("narrow", RATES[:1], [0.5])
    sizes = {path.name: path.stat().st_size for path in (store / "weights").iterdir()}
    price = price_of_deletion("wide", store)
    assert (price.members, price.alone) == (3, 2)
    assert len(list((store / "weights").iterdir())) == 3, "asking changes nothing"
    assert delete_run("wide", store) == price
    left = {path.name: path.stat().st_size for path in (store / "weights").iterdir()}
    assert sum(sizes.values()) - sum(left.values()) == price.bytes
    assert [run.name for run in list_runs(store)] == ["narrow"]
    assert describe_run("narrow", store).members["test_loss"].tolist() == [0.5]


def test_a_run_is_not_deleted_while_another_process_writes(make_run: MakeRun) -> None:
    store = make_run("wide", RATES[:1], [0.5])
    with Store.open(store), pytest.raises(StoreError, match="is being written"):
        delete_run("wide", store)
    assert len(list_runs(store)) == 1
