"""Processors and threads of a peer, said in the environment before a library is imported, since many read it then."""

from __future__ import annotations

import os

THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "NPROC",  # the size of JAX's pool on processors
)


def limit(name: str, threads: int) -> None:
    """Keep this process to its processors and so many threads, and choose the backend of Keras by the peer's name."""
    os.environ.update(dict.fromkeys(THREADS, str(threads)))
    os.environ.update(TF_NUM_INTEROP_THREADS=str(threads), TF_CPP_MIN_LOG_LEVEL="2", CUDA_VISIBLE_DEVICES="-1")
    os.environ["JAX_PLATFORMS"] = "cpu"
    if name.startswith("keras-"):
        os.environ["KERAS_BACKEND"] = name.removeprefix("keras-")
