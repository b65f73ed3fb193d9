"""The rows of a job and the network that a table is given to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.jobs import Job, JobError

Rows = NDArray[np.float32]

HIDDEN = (64, 32, 24, 32, 64)
ACTIVATIONS = ("relu", "tanh", "relu", "relu", "tanh")
PENALISED = (1, 3)
"""The places of the hidden layers whose outputs are penalised."""
PENALTY = 1e-4


def pixels(job: Job) -> NDArray[np.uint8]:
    """Return the first images of the job's file, (n, 784)."""
    if not Path(job.data).is_file():
        raise JobError(f"there is no file of images {job.data!r}")
    images = np.load(job.data, allow_pickle=False)
    if images.dtype != np.uint8 or images.ndim != 2 or images.shape[1] != 784 or len(images) < job.rows:
        raise JobError(f"{job.data} holds no {job.rows} images of 784 bytes but {images.dtype} {images.shape}")
    return np.ascontiguousarray(images[: job.rows])


def images(job: Job) -> Rows:
    """Return the first images of the job's file as fractions of white."""
    return pixels(job).astype(np.float32) / np.float32(255)


def table(job: Job) -> Rows:
    """Return normal rows made from the seed."""
    random = np.random.default_rng(job.seed)
    return random.standard_normal((job.rows, job.features), dtype=np.float32)
