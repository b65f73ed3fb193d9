"""The network of a table as an ONNX graph that ends in a row's mean square error, run by ONNX Runtime."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-not-found, unused-ignore]
from onnx import TensorProto, helper, numpy_helper  # type: ignore[import-not-found, unused-ignore]

from benchmarks.peers.jobs import Done, Job, JobError, Unit
from benchmarks.peers.tables import ACTIVATIONS, HIDDEN, Rows, table

BATCHES = (10_000, 1_000)
TRIED = 100_000
"""Rows on which the way is chosen."""
PARTS = ("kernel", "bias")
OPERATORS = {"relu": "Relu", "tanh": "Tanh"}


def scores(job: Job) -> Unit:
    """Score rows in minibatches, in the fastest of a few ways: of either size, and on threads of either's own.

    The runtime shares a minibatch between its threads; where waking these takes long, several threads of ours with
    their own minibatches, in sessions of one thread, are up to twice as fast.
    """
    rows = table(job)
    errors = np.empty(len(rows), np.float32)
    together, apart = (_session(job, threads) for threads in (job.threads, 1))

    def score(session: Any, size: int, count: int, threads: int) -> float:
        def minibatch(at: int) -> None:
            errors[at : at + size] = session.run(["error"], {"rows": rows[at : at + size]})[0]

        began = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(minibatch, range(0, count, size)))
        return time.perf_counter() - began

    def trial(way: tuple[Any, int, int]) -> float:
        session, size, threads = way
        return min(score(session, size, min(len(rows), TRIED), threads) for _ in range(3))

    sizes = (job.batch,) if job.batch else BATCHES
    ways = [(session, size, threads) for size in sizes for session, threads in ((together, 1), (apart, job.threads))]
    trial(ways[0])
    session, size, threads = min(ways, key=trial)

    def unit() -> Done:
        score(session, size, len(rows), threads)
        return Done(ceil(len(rows) / size), len(rows))

    return unit


def _session(job: Job, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    content = _model(_weights(job)).SerializeToString()
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _weights(job: Job) -> list[tuple[Rows, Rows]]:
    """Return the kernel (in, out) and the bias of every layer."""
    if not Path(job.weights).is_file():
        raise JobError(f"onnxruntime needs the weights of a network, and there is no file {job.weights!r}")
    with np.load(job.weights, allow_pickle=False) as arrays:
        last = "output" if "output.kernel" in arrays else str(len(HIDDEN) + 1)
        names = [*(str(place + 1) for place in range(len(HIDDEN))), last]
        missing = [f"{name}.{part}" for name in names for part in PARTS if f"{name}.{part}" not in arrays]
        if missing:
            raise JobError(f"{job.weights} lacks {', '.join(missing)}")
        kernels, biases = ([np.asarray(arrays[f"{name}.{part}"], np.float32) for name in names] for part in PARTS)
    shapes = list(pairwise((job.features, *HIDDEN, job.features)))
    if [kernel.shape for kernel in kernels] != shapes:
        raise JobError(f"the kernels of {job.weights} are not {shapes}")
    return list(zip(kernels, biases, strict=True))


def _model(weights: list[tuple[Rows, Rows]]) -> Any:
    nodes, constants, values = [], [], "rows"
    for place, (kernel, bias) in enumerate(weights):
        constants += [numpy_helper.from_array(kernel, f"kernel{place}"), numpy_helper.from_array(bias, f"bias{place}")]
        nodes.append(helper.make_node("Gemm", [values, f"kernel{place}", f"bias{place}"], [f"sum{place}"]))
        values = f"sum{place}"
        if place < len(ACTIVATIONS):
            nodes.append(helper.make_node(OPERATORS[ACTIVATIONS[place]], [values], [f"values{place}"]))
            values = f"values{place}"
    constants.append(numpy_helper.from_array(np.array([1], np.int64), "axes"))
    nodes += [
        helper.make_node("Sub", [values, "rows"], ["left"]),
        helper.make_node("Mul", ["left", "left"], ["square"]),
        helper.make_node("ReduceMean", ["square", "axes"], ["error"], keepdims=0),
    ]
    rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", weights[0][0].shape[0]])
    error = helper.make_tensor_value_info("error", TensorProto.FLOAT, ["n"])
    graph = helper.make_graph(nodes, "reconstruction_error", [rows], [error], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
