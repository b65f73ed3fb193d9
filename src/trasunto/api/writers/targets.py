"""Targets of `log_to` and ``--log``: which tool, and where it writes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from trasunto.api.writers.curves import Writer
from trasunto.api.writers.writing import Writing
from trasunto.cohort.training import Observer
from trasunto.errors import one_of


def _mlflow(place: str) -> Writer:
    from trasunto.api.writers.mlflow_runs import MlflowRuns

    return MlflowRuns(place)


def _tensorboard(place: str) -> Writer:
    from trasunto.api.writers.tensorboard_folders import TensorboardFolders

    return TensorboardFolders(place)


_WRITERS: dict[str, Callable[[str], Writer]] = {"mlflow": _mlflow, "tensorboard": _tensorboard}


def _warn(sentence: str) -> None:
    warnings.warn(sentence, RuntimeWarning, stacklevel=2)


@contextmanager
def log_to(*targets: str, complain: Callable[[str], None] = _warn) -> Iterator[Observer | None]:
    """Write members' curves for other tools while they are trained, and yield the observer that does.

    Parameters
    ----------
    *targets
        ``"mlflow"``, ``"mlflow:URI"`` or ``"mlflow:FOLDER"``; ``"tensorboard"`` or ``"tensorboard:FOLDER"``. With none,
        None is yielded, and nothing is written.
    complain
        Takes one sentence about a writer that fails later on; by default it is a warning.

    Raises
    ------
    TrasuntoError
        There is no such tool, its extra is not installed, or the place cannot be written; nothing was trained.

    Examples
    --------
    >>> import trasunto
    >>> def train(recipe, table):
    ...     with log_to("tensorboard:curves") as observe:
    ...         return trasunto.train(recipe, table, observe=observe)
    """
    asked = [target.partition(":") for target in dict.fromkeys(targets)]
    for tool, _, _ in asked:
        if tool not in _WRITERS:
            raise one_of("the tool to log to,", tool, _WRITERS)
    if not asked:
        yield None
        return
    writers: list[Writer] = []
    try:
        for tool, _, place in asked:
            writers.append(_WRITERS[tool](place))
    except BaseException:
        for writer in writers:
            writer.close()
        raise
    writing = Writing(writers, complain)
    try:
        yield writing
    finally:
        writing.close()
