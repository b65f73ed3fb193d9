from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasunto.errors import TrasuntoError
from trasunto.search import facts, reading
from trasunto.search.reading import read_file, read_sweep

SWEEP: dict[str, Any] = {
    "name": "tiny",
    "recipe": {"network": "[{latent} linear] > linear", "epochs": 9},
    "space": {"latent": [1, 2]},
    "budget": {"networks": 4},
}
TEXT = """
data = { source = "cards.csv", label = "Class", normal = 0 }
seeds = [3, 5]
measure = ["auroc", "parameters"]
sampler = { name = "TPESampler", n_startup_trials = 4 }
pruner = "halving"
rungs = [1, 3]
[budget]
networks = 8
minutes = 1.5
[recipe]
network = { depth = 2, latent = 4 }
epochs = 9
[space]
width = { integers = [16, 64], log = true }
"""


def test_a_file_says_all_of_it_and_names_the_sweep(tmp_path: Path) -> None:
    (tmp_path / "cards-2.toml").write_text(TEXT)
    asked = read_file(tmp_path / "cards-2.toml", {"seeds": 2})
    sweep = asked.sweep
    assert (sweep.name, sweep.seeds, sweep.measures) == ("cards-2", (0, 1), ("auroc", "parameters"))
    assert (sweep.sampler.name, dict(sweep.sampler.options)) == ("TPESampler", {"n_startup_trials": 4})
    assert (sweep.stages, sweep.budget.minutes) == ((1, 3, 9), 1.5)
    assert (asked.source, dict(asked.options)) == ("cards.csv", {"label": "Class", "normal": 0})


def test_rows_are_found_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "it.toml").write_text(TEXT)
    (tmp_path / "cards.csv").write_text("a,b\n1,2\n")
    assert read_file(tmp_path / "it.toml").source == str(tmp_path / "cards.csv")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"budgets": 3}, "sweep: key 'budgets' is not known, did you mean 'budget'"),
        ({"budget": {}}, "the budget has no limit: give networks, epochs"),
        ({"budget": {"network": 3}}, "budget: key 'network' is not known, did you mean 'networks'"),
        ({"budget": {"networks": 0}}, "networks must be a whole number above 0, not 0"),
        ({"budget": {"networks": 2.5}}, "networks must be a whole number above 0, not 2.5"),
        ({"budget": 5}, "budget must be a table"),
        ({"measure": "test_los"}, "measure 'test_los' is not known, did you mean 'test_loss'"),
        ({"measure": ["parameters", "parameters"]}, "measure must list at least one measure, each once"),
        ({"measure": []}, "measure must list at least one"),
        ({"seeds": 0}, "seeds must be a count from 1 to 10,000"),
        ({"seeds": "two"}, "seeds must be a count from 1 to 10,000"),
        ({"seeds": [1, 1]}, "list of different whole numbers"),
        ({"cohort": 0}, "cohort must be at least 1"),
        ({"name": "a/b"}, "invalid sweep name '"),
        ({"name": "../x"}, "invalid sweep name '"),
        ({"rungs": [2]}, "rungs need a pruner"),
        ({"pruner": "halving"}, "needs rungs"),
        ({"pruner": "halving", "rungs": [3, 2]}, "rungs must be ascending and within 1 to 8"),
        ({"pruner": "halving", "rungs": [9]}, "rungs must be ascending and within 1 to 8"),
        ({"sampler": {"n": 3}}, "sampler must be a name, or a table with name"),
        ({"score": "msee"}, "score 'msee' is not known, did you mean 'mse'"),
        ({"data": {"label": "Class"}}, "a table with source"),
        ({"recipe": {"epochs": 0}}, "epochs must be at least 1"),
        ({"recipe": {"epochs": 2.5}}, "epochs must be a whole number"),
    ],
)
def test_mistakes_are_one_sentence_that_names_them(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(TrasuntoError) as refusal:
        read_sweep({**SWEEP, **changes})
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("key", ["recipe", "space", "budget"])
def test_what_a_sweep_cannot_do_without_is_asked_for(key: str) -> None:
    with pytest.raises(TrasuntoError, match=rf"sweep: {key} is missing; add a table \[{key}\]"):
        read_sweep({name: value for name, value in SWEEP.items() if name != key})


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_file_may_begin_with_a_byte_order_mark_and_be_written_in_utf_16(encoding: str, tmp_path: Path) -> None:
    text = '[recipe]\nnetwork = "[8 relu] > linear"\n[space]\nlearning_rate = [0.1, 0.2]\n[budget]\nnetworks = 2\n'
    (tmp_path / "rates.toml").write_bytes(text.encode(encoding))
    assert read_file(tmp_path / "rates.toml").sweep.name == "rates"
    (tmp_path / "latin.toml").write_bytes("name = 'größe'".encode("latin-1"))
    with pytest.raises(
        TrasuntoError, match=r"latin.toml' is not UTF-8 \(byte 10\), perhaps .*Latin-1: save it as UTF-8"
    ):
        read_file(tmp_path / "latin.toml")


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrasuntoError, match="there is no sweep file"):
        read_file(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("seeds = = 3")
    with pytest.raises(TrasuntoError, match="is not TOML: Invalid value"):
        read_file(tmp_path / "bad.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xff")
    with pytest.raises(TrasuntoError, match="is not UTF-8 "):
        read_file(tmp_path / "bytes.toml")


@pytest.mark.parametrize("module", [reading, facts])
def test_examples_in_docstrings_are_true(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


def test_numbers_of_numpy_are_those_of_a_file() -> None:
    plain = read_sweep(
        {**SWEEP, "recipe": {"network": "[2 linear] > linear", "epochs": 9}, "space": {"learning_rate": [0.1, 0.5]}}
    )
    numpy = read_sweep(
        {
            "name": "tiny",
            "recipe": {"network": "[2 linear] > linear", "epochs": np.int64(9)},
            "space": {"learning_rate": np.array([0.1, 0.5])},
            "budget": {"networks": np.int32(4)},
        }
    )
    assert numpy == plain
    assert json.dumps(numpy.sweep.space.to_dict()) == json.dumps(plain.sweep.space.to_dict())
