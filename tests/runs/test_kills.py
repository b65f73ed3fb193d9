"""A process killed while it trains loses at most what it had not yet written, and nothing shows afterwards."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from trasunto.cohort import running
from trasunto.cohort.running import Event
from trasunto.data import from_arrays
from trasunto.errors import Interrupted
from trasunto.runs import completion
from trasunto.runs.checking import check
from trasunto.runs.cohort import Cohort
from trasunto.runs.recording import Recorder
from trasunto.runs.store import Store
from trasunto.runs.train import train
from trasunto.spec import Recipe

KILLS = int(os.environ.get("TRASUNTO_KILLS", "10"))
"""`make soak` sets it to 100."""

EPOCHS = 40 * KILLS + 200
INTERVAL = 20
"""Between checkpoints, in epochs of chunks: the clock of the processes that are killed counts those, not seconds."""

LAG = 2
"""Epochs of a chunk that may come between the moment that a checkpoint is due and the clock's next look."""


def trained(store: Path, log: Path | None = None, epochs: int = EPOCHS) -> Cohort:
    """Train six small networks; called by the test and, with a log, by the processes that it kills."""
    x = (np.random.default_rng(0).random((400, 20)) * 255).astype(np.uint8)
    table = from_arrays(x[:300], test=x[300:], image_shape=(4, 5))
    recipe = Recipe("[8 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.5, batch_size=20)
    grid = recipe.grid(learning_rate=[0.1, 0.5], momentum=[0.0, 0.5, 0.9])
    if log is not None:
        write_down(log)
    return train(grid, table, epochs=epochs, store=store, snapshots=[])


def write_down(log: Path) -> None:
    """Log every epoch of every network before it is recorded, and let that be this process's clock."""
    opened = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    clock = [0.0]

    class Logged(Recorder):
        def take(self, event: Event) -> None:
            ids = ",".join(job.id for job in event.jobs)
            os.write(opened, f"{os.getpid()} {event.epoch} {ids}\n".encode())
            super().take(event)
            clock[0] += 1
            time.sleep(0.004)  # so that there is time to be killed in

    vars(running)["time"] = SimpleNamespace(monotonic=lambda: clock[0])
    vars(completion).update(CHECKPOINT_SECONDS=INTERVAL, Recorder=Logged)


def start(store: Path, log: Path) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, str(store), str(log)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_until_it_trains(process: subprocess.Popen[str], log: Path) -> None:
    begun = re.compile(rf"^{process.pid} [1-9]", re.MULTILINE)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if log.exists() and begun.search(log.read_text()):
            return
        time.sleep(0.01)


def kill(process: subprocess.Popen[str], log: Path, chance: np.random.Generator) -> None:
    """Kill it in the midst of training, or now and then at any time from its start on."""
    if chance.random() < 0.75:
        wait_until_it_trains(process, log)
        time.sleep(float(chance.random() * 0.5))
    else:
        time.sleep(float(chance.random() * 4))
    assert process.poll() is None, f"over before it could be killed, make it longer: {process.communicate()}"
    process.send_signal(signal.SIGKILL)
    process.communicate()


def assert_same(one: Cohort, other: Cohort) -> None:
    columns = ["epoch", "train_loss", "test_loss"]
    assert one.history()[columns].equals(other.history()[columns])
    for a, b in zip(one.members, other.members, strict=True):
        assert a.weights.keys() == b.weights.keys()
        for name, array in a.weights.items():
            assert np.array_equal(array, b.weights[name])


def attempts(log: Path) -> dict[str, list[list[int]]]:
    """Return the epochs that were trained, by network and, within it, by process."""
    epochs: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for line in log.read_text().splitlines():
        process, epoch, ids = line.split(" ")
        for id in ids.split(",") if epoch != "0" else ():
            epochs[id][process].append(int(epoch))
    return {id: list(by_process.values()) for id, by_process in epochs.items()}


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_a_run_killed_again_and_again_is_bit_equal_to_an_undisturbed_one(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    store, log = tmp_path / "killed", tmp_path / "log"
    for _ in range(KILLS):
        kill(start(store, log), log, chance)
        Store.open(store).close()
        assert check(store).faults == (), "nothing is left over, damaged or gone after the next open"
    last = start(store, log)
    assert last.communicate(timeout=600) == ("", "")
    twice = 0
    for trainings in attempts(log).values():
        for before, after in pairwise(trainings):
            repeated = before[-1] + 1 - after[0]
            assert 0 <= repeated <= INTERVAL + LAG
            twice += repeated
        assert sorted({epoch for training in trainings for epoch in training}) == list(range(1, EPOCHS + 1))
    assert twice, "no kill made anything be trained twice, so that nothing was tried"
    whole = trained(tmp_path / "whole")
    assert_same(trained(store), whole)
    sys.stdout.write(f"{KILLS} kills: {twice} of {len(whole) * EPOCHS} network-epochs trained twice\n")


@pytest.mark.heavy
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_epoch_writes_it_down_and_says_how_to_go_on(tmp_path: Path, number: signal.Signals) -> None:
    store, log = tmp_path / "stopped", tmp_path / "log"
    process = start(store, log)
    wait_until_it_trains(process, log)
    time.sleep(0.3)
    process.send_signal(number)
    said, complained = process.communicate(timeout=120)
    assert process.returncode == 3, complained
    assert "the same call goes on from there" in said
    assert start(store, log).communicate(timeout=120) == ("", "")
    for id, trainings in attempts(log).items():
        assert len(trainings) == 2
        assert [epoch for training in trainings for epoch in training] == list(range(1, EPOCHS + 1)), id
    assert_same(trained(store), trained(tmp_path / "whole"))


@pytest.mark.heavy
def test_of_two_processes_on_one_store_both_finish_or_one_says_who_writes(tmp_path: Path) -> None:
    store = tmp_path / "shared"
    both = [start(store, tmp_path / f"log {number}") for number in range(2)]
    ended = [(process.communicate(timeout=300), process.returncode) for process in both]
    for (_, complained), code in ended:
        assert code == 0 or "is being written by " in complained
    assert 0 in [code for _, code in ended]
    assert check(store).faults == ()
    assert_same(trained(store), trained(tmp_path / "whole"))


if __name__ == "__main__":
    try:
        trained(Path(sys.argv[1]), Path(sys.argv[2]))
    except Interrupted as stop:
        sys.stdout.write(f"{stop}\n")
        sys.exit(3)
