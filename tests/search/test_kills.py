"""A sweep whose process is killed, again and again, ends as one that was not."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trasunto
from trasunto.data import Table
from trasunto.search.journal import FILE, FOLDER

ASKED: dict[str, Any] = {
    "name": "killed",
    "recipe": {"network": "[2 tanh] > linear", "optimizer": "sgd", "epochs": 9, "batch_size": 16},
    "space": {"momentum": [0.0, 0.5], "learning_rate": {"range": [1e-3, 1e-1], "log": True}},
    "budget": {"networks": 48},
    "seeds": 2,
    "sampler": "random",
    "pruner": "halving",
    "rungs": [1, 3],
    "cohort": 4,
}


def rows() -> Table:
    x = np.random.default_rng(0).normal(size=(80, 4)).astype(np.float32)
    return trasunto.from_arrays(x[:60], test=x[60:])


def lines(store: Path) -> int:
    path = store / FOLDER / "killed" / FILE
    return path.read_bytes().count(b"\n") if path.exists() else 0


@pytest.mark.heavy
def test_a_sweep_that_is_killed_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    store = tmp_path / "killed"
    for _ in range(4):
        process = subprocess.Popen([sys.executable, __file__, str(store)], stderr=subprocess.DEVNULL)
        before, deadline = lines(store), time.monotonic() + 120
        while lines(store) < before + 3 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.returncode == -signal.SIGKILL, "it ended before it could be killed"
    killed = trasunto.sweep(ASKED, rows(), store=store).facts
    whole = trasunto.sweep(ASKED, rows(), store=tmp_path / "whole").facts
    assert [one.assignment for one in killed.tried] == [one.assignment for one in whole.tried]
    assert [one.state for one in killed.tried] == [one.state for one in whole.tried]
    np.testing.assert_allclose([one.value for one in killed.tried], [one.value for one in whole.tried], rtol=1e-5)
    assert killed.network_epochs == whole.network_epochs


if __name__ == "__main__":
    trasunto.sweep(ASKED, rows(), store=sys.argv[1])
