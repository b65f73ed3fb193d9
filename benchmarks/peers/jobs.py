"""What a peer is asked to do, read from JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from math import ceil
from typing import Any, NamedTuple

KINDS = {
    "image": ("hidden", "batch", "rows", "data"),
    "table": ("features", "batch", "rows"),
    "score": ("features", "rows"),
}
"""What a job of each kind must name; the rest has defaults."""


class JobError(Exception):
    """A job that cannot be done, in a sentence."""


class Done(NamedTuple):
    """One unit of work; `rows` were seen by each of the `networks`, and `training_seconds` is known of some peers."""

    steps: int
    rows: int
    networks: int = 1
    training_seconds: float | None = None


Unit = Callable[[], Done]


@dataclass(frozen=True)
class Job:
    """A job; `rows` is how many there are, `cap_steps` how many minibatches a unit takes, by default one epoch."""

    kind: str
    rows: int
    features: int = 784
    hidden: int = 0
    batch: int = 0
    cap_steps: int = 0
    networks: int = 1
    seed: int = 0
    threads: int = 1
    data: str = ""
    weights: str = ""

    @property
    def steps(self) -> int:
        """Return the number of minibatches in a unit."""
        return self.cap_steps or ceil(self.rows / self.batch)

    @property
    def fitted_rows(self) -> int:
        """Return the rows of an epoch for a library that only fits: so many as make the steps, if there are so many."""
        return min(self.rows, self.steps * self.batch)


def read(text: str) -> Job:
    """Return the job that a JSON object describes."""
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise JobError(f"the job is not JSON: {error}") from error
    if not isinstance(given, dict) or given.get("kind") not in KINDS:
        raise JobError(f"a job is a JSON object whose kind is one of {', '.join(KINDS)}")
    known = {field.name: field.type for field in fields(Job)}
    for name in KINDS[given["kind"]]:
        if name not in given:
            raise JobError(f"a job of kind {given['kind']} names its {name}")
    for name, value in given.items():
        _check(name, value, known)
    return Job(**given)


def _check(name: str, value: Any, known: dict[str, Any]) -> None:
    if name not in known:
        raise JobError(f"a job has no {name}; it has {', '.join(known)}")
    if known[name] == "str":
        if not isinstance(value, str):
            raise JobError(f"{name} is a string, not {value!r}")
        return
    least = 0 if name in ("seed", "cap_steps") else 1
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise JobError(f"{name} is a whole number, at least {least}, not {value!r}")
