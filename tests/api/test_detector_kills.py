"""A detector whose making is killed, again and again, is bit-equal to one that was made undisturbed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from trasunto.api.detection import make_detector, plan_detector
from trasunto.api.watching import Told, Watcher
from trasunto.errors import TrasuntoError
from trasunto.models import document
from trasunto.models.file import open_model
from trasunto.runs import completion
from trasunto.runs.checking import check
from trasunto.runs.store import Store

KILLS_AT = (40, 150, 90, 400, 200)
"""Lines of the log after which a process is killed: in the training of its own networks, and of those of parts."""


def made(folder: Path, store: str, name: str, log: Path | None = None) -> Path:
    """Make a small detector; called by the test and, with a log, by the processes that it kills."""
    fields = {"network": "4 tanh > [2 linear] > mirror > linear", "epochs": 60, "batch_size": 64, "validation": 0.2}
    plan = plan_detector(str(folder / "rows.csv"), fields=fields, seeds=2)
    return make_detector(
        plan, folder / name, store=folder / store, watch=None if log is None else slowed(log), rows=False
    ).path


def slowed(log: Path) -> Watcher:
    """Return a watcher that writes down what it is told, and leaves time to be killed in."""

    def watch(told: Told) -> None:
        with log.open("a") as opened:
            opened.write(f"{told.stage}\n")
        time.sleep(0.004)

    return watch


def lines(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def content(path: Path) -> tuple[dict[str, object], dict[str, bytes]]:
    """Return all that a model file holds, but for when it was made."""
    text, arrays = document.write(open_model(path))
    return json.loads(text) | {"created": ""}, {name: array.tobytes() for name, array in arrays.items()}


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_a_detector_that_is_killed_again_and_again_is_bit_equal_to_an_undisturbed_one(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    x = chance.normal(size=(400, 2)) @ chance.normal(size=(2, 6)) + 0.1 * chance.normal(size=(400, 6))
    np.savetxt(tmp_path / "rows.csv", x, delimiter=",", header="a,b,c,d,e,f", comments="")
    log = tmp_path / "log"
    for count in KILLS_AT:
        process = subprocess.Popen([sys.executable, __file__, str(tmp_path), str(log)], stderr=subprocess.DEVNULL)
        before, deadline = lines(log), time.monotonic() + 120
        while lines(log) < before + count and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.returncode == -signal.SIGKILL, "it ended before it could be killed"
        Store.open(tmp_path / "killed").close()
        assert check(tmp_path / "killed").faults == ()
        with pytest.raises(TrasuntoError):
            open_model(tmp_path / "killed.trasunto")
    assert set(log.read_text().split()) == {"training", "cross-fitting"}, "both must be killed in for this to show much"
    assert content(made(tmp_path, "killed", "killed.trasunto")) == content(made(tmp_path, "whole", "whole.trasunto"))


if __name__ == "__main__":
    completion.CHECKPOINT_SECONDS = 0.05
    made(Path(sys.argv[1]), "killed", "killed.trasunto", Path(sys.argv[2]))
