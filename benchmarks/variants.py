"""Ways to train that were tried, each beside the one in use: ``python -m benchmarks.variants``, about three minutes.

All are measured in turn; a ratio above 1 says that the variant is faster than what is in use.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median
from typing import Any, NamedTuple

import jax
import numpy as np

import trasunto
from benchmarks import ours
from benchmarks.turns import in_turn, ratio, table, times
from trasunto.cohort.devices import COMPILER_OPTIONS, training_devices
from trasunto.cohort.step import Rows, first_states, train_epoch
from trasunto.nets import native
from trasunto.nets.streams import row_order
from trasunto.spec import Recipe

IN_USE = "in use"
OLDER_EMITTERS = {"xla_cpu_use_fusion_emitters": False}
MOST_OPTIMISED = {"xla_backend_optimization_level": 3}


class Variant(NamedTuple):
    """Members of a chunk, whether small products are BLAS's, and options for XLA."""

    width: int
    blas: bool = True
    options: Mapping[str, Any] | None = None


VARIANTS = {
    "784-64-784, minibatches of 1000": {
        IN_USE: Variant(2),
        "chunks of 1": Variant(1),
        "chunks of 4": Variant(4),
        "chunks of 8": Variant(8),
        "XLA's products on one thread a device": Variant(2, options={"xla_cpu_multi_thread_eigen": False}),
        "XLA without YNNPACK": Variant(2, options={"xla_cpu_experimental_ynn_fusion_type": ""}),
        "LLVM at its usual level": Variant(2, options=MOST_OPTIMISED),
        "XLA's older emitters": Variant(2, options=OLDER_EMITTERS),
        "XLA in registers of 256 bits": Variant(2, options={"xla_cpu_prefer_vector_width": 256}),
    },
    "29-64-32-24-32-64-29, minibatches of 64": {
        IN_USE: Variant(16),
        "chunks of 8": Variant(8),
        "chunks of 32": Variant(32),
        "chunks of 64": Variant(64),
        "XLA's products": Variant(16, blas=False),
        "XLA's products in chunks of 4": Variant(4, blas=False),
        "LLVM at its usual level": Variant(16, options=MOST_OPTIMISED),
        "XLA's older emitters": Variant(16, options=OLDER_EMITTERS),
        "the rest in registers of 256 bits": Variant(16, options={"xla_cpu_prefer_vector_width": 256}),
    },
    "29-64-32-24-32-64-29, minibatches of 64, one alone": {
        IN_USE: Variant(1),
        "XLA's products": Variant(1, blas=False),
    },
}


def main() -> None:
    """Measure all and print a table for each network."""
    training_devices()
    images = trasunto.load("mnist").x[:20_000]
    tabular = np.random.default_rng(0).normal(size=(64_000, 29)).astype(np.float32)
    for name, variants in VARIANTS.items():
        recipe, x = (ours.image_recipe(64), images) if name.startswith("784") else (ours.table_recipe(64), tabular)
        print(name, flush=True)
        places = 1 if name.endswith("alone") else len(training_devices())
        works = {label: _work(recipe, x, variant, places) for label, variant in variants.items()}
        seconds = in_turn(works, 7)
        rows = [
            [label, f"{1e3 * median(spent):.3g}", times(ratio(seconds[IN_USE], spent))]
            for label, spent in seconds.items()
        ]
        print(table(["", "ms a network and minibatch", "times as fast as what is in use"], rows))


def _work(recipe: Recipe, x: np.ndarray, variant: Variant, places: int) -> Callable[[], float]:
    """Return an epoch of one chunk on each device, compiled, as seconds of a network and minibatch."""
    available = native.products()
    native.products = lambda: available and variant.blas  # type: ignore[assignment]
    structure, numbers = recipe.structure.on(x.shape[1]), recipe.numbers
    columns = {name: np.full(variant.width, value, np.float32) for name, value in numbers.items()}
    seeds, ones = np.arange(variant.width, dtype=np.uint32), np.ones(variant.width, np.float32)
    order = row_order(0, 1, len(x))
    options = {**COMPILER_OPTIONS, **(variant.options or {})}
    train: Any = partial(train_epoch, structure, recipe.batch_size)
    epoch = jax.jit(
        lambda states, rows: train(states, columns, seeds, ones, np.int32(1), order, rows)[0],
        compiler_options=options,
    )
    scale = np.float32(1 / 255 if x.dtype == np.uint8 else 1)
    states, rows = [], []
    for device in training_devices()[:places]:
        states.append(jax.device_put(first_states(structure, columns, seeds), device))
        rows.append(Rows(*jax.device_put((x, np.int32(len(x)), scale), device)))

    def on(place: int) -> None:
        states[place] = jax.block_until_ready(epoch(states[place], rows[place]))

    def work() -> float:
        began = time.perf_counter()
        with ThreadPoolExecutor(places) as threads:
            list(threads.map(on, range(places)))
        steps = -(-len(x) // recipe.batch_size)
        return (time.perf_counter() - began) / places / variant.width / steps

    work()
    native.products = lambda: available  # type: ignore[assignment]
    return work


if __name__ == "__main__":
    main()
