"""LRU cache of compiled programs; a cohort at work keeps its own."""

from __future__ import annotations

from functools import lru_cache, partial
from threading import Lock
from typing import Any

import jax

from trasunto.cohort.devices import BRIEF_OPTIONS, COMPILER_OPTIONS
from trasunto.cohort.shapes import Shape
from trasunto.cohort.step import evaluate, train_epoch

MOST = 24
"""Programs of a kind that stay, some tens of mebibytes each, for the next cohort of the same shape."""


class Program:
    """A function that each device compiles once, however many threads call it there.

    It is a function of its own for each shape, because JAX keeps what it has compiled as long as there is the function.
    """

    def __init__(self, function: partial[Any], settings: dict[str, Any]) -> None:
        function.__name__ = function.func.__name__  # type: ignore[attr-defined]  # for profiles and JAX's messages
        self._call = jax.jit(function, compiler_options=settings)
        self._lock, self._there = Lock(), set[jax.Device]()

    def has(self, device: jax.Device) -> bool:
        """Say whether a device has compiled it."""
        return device in self._there

    def __call__(self, device: jax.Device, *given: Any) -> Any:
        """Call it with arrays that are on a device, or in this process's memory."""
        if device not in self._there:
            with self._lock:
                if device not in self._there:
                    self._call.lower(*given).compile()  # a call finds it, and two would each compile it
                    self._there.add(device)
        return self._call(*given)


@lru_cache(MOST)
def training(shape: Shape, double: bool) -> Program:
    """Return `train_epoch` for what `Shape.training` gives, in double precision or not.

    A cohort at work holds it, and what evaluates, so that other cohorts do not take them away.
    """
    return Program(partial(train_epoch, shape.structure, shape.minibatch), options(shape))


@lru_cache(MOST)
def evaluating(shape: Shape, double: bool) -> Program:
    """Return `evaluate` for what `Shape.evaluating` gives; see `training`."""
    return Program(partial(evaluate, shape.structure, shape.minibatch), options(shape))


def any_used() -> bool:
    """Say whether this process has used a program already."""
    return training.cache_info().currsize > 0


def options(shape: Shape) -> dict[str, Any]:
    """Return how XLA compiles the programs of a shape."""
    return BRIEF_OPTIONS if shape.layout.brief else COMPILER_OPTIONS
