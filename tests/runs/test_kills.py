"""A process killed while it trains loses at most what it had not yet written, and nothing shows afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from trasunto.data import from_arrays
from trasunto.errors import Interrupted
from trasunto.runs import completion
from trasunto.runs.cohort import Cohort
from trasunto.runs.train import train
from trasunto.spec import Recipe

EPOCHS = 400


def trained(store: Path) -> Cohort:
    """Train six small networks; called by the test and by the processes that it kills."""
    x = (np.random.default_rng(0).random((400, 20)) * 255).astype(np.uint8)
    table = from_arrays(x[:300], test=x[300:], image_shape=(4, 5))
    recipe = Recipe("[8 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.5, batch_size=20)
    completion.CHECKPOINT_SECONDS = 0.05
    try:
        return train(recipe.grid(learning_rate=[0.1, 0.5], momentum=[0.0, 0.5, 0.9]), table, epochs=EPOCHS, store=store)
    finally:
        completion.CHECKPOINT_SECONDS = 30.0


def start(store: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__, str(store)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for_a_checkpoint(store: Path, process: subprocess.Popen[str], beyond: int = 0) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        packs = [int(path.name.split("-")[0]) for path in (store / "weights").glob("*.safetensors")]
        if packs and max(packs) > beyond:
            return
        time.sleep(0.01)


def assert_same(one: Cohort, other: Cohort) -> None:
    columns = ["epoch", "train_loss", "test_loss"]
    assert one.history()[columns].equals(other.history()[columns])
    for a, b in zip(one.members, other.members, strict=True):
        for name, array in a.weights.items():
            assert np.array_equal(array, b.weights[name])


@pytest.mark.heavy
def test_a_run_killed_again_and_again_is_bit_equal_to_an_undisturbed_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    killed = 0
    for _ in range(5):
        process = start(tmp_path / "killed")
        wait_for_a_checkpoint(tmp_path / "killed", process)
        time.sleep(float(rng.random() * 0.5))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.communicate()
    assert killed, "the training was over before it could be killed: make it longer"
    assert_same(trained(tmp_path / "killed"), trained(tmp_path / "whole"))


@pytest.mark.heavy
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_epoch_writes_it_down_and_says_how_to_go_on(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path / "stopped")
    wait_for_a_checkpoint(tmp_path / "stopped", process)
    process.send_signal(number)
    said, complained = process.communicate(timeout=120)
    assert process.returncode == 3, complained
    assert "the same call goes on from there" in said
    assert_same(trained(tmp_path / "stopped"), trained(tmp_path / "whole"))


if __name__ == "__main__":
    try:
        trained(Path(sys.argv[1]))
    except Interrupted as stop:
        sys.stdout.write(f"{stop}\n")
        sys.exit(3)
