"""What MLflow finds, read back with its own client; and that its telemetry stays silent."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars  # noqa: F401  # MLflow imports it where it is there, and it sets a variable
import pytest

from trasunto.api.writers import log_to, writing
from trasunto.errors import TrasuntoError
from trasunto.runs.cohort import Cohort

pytestmark = [
    pytest.mark.heavy,
    # MLflow asks SQLAlchemy for a way of loading that version 2.1 is to lose.
    pytest.mark.filterwarnings(r"ignore:The ``noload`` loader strategy is deprecated"),
]


def runs(uri: str) -> dict[str, Any]:
    """Return MLflow's runs by the member they are of."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("trasunto")
    assert experiment is not None
    return {run.data.tags["trasunto.member"]: run for run in client.search_runs([experiment.experiment_id])}


def curve(uri: str, run: Any, metric: str) -> list[tuple[int, float]]:
    from mlflow import MlflowClient

    history = MlflowClient(tracking_uri=uri).get_metric_history(run.info.run_id, metric)
    return sorted((point.step, point.value) for point in history)


def test_each_member_is_a_run(
    train_logged: Callable[..., Cohort], tmp_path: Path, nobody_is_reached: list[Any]
) -> None:
    environment = dict(os.environ)
    cohort = train_logged("mlflow")
    assert dict(os.environ) == environment
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    found, frame = runs(uri), cohort.frame()
    assert set(found) == set(frame["id"])
    history = cohort.history()
    for row in frame.to_dict("records"):
        run = found[row["id"]]
        assert run.data.tags["trasunto.outcome"] == row["status"]
        assert run.data.tags["trasunto.reason"] == row["reason"]
        assert run.data.tags["trasunto.rows"] == "numbers"
        assert run.info.status == ("FAILED" if row["status"] == "diverged" else "FINISHED")
        assert float(run.data.params["learning_rate"]) == row["learning_rate"]
        assert (run.data.params["network"], run.data.params["seed"]) == (row["network"], "0")
        mine = history[(history["id"] == row["id"]) & history["test_loss"].notna()]
        read = [point for point in curve(uri, run, "test_loss") if point[1] == point[1]]
        assert [(step, value) for step, value in read] == list(zip(mine["epoch"], mine["test_loss"], strict=True))
    assert {path.name for path in tmp_path.iterdir()} == {"mlflow.db", "runs"}


def test_a_member_that_goes_on_goes_on_in_its_run(train_logged: Callable[..., Cohort], tmp_path: Path) -> None:
    train_logged("mlflow:boards", epochs=2)
    cohort = train_logged("mlflow:boards", epochs=5)
    uri = f"sqlite:///{tmp_path / 'boards' / 'mlflow.db'}"
    found = runs(uri)
    assert len(found) == len(cohort)
    run = found[cohort.best().id]
    assert [step for step, _ in curve(uri, run, "test_loss")] == list(range(6))
    assert run.info.status == "FINISHED"


def test_a_long_curve_is_written_in_pieces(
    train_logged: Callable[..., Cohort], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PIECE_SECONDS", 0.05)
    cohort = train_logged("mlflow", epochs=400)
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    run = runs(uri)[cohort.best().id]
    assert [step for step, _ in curve(uri, run, "train_loss")] == list(range(1, 401))


def test_telemetry_is_off_in_a_fresh_process(tmp_path: Path) -> None:
    code = (
        "from trasunto.api.writers import log_to\n"
        "with log_to('mlflow') as observe:\n"
        "    import mlflow.telemetry, mlflow.telemetry.utils as utils\n"
        "    utils._IS_IN_CI_ENV_OR_TESTING = False\n"
        "    assert mlflow.telemetry.get_telemetry_client() is None\n"
        "    assert utils.is_telemetry_disabled()\n"
        "import os\n"
        "assert not {'MLFLOW_DISABLE_TELEMETRY', 'DO_NOT_TRACK'} & set(os.environ)\n"
        "assert mlflow.telemetry.get_telemetry_client() is None\n"
    )
    # What else would keep it silent, tests and build machines, must not be what does.
    quiet = ("CI", "PYTEST_CURRENT_TEST", "MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK", "BUILD_NUMBER")
    environment = {name: value for name, value in os.environ.items() if name not in quiet}
    environment |= {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} == {"mlflow.db"}, "no installation was given a number"


def test_a_server_that_takes_no_connection_is_refused_before_training() -> None:
    before = dict(os.environ)
    with pytest.raises(TrasuntoError, match=r"no MLflow server answers at 'http://127.0.0.1:9' \(Connection refused\)"):  # noqa: SIM117
        with log_to("mlflow:http://127.0.0.1:9"):
            pytest.fail("nothing is opened")
    assert dict(os.environ) == before


def test_a_server_that_never_answers_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(TrasuntoError, match=f"MLflow at '{uri}' cannot be written: .*timed out"):  # noqa: SIM117
            with log_to(f"mlflow:{uri}"):
                pytest.fail("nothing is opened")
        silent.settimeout(0)
        asked = 0
        with suppress(BlockingIOError):
            while True:
                silent.accept()[0].close()
                asked += 1
        assert asked == 2, "one connection to see that it is there, and one request"
