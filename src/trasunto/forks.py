"""Detection of a fork from a process in which JAX was running, whose threads stayed behind.

Work that needs one of JAX's threads, such as compiling, would wait forever there. The package registers this when it
is imported, so that it also notices a process that uses JAX through another library.
"""

from __future__ import annotations

import os
import sys

from trasunto.errors import TrasuntoError

_without_threads = False


def refuse_without_threads(what: str) -> None:
    """Refuse to do `what`, which needs JAX's threads, where they are not there.

    Raises
    ------
    TrasuntoError
        This process was forked after JAX began.
    """
    if _without_threads:
        raise TrasuntoError(
            f"{what} is not possible in this process: it was forked after JAX had begun in its parent, and would wait "
            "for ever; start processes with multiprocessing.get_context('spawn') or 'forkserver', or with joblib"
        )


def _note() -> None:
    """Note in a forked child whether JAX was running, without taking a lock that another thread may have held."""
    global _without_threads
    began = getattr(sys.modules.get("jax._src.xla_bridge"), "_backends", None)
    _without_threads = _without_threads or bool(began)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note)
