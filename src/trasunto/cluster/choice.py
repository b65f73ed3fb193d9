"""Parser of the option `on`, which selects an executor: ``local:N``, ``ray`` or ``ray:ADDRESS``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trasunto.errors import ResourceError

if TYPE_CHECKING:
    from trasunto.cluster.on_ray import RayWorkers
    from trasunto.cluster.processes import LocalWorkers
    from trasunto.cohort.places import Executor

LEGAL = "local:N, ray, ray:ADDRESS"
MOST = 256
"""Maximum worker processes of one machine."""


@contextmanager
def executor(on: str | Executor | None) -> Iterator[Executor | None]:
    """Yield the executor that `on` selects, and end its workers afterwards; an executor itself is left open.

    Parameters
    ----------
    on
        ``"local:N"``: N processes of this machine. ``"ray"``: the machines of the Ray cluster that this one belongs to,
        or of a new one on this machine alone. ``"ray:ADDRESS"``: those of the cluster at that address. None: this
        process.

    Raises
    ------
    ResourceError
        `on` is invalid, or its workers are not available.
    """
    if on is not None and not isinstance(on, str) and not hasattr(on, "elsewhere"):
        raise ResourceError(f"on must be a string or an executor, not {on!r} (legal: {LEGAL})")
    if not isinstance(on, str):
        yield on
        return
    kind, _, rest = legal(on).partition(":")
    workers: LocalWorkers | RayWorkers
    if kind == "local":
        from trasunto.cluster.processes import LocalWorkers

        workers = LocalWorkers(int(rest))
    else:
        from trasunto.cluster.on_ray import RayWorkers

        workers = RayWorkers.at(rest)
    try:
        yield workers
    finally:
        workers.close()


def legal(on: str) -> str:
    """Return `on` if it is valid.

    Raises
    ------
    ResourceError
        It is not; the message lists the legal values.
    """
    kind, colon, rest = on.partition(":")
    if kind not in ("local", "ray") or (colon and not rest):
        raise ResourceError(f"invalid value for on: '{on}' (legal: {LEGAL})")
    if kind == "local" and os.name != "posix":
        raise ResourceError(f"on '{on}': worker processes need Linux or macOS; leave it out, or use ray")
    if kind == "local" and not (rest.isascii() and rest.isdecimal() and 1 <= int(rest) <= MOST):
        raise ResourceError(
            f"invalid value for on: '{on}' needs a number of processes from 1 to {MOST}, as in local:4 (legal: {LEGAL})"
        )
    return on
