"""MLflow's runs: one for each member, in the experiment "trasunto"."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from trasunto.api.writers.curves import Point, parameters
from trasunto.cohort.outcome import DIVERGED, TRAINING, Outcome, settings_of
from trasunto.cohort.plan import Job
from trasunto.errors import TrasuntoError, not_installed
from trasunto.files import make_folder

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "trasunto"
DATABASE = "mlflow.db"
"""MLflow's own name for it: `mlflow ui` in the same folder finds it."""

MEMBER, OUTCOME, REASON, ROWS = "trasunto.member", "trasunto.outcome", "trasunto.reason", "trasunto.rows"
"""Tags of a run."""

AT_ONCE = 1000
"""Metrics that MLflow takes in one call."""

_TELEMETRY = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}

_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}
"""How long a server is waited for, unless the environment says it: by MLflow's own habit four minutes, in silence."""

CONNECTING = 5.0
"""Seconds after which a server that takes no connection is given up."""


class MlflowRuns:
    """Writes each member to a run of its own, which is gone on with when the member is.

    Parameters
    ----------
    place
        A tracking URI, a local folder, or "": then $MLFLOW_TRACKING_URI, or a database in the working folder.
    """

    name = "MLflow"

    def __init__(self, place: str) -> None:
        uri = _uri(place or os.environ.get("MLFLOW_TRACKING_URI", ""))
        self._runs: dict[str, str] = {}
        with ExitStack() as resources:
            waiting = {name: value for name, value in _PATIENCE.items() if name not in os.environ}
            resources.enter_context(_environment(_TELEMETRY | waiting))
            _refuse_silence(uri)
            try:
                with _quiet(), _environment({name: "0" for name in waiting if name.endswith("RETRIES")}):
                    self._client = _client(uri)
                    self._experiment = _experiment(self._client)
            except TrasuntoError:
                raise
            except Exception as fault:
                reason = " ".join(str(fault).split())
                raise TrasuntoError(f"MLflow at '{uri}' cannot be written: {reason}") from fault
            self._resources = resources.pop_all()

    def write(self, job: Job, points: Sequence[Point], outcome: Outcome | None) -> None:
        """Add to a member's metrics, and tag it with how it ended where it has."""
        from mlflow.entities import Metric, RunTag

        metrics = [
            Metric(name, value, round(point.time * 1000), point.epoch)
            for point in points
            for name, value in point.metrics.items()
        ]
        run = self._runs.get(job.id)
        if run is None:
            run = self._runs[job.id] = self._begun(job)
        for start in range(0, len(metrics), AT_ONCE):
            self._client.log_batch(run, metrics=metrics[start : start + AT_ONCE])
        if outcome is not None:
            tags = [RunTag(OUTCOME, outcome.status), RunTag(REASON, outcome.reason)]
            self._client.log_batch(run, tags=tags)
            self._client.set_terminated(run, _status(outcome))
            del self._runs[job.id]

    def close(self) -> None:
        """Leave the process as it was found."""
        self._resources.close()

    def _begun(self, job: Job) -> str:
        from mlflow.entities import Param

        if job.first:
            known = self._client.search_runs([self._experiment], f"tags.`{MEMBER}` = '{job.id}'", max_results=1)
            if known:
                self._client.update_run(known[0].info.run_id, status="RUNNING")
                return str(known[0].info.run_id)
        tags = {MEMBER: job.id, ROWS: job.table.provenance.name}
        run = self._client.create_run(self._experiment, tags=tags, run_name=settings_of(job.recipe, job.seed))
        params = [Param(name, str(value)) for name, value in parameters(job).items()]
        self._client.log_batch(run.info.run_id, params=params)
        return str(run.info.run_id)


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Set variables that MLflow reads in every call, and one of them when it is imported."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MLflow from telling on stderr, where progress is shown, how it makes its database."""
    logger = logging.getLogger("mlflow.store.db.utils")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)


def _refuse_silence(uri: str) -> None:
    """Refuse a server that takes no connection; through a proxy that is for MLflow to find out."""
    server = urlsplit(uri)
    if server.scheme not in ("http", "https") or not server.hostname:
        return
    if server.scheme in getproxies() and not proxy_bypass(server.hostname):
        return
    try:
        port = server.port or {"http": 80, "https": 443}[server.scheme]
        socket.create_connection((server.hostname, port), timeout=CONNECTING).close()
    except (OSError, ValueError) as fault:  # a port that is no number is a ValueError
        reason = getattr(fault, "strerror", None) or str(fault)
        raise TrasuntoError(
            f"no MLflow server answers at '{uri}' ({reason}): start it, name another with mlflow:URI, or a folder with "
            "mlflow:FOLDER; nothing was trained"
        ) from fault


def _uri(place: str) -> str:
    """Return the tracking URI that is meant; a plain path is a folder, which gets a database."""
    if "://" in place or place.startswith("databricks"):
        return place
    return f"sqlite:///{Path(place or '.').absolute() / DATABASE}"


def _client(uri: str) -> MlflowClient:
    try:
        from mlflow import MlflowClient

        if uri.startswith("sqlite:"):
            import alembic  # noqa: F401  # which MLflow needs for its database, and does not bring along
            import sqlalchemy  # noqa: F401

            make_folder(Path(uri.removeprefix("sqlite:///")).parent)
    except ImportError as fault:
        raise not_installed("logging to mlflow", fault.name or "mlflow", "mlflow") from fault
    return MlflowClient(tracking_uri=uri)


def _experiment(client: MlflowClient) -> str:
    known = client.get_experiment_by_name(EXPERIMENT)
    return str(client.create_experiment(EXPERIMENT) if known is None else known.experiment_id)


def _status(outcome: Outcome) -> str:
    return {DIVERGED: "FAILED", TRAINING: "KILLED"}.get(outcome.status, "FINISHED")
