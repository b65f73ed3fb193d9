"""``--rows N|fit``, as typed: what is drawn, where it is stated, and that a run keeps it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto import open_model
from trasunto.data.sampling import Sample

Typed = Callable[..., Any]
Refused = Callable[..., str]

N = 300
SAMPLE = "120 of 300 rows, drawn with seed 0"
LARGE = 10_000_000
"""Bytes that a row is made to take, so that few fit and what trains on them does."""


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(N, 3)), columns=["a", "b", "c"])
    frame.to_csv(tmp_path / "rows.csv", index=False)
    return tmp_path / "rows.csv"


@pytest.fixture
def let_fit(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let so many rows fit into memory."""
    monkeypatch.setattr("trasunto.data.drawn_files.row_bytes", lambda head, aside: LARGE)

    def fit(count: int) -> None:
        free = int(count * LARGE / 0.8) + 1
        monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=free, total=2**34))

    return fit


def test_a_detector_of_a_sample_says_so_in_its_file_and_its_report(typed: Typed, rows: Path, tmp_path: Path) -> None:
    few = ("--network", "[1 linear] > linear", "--epochs", 1, "--seeds", 1, "--contamination", "0.1")
    done = typed("detect", "rows.csv", "--rows", 120, *few, "--out", "d.trasunto")
    assert done.code == 0, done.err
    assert f"The rows are {SAMPLE}." in done.err
    model = open_model(tmp_path / "d.trasunto")
    assert model.provenance.sample == Sample(120, N, 0)
    assert model.n == 96
    facts = json.loads((tmp_path / "d-report" / "facts.json").read_text())
    assert facts["run"]["data"][0]["sample"] == SAMPLE
    assert "--rows 120" in facts["run"]["command"]
    for page in ("report.md", "report.html"):
        assert (tmp_path / "d-report" / page).read_text().count(SAMPLE) == 2
    # The strangest rows are those of the file, all of which are scored.
    scores = model.score(pd.read_csv(rows))
    strangest = done.out.partition("The strangest rows:")[2]
    assert f"row {int(scores.argmax()) + 2} (the header is row 1)" in strangest.splitlines()[3]


def test_a_run_of_as_many_rows_as_fit_goes_on_with_those_that_it_began_with(
    typed: Typed, rows: Path, let_fit: Callable[[int], None]
) -> None:
    command = ("train", "[1 linear] > linear", "--data", "rows.csv", "--rows", "fit")
    let_fit(120)
    done = typed(*command, "--epochs", 1)
    assert f"The rows are {SAMPLE}." in done.err
    assert "trasunto.read('rows.csv', rows=120)" in done.out
    for free in (200, 90_000):
        let_fit(free)
        again = typed(*command, "--epochs", 2)
        assert f"The rows are {SAMPLE}." in again.err
    runs = json.loads(typed("runs", "list", "--json").out)
    assert len(runs) == 1
    shown = typed("runs", "show", runs[0]["name"])
    assert f"sample:    {SAMPLE}" in shown.lines
    request = json.loads(typed("runs", "show", runs[0]["name"], "--json").out)["request"]
    assert request["sample"] == {"rows": 120, "of": N, "seed": 0, "fitted": True}
    let_fit(150)
    assert "150 of 300 rows, drawn with seed 1" in typed(*command, "--epochs", 1, "--split-seed", 1).err
    let_fit(200)
    assert SAMPLE in typed(*command, "--epochs", 2).err
    assert "150 of 300 rows, drawn with seed 0" in typed(*command[:-1], 150, "--epochs", 1).err


def test_a_sweep_of_as_many_rows_as_fit_goes_on_with_those_that_it_began_with(
    typed: Typed, rows: Path, tmp_path: Path, let_fit: Callable[[int], None]
) -> None:
    (tmp_path / "rates.toml").write_text(
        'data = { source = "rows.csv", rows = "fit" }\nbudget = { networks = 2 }\nsampler = "grid"\n'
        '[recipe]\nnetwork = "[1 linear] > linear"\nepochs = 1\n[space]\nlearning_rate = [0.01, 0.1]\n'
    )
    let_fit(120)
    first = typed("sweep", "rates.toml", "--json")
    assert first.code == 0, first.err
    let_fit(200)
    again = typed("sweep", "rates.toml", "--json")
    assert f"The rows are {SAMPLE}." in again.err
    assert json.loads(again.out)["facts"]["ranking"] == json.loads(first.out)["facts"]["ranking"]


def test_a_store_is_repaired_with_the_rows_that_were_drawn(typed: Typed, rows: Path, tmp_path: Path) -> None:
    trained = ("train", "[1 linear] > linear", "--data", "rows.csv", "--rows", 50, "--split-seed", 2, "--epochs", 1)
    assert typed(*trained).code == 0
    for pack in (tmp_path / "runs" / "weights").iterdir():
        pack.unlink()
    mended = typed("store", "repair")
    assert mended.code == 0, mended.out + mended.err
    assert "everything is there" in typed("store", "check").out


def test_a_table_too_large_for_memory_is_refused_in_one_sentence_that_says_what_to_type(
    refused: Refused, rows: Path, let_fit: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_fit(120)
    monkeypatch.setattr("trasunto.data.drawn_files._surely_fits", lambda parts: False)
    said = refused("data", "show", "rows.csv")
    assert "all about 300 rows of rows.csv need about 2.8 GiB of memory and 1.4 GiB is free" in said
    assert "--rows 120" in said
    assert "--rows fit" in said


@pytest.mark.parametrize("number", ["0", "-3", "1,000", "2.5", "most"])
def test_what_is_no_number_of_rows_is_refused(refused: Refused, rows: Path, number: str) -> None:
    said = refused("data", "show", "rows.csv", "--rows", number)
    assert "it must be the number of rows to draw, at least 1, or 'fit'" in said


def test_data_show_states_the_sample(typed: Typed, rows: Path) -> None:
    shown = typed("data", "show", "rows.csv", "--rows", 120)
    assert f"remark:       The rows are {SAMPLE}." in shown.lines
    told = json.loads(typed("data", "show", "rows.csv", "--rows", 120, "--json").out)["data"]
    assert told["rows"] + told["test_rows"] == 120
    assert told["provenance"]["sample"] == {"rows": 120, "of": N, "seed": 0, "fitted": False}
