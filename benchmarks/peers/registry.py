"""Who can do which kind of job; a library is imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from benchmarks.peers.jobs import Job, JobError, Unit

PEERS = {
    ("image", "pytorch-dataloader"): "in_pytorch_images:dataloader",
    ("image", "pytorch-tuned"): "in_pytorch_images:tuned",
    ("image", "pytorch-vmap"): "in_pytorch_together:together",
    ("image", "keras-tensorflow"): "in_keras:images",
    ("image", "keras-jax"): "in_keras:images",
    ("image", "sklearn"): "in_sklearn:images",
    ("table", "pytorch-tuned"): "in_pytorch_tables:tuned",
    ("table", "keras-tensorflow"): "in_keras:table",
    ("table", "keras-jax"): "in_keras:table",
    ("table", "pyod"): "in_pyod:table",
    ("table", "sklearn"): "in_sklearn:table",
    ("score", "pyod"): "in_pyod:scores",
    ("score", "sklearn"): "in_sklearn:scores",
    ("score", "onnxruntime"): "in_onnx:scores",
}


def check(kind: str, name: str) -> None:
    """Refuse a peer that is not known, or not for this kind of job."""
    if (kind, name) not in PEERS:
        able = ", ".join(peer for other, peer in PEERS if other == kind)
        raise JobError(f"no peer {name!r} does a job of kind {kind}; {able} do")


def prepared(name: str, job: Job) -> Unit:
    """Import what this peer needs and return its unit of work, ready but for a warm-up."""
    check(job.kind, name)
    module, _, function = PEERS[job.kind, name].partition(":")
    try:
        found = getattr(import_module(f"benchmarks.peers.{module}"), function)
    except ModuleNotFoundError as error:
        raise JobError(f"{name} needs {error.name}: install what benchmarks/peers/constraints.txt names") from error
    return cast("Callable[[Job], Unit]", found)(job)
