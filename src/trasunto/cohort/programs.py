"""Compiled programs as this process holds them: those that were used last, and those at work."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import jax

from trasunto.cohort.devices import BRIEF_OPTIONS, COMPILER_OPTIONS
from trasunto.cohort.shapes import Shape
from trasunto.cohort.step import evaluate, train_epoch

MOST = 24
"""Programs of a kind that stay, some tens of mebibytes each, for the next cohort of the same shape."""

Program = Callable[..., Any]


@lru_cache(MOST)
def training(shape: Shape, double: bool) -> Program:
    """Return `train_epoch` for one shape, in double precision or not; each device compiles it at its first call.

    It is a function of its own, because JAX keeps what it has compiled as long as there is the function. A cohort at
    work holds it, too, so that other cohorts do not take it away.
    """
    program = partial(train_epoch, shape.structure, shape.minibatch)
    return jax.jit(named(program, train_epoch), donate_argnums=0, compiler_options=_options(shape))


@lru_cache(MOST)
def evaluating(shape: Shape, double: bool) -> Program:
    """Return `evaluate` for what `Shape.evaluating` gives; see `training`."""
    program = partial(evaluate, shape.structure, shape.minibatch)
    return jax.jit(named(program, evaluate), compiler_options=_options(shape))


def _options(shape: Shape) -> dict[str, int | str | bool]:
    return BRIEF_OPTIONS if shape.layout.brief else COMPILER_OPTIONS


def named(program: Any, original: Callable[..., Any]) -> Any:
    """Return a program under the name of a function that it calls, as profiles and JAX's messages are to show it."""
    program.__name__ = original.__name__
    return program
