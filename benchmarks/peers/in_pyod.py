"""PyOD's AutoEncoder as its user writes it.

Its defaults differ from the network of the other peers: relu in every hidden layer, batch normalisation and dropout
0.2 after each, weights that decay by 1e-5, no penalty of outputs. It standardises the rows, one at a time as they are
asked for, and leaves out a last minibatch that is not full. `fit` also scores the rows it has trained on, to find the
threshold, and begins a new network each time; a row's score is the root of its sum of squares.
"""

from __future__ import annotations

import time
from math import ceil
from typing import Any

import torch
from pyod.models.auto_encoder import AutoEncoder  # type: ignore[import-not-found, unused-ignore]

from benchmarks.peers.jobs import Done, Job, JobError, Unit
from benchmarks.peers.tables import table as rows_of

ENCODER = [64, 32, 24]


def table(job: Job) -> Unit:
    """Fit for one epoch; the seconds of the epoch alone are reported beside those of the whole `fit`."""
    if job.fitted_rows < job.batch:
        raise JobError(f"pyod leaves out a minibatch that is not full, and {job.fitted_rows} rows make none")
    torch.set_num_threads(job.threads)
    rows = rows_of(job)[: job.fitted_rows]
    detector = AutoEncoder(
        hidden_neuron_list=ENCODER, batch_size=job.batch, epoch_num=1, random_state=job.seed, verbose=0
    )
    spent = _watched(detector)

    def unit() -> Done:
        detector.fit(rows)
        steps = len(rows) // job.batch
        return Done(steps, steps * job.batch, training_seconds=spent[-1])

    return unit


def _watched(detector: Any) -> list[float]:
    """Note how long each call of the detector's `train` takes."""
    spent: list[float] = []
    train = detector.train

    def watched(loader: Any) -> None:
        began = time.perf_counter()
        train(loader)
        spent.append(time.perf_counter() - began)

    detector.train = watched
    return spent


def scores(job: Job) -> Unit:
    """Score rows by `decision_function`, with the job's batch or else, as by default, that of `fit`, which is 32."""
    torch.set_num_threads(job.threads)
    rows = rows_of(job)
    detector = AutoEncoder(hidden_neuron_list=ENCODER, epoch_num=1, random_state=job.seed, verbose=0)
    detector.fit(rows[:640])
    batch = job.batch or int(detector.batch_size)

    def unit() -> Done:
        errors = detector.decision_function(rows, batch_size=batch)
        assert errors.shape == (len(rows),)
        return Done(ceil(len(rows) / batch), len(rows))

    return unit
