from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import read_records
from trasunto.models.file import open_model, save
from trasunto.models.fitting import fit_model
from trasunto.spec import Recipe

Typed = Callable[..., Any]
Refused = Callable[..., str]


@pytest.fixture
def frame() -> pd.DataFrame:
    base = np.random.default_rng(0).normal(size=120)
    return pd.DataFrame({"id": [f"r{n}" for n in range(120)], "a": base, "card": np.where(base > 0, "red", "blue")})


@pytest.fixture
def detector(frame: pd.DataFrame, tmp_path: Path) -> Path:
    table = read_records(frame, drop=["id"]).table()
    made = fit_model(table, Recipe("[1 tanh] > linear", epochs=2, batch_size=32), ignored=("id",))
    return save(made, tmp_path / "d.trasunto")


def test_rows_are_scored_into_a_file(typed: Typed, detector: Path, frame: pd.DataFrame) -> None:
    frame.assign(card="green").to_csv("rows.csv", index=False)
    done = typed("score", "d.trasunto", "rows.csv", "--id", "id", "--out", "s.parquet")
    assert done.code == 0, done.err
    assert done.lines[0].startswith("120 rows scored in ")
    assert "120 rows with a category of column 'card' that training did not know" in done.lines
    assert done.lines[-1] == "s.parquet"
    assert "scoring: 100% done" in done.err
    found = pd.read_parquet("s.parquet")
    assert found["id"].tolist() == frame["id"].tolist()
    assert np.array_equal(found["anomaly_score"], open_model(detector).score(frame.assign(card="green")))


def test_json_is_one_document(typed: Typed, detector: Path, frame: pd.DataFrame) -> None:
    frame.to_parquet("rows.parquet")
    told = json.loads(typed("score", "d.trasunto", "rows.parquet", "--out", "s.parquet", "--json").out)
    found = pd.read_parquet("s.parquet")
    assert (told["rows"], told["flagged"]) == (120, int(found["flagged"].sum()))
    assert told["threshold"] == open_model(detector).threshold.value
    assert told["unseen_categories"] == {}
    assert told["rows_per_second"] > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.trasunto", "rows.csv"), "'nowhere.trasunto' is not there"),
        (("rows.csv", "rows.csv"), "no model"),
        (("d.trasunto", "nowhere.csv"), "nowhere.csv"),
        (("d.trasunto", "other.csv"), "lacks column 'card' and has column 'b'"),
        (("d.trasunto", "rows.csv", "--id", "idd"), "did you mean 'id'?"),
        (("d.trasunto", "text.csv"), "column 'a' holds 'much' in row 61"),
        (("d.trasunto", "infinite.csv"), "column 'a' holds inf in row 61"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_left(
    refused: Refused, detector: Path, frame: pd.DataFrame, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    frame.to_csv(tmp_path / "rows.csv", index=False)
    frame.rename(columns={"card": "b"}).to_csv(tmp_path / "other.csv", index=False)
    for name, value in (("text", "much"), ("infinite", "inf")):
        changed = frame.assign(a=frame["a"].astype(str).where(frame.index != 59, value))
        changed.to_csv(tmp_path / f"{name}.csv", index=False)
    assert said in refused("score", *words, "--out", "s.parquet")


@pytest.mark.parametrize("out", ["s.csv", "nowhere/s.parquet", "d.trasunto"])
def test_an_output_that_cannot_be_is_refused(refused: Refused, detector: Path, frame: pd.DataFrame, out: str) -> None:
    frame.to_csv("rows.csv", index=False)
    assert out in refused("score", "d.trasunto", "rows.csv", "--out", out)
