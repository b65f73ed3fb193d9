"""The benchmark's own words: its page is what its results say, ratios are of rounds, and a wrong job is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import cold, document, training
from benchmarks.ours import image_recipe, rows_of, table_recipe, wave
from benchmarks.peers.client import Peer, PeerError
from benchmarks.turns import in_turn, ratio, table
from trasunto import from_arrays
from trasunto.cohort.plan import WIDEST

ROOT = Path(__file__).parent.parent


def test_the_page_is_what_the_results_say() -> None:
    results = json.loads((ROOT / "benchmarks" / "results.json").read_text())
    assert set(results) == set(document.SECTIONS)
    assert document.text(results) == (ROOT / "docs" / "benchmarks.md").read_text()


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    assert ratio([2.0, 9.0, 4.0], [1.0, 3.0, 1.0]) == {"median": 3.0, "least": 2.0, "most": 4.0}


def test_contestants_take_turns(capsys: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []

    def work(name: str) -> float:
        order.append(name)
        return 0.001 * len(order)

    seconds = in_turn({"a": lambda: work("a"), "b": lambda: work("b")}, 2)
    assert order == ["a", "b", "a", "b"]
    assert seconds == {"a": [0.001, 0.003], "b": [0.002, 0.004]}
    assert "round 2: a 3 ms, b 4 ms" in capsys.readouterr().out


def test_a_table_has_its_names_to_the_left() -> None:
    assert table(["", "s"], [["a", "1"]]) == "|  | s |\n| --- | ---: |\n| a | 1 |\n"


def test_the_first_call_is_compared_by_the_best_of_its_rounds() -> None:
    seconds = {case: {"before": [9.0, 4.0, 8.0], "now": [3.0, 1.0, 2.0]} for case in cold.CASES}
    page = cold.page({"before": "0abc", "seconds": seconds})
    assert page.count("| 4.00 | 1.00 | 0.25 |") == len(cold.CASES)
    assert "the best of 3, in turn with commit `0abc`" in page


def test_an_earlier_commit_that_cannot_be_had_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cold, "ROOT", tmp_path)
    with pytest.raises(cold.NoHistoryError, match="the commit 0abc to compare with"):
        cold.measure(quick=True, rounds=1, before="0abc")


def test_products_are_counted_as_training_makes_them() -> None:
    rows = from_arrays([[0.0] * 784] * 10).values()
    assert training._operations(image_recipe(64), rows) == 10 * 2 * 5 * 784 * 64


def test_a_wave_fills_every_device() -> None:
    rows = rows_of(from_arrays([[0.0] * 29] * 2000).values())
    assert wave(table_recipe(64), rows) % WIDEST == 0


@pytest.mark.parametrize(
    ("name", "job", "said"),
    [
        ("nobody", {"kind": "image", "hidden": 1, "batch": 1, "rows": 1, "data": ""}, "no peer 'nobody'"),
        ("sklearn", {"kind": "song"}, "a job is a JSON object whose kind is one of image, table, score"),
        ("sklearn", {"kind": "table", "features": 2, "batch": 0, "rows": 9}, "batch is a whole number, at least 1"),
    ],
)
def test_what_no_peer_can_do_is_said_in_a_sentence(name: str, job: dict[str, object], said: str) -> None:
    command = [sys.executable, "-m", "benchmarks.peers", name, "--work", json.dumps(job)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_peer_works_when_it_is_told_to() -> None:
    job = {"kind": "table", "features": 4, "batch": 8, "rows": 64, "threads": 1}
    with Peer(sys.executable, "sklearn", job) as peer:
        done = peer.go()
        assert (done["steps"], done["networks"]) == (8, 1)
        assert done["seconds"] > 0
    with pytest.raises(PeerError, match="sklearn ended with code 2"), Peer(sys.executable, "sklearn", {"kind": "song"}):
        pass
