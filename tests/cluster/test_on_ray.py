"""A cluster of three nodes on the loopback interface trains what this process does, and may lose one on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasunto.cluster import executor
from trasunto.cluster.on_ray import AT_HOME, SILENT, RayWorkers
from trasunto.cohort.training import Step
from trasunto.data import from_arrays
from trasunto.errors import ResourceError
from trasunto.runs.cohort import Cohort
from trasunto.runs.train import train
from trasunto.spec import Recipe

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    # Ray starts its own processes by forking; they replace themselves at once, and never come to JAX's threads.
    pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Ray leaves its processes' log files open
]

EPOCHS = 1500

Study = Callable[..., Cohort]
Same = Callable[[Cohort, Cohort], None]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    os.environ.update(SILENT | AT_HOME)
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    for _ in range(2):
        nodes.add_node(num_cpus=1)
    nodes.wait_for_nodes()
    yield nodes
    nodes.shutdown()


@pytest.fixture
def workers(cluster: Any) -> Iterator[RayWorkers]:
    with executor(f"ray:{cluster.address}") as there:
        assert isinstance(there, RayWorkers)
        yield there


def test_it_listens_on_loopback_only(cluster: Any) -> None:
    assert cluster.address.startswith("127.0.0.1:")


@pytest.mark.parametrize(("address", "said"), [("127.0.0.1:1", "answers at '127.0.0.1:1'"), ("ray://h:1", "HOST:PORT")])
def test_an_address_where_nobody_is_is_refused_at_once(address: str, said: str) -> None:
    with pytest.raises(ResourceError, match=said), executor(f"ray:{address}"):
        pass


def test_the_same_study_gives_the_same_results(
    workers: RayWorkers, study: Study, here: Cohort, same: Same, tmp_path: Path
) -> None:
    assert workers.width == 3
    same(study(tmp_path, workers), here)


def test_a_killed_driver_goes_on(cluster: Any, tmp_path: Path) -> None:
    whole = driven(tmp_path / "whole")
    process = subprocess.Popen([sys.executable, __file__, str(tmp_path / "killed"), f"ray:{cluster.address}"])
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None and farthest(tmp_path / "killed") < 100:
        time.sleep(0.05)
    assert process.poll() is None, "it was over before it could be killed: make it longer"
    process.send_signal(signal.SIGKILL)
    process.wait()
    steps: list[Step] = []
    resumed = driven(tmp_path / "killed", f"ray:{cluster.address}", steps)
    assert 0 < len(steps) <= 3 * (EPOCHS + 1) - 100, "what was done is not done again"
    for column in ("train_loss", "test_loss"):
        np.testing.assert_allclose(resumed.history()[column], whole.history()[column], rtol=1e-5)


def test_a_node_removed_in_mid_run_costs_its_chunks_alone(
    cluster: Any, workers: RayWorkers, study: Study, here: Cohort, same: Same, tmp_path: Path
) -> None:
    lost = cluster.worker_nodes.copy().pop()
    told: list[tuple[str, int]] = []

    def unplug(step: Step) -> None:
        told.extend((job.id, step.event.epoch) for job in step.event.jobs)
        if step.event.epoch == 2 and lost in cluster.worker_nodes:
            cluster.remove_node(lost, allow_graceful=False)

    assert workers.width == 3
    same(study(tmp_path, workers, observe=unplug), here)
    assert lost not in cluster.worker_nodes
    assert len(told) == len(set(told)), "an epoch is told of once"
    same(study(tmp_path, workers, epochs=8), study(tmp_path / "here", epochs=8))


def farthest(store: Path) -> int:
    """Return the last epoch of which there are weights."""
    return max((int(path.name.split("-")[0]) for path in store.glob("weights/*.safetensors")), default=0)


def driven(store: Path, on: str | None = None, steps: list[Step] | None = None) -> Cohort:
    """Train three networks for long; called by a test and by the process that it kills."""
    x = (np.random.default_rng(0).random((400, 20)) * 255).astype(np.uint8)
    table = from_arrays(x[:300], test=x[300:], image_shape=(4, 5))
    recipe = Recipe("[8 sigmoid drop=0.1] > sigmoid", optimizer="sgd", batch_size=20)
    observe = None if steps is None else steps.append
    return train(recipe.grid(learning_rate=[0.1, 0.2, 0.5]), table, epochs=EPOCHS, store=store, on=on, observe=observe)


if __name__ == "__main__":
    from trasunto.runs import completion

    completion.CHECKPOINT_SECONDS = 0.2
    driven(Path(sys.argv[1]), sys.argv[2])
