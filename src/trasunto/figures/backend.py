"""Matplotlib, whatever its surroundings: figures are drawn to files, so neither a screen nor a notebook is needed."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from contextlib import suppress

USED = ("matplotlib.figure", "matplotlib.backends.backend_agg")


def load_matplotlib() -> None:
    """Import matplotlib where the process has not, even if $MPLBACKEND names what is not installed here.

    A notebook hands its own on to whatever is started in it. Where the folder of settings cannot be written, matplotlib
    takes a temporary one, and need not say so.
    """
    if "matplotlib" in sys.modules:
        return
    logger, backend = logging.getLogger("matplotlib"), os.environ.pop("MPLBACKEND", None)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        for name in USED:
            importlib.import_module(name)
    finally:
        logger.setLevel(level)
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    if backend:
        with suppress(ValueError):
            sys.modules["matplotlib"].rcParams["backend"] = backend  # as it would have done itself
