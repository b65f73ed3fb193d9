"""Where to train, as users say it: ``local:4``, ``ray``, ``ray:ADDRESS``."""

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
"""Processes of one machine."""


@contextmanager
def executor(on: str | Executor | None) -> Iterator[Executor | None]:
    """Yield what `on` names, and end its workers afterwards; an executor is yielded as it is, and stays.

    Parameters
    ----------
    on
        ``"local:N"``: N processes of this machine. ``"ray"``: the machines of the Ray cluster that this one belongs to,
        or of a new one on this machine alone. ``"ray:ADDRESS"``: those of the cluster at that address. None: this
        process.

    Raises
    ------
    ResourceError
        It names nothing of the kind, or what it names cannot be had.
    """
    if on is not None and not isinstance(on, str) and not hasattr(on, "elsewhere"):
        raise ResourceError(f"on must be a text or an executor, not {on!r} (legal: {LEGAL})")
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
    """Return what names workers if it does.

    Raises
    ------
    ResourceError
        It does not; the message says what would.
    """
    kind, colon, rest = on.partition(":")
    if kind not in ("local", "ray") or (colon and not rest):
        raise ResourceError(f"on '{on}' names no workers (legal: {LEGAL})")
    if kind == "local" and os.name != "posix":
        raise ResourceError(f"on '{on}': processes are for Linux and macOS; leave it out, or use ray")
    if kind == "local" and not (rest.isascii() and rest.isdecimal() and 1 <= int(rest) <= MOST):
        raise ResourceError(f"on '{on}' lacks a number of processes from 1 to {MOST}, as in 'local:4' (legal: {LEGAL})")
    return on
