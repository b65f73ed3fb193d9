"""`train`: complete a request and return its cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from trasunto.cluster import executor
from trasunto.cohort.places import Executor
from trasunto.cohort.request import Arrays, Recipes, Request, make_request, warned
from trasunto.cohort.training import CompilingObserver, Observer
from trasunto.data import as_table
from trasunto.errors import RecipeError, StoreError
from trasunto.runs.cohort import Cohort
from trasunto.runs.completion import complete
from trasunto.runs.store import folder_of
from trasunto.spec import Stopping


def train(
    recipes: Recipes,
    table: Any,
    *,
    seeds: int | Sequence[int] = 1,
    epochs: int | Sequence[int] | None = None,
    snapshots: Sequence[int] | None = None,
    store: str | PathLike[str] = "runs",
    name: str | None = None,
    observe: Observer | None = None,
    starts: Sequence[Arrays | None] | None = None,
    stopping: Stopping | None = None,
    on: str | Executor | None = None,
    observe_compiling: CompilingObserver | None = None,
) -> Cohort:
    """Train every recipe with every seed, as far as that has not been done already.

    Parameters
    ----------
    recipes
        One recipe, a grid, or a list; members are recipes x seeds, seeds fastest.
    table
        Rows to train on; its ``test`` rows, and those that ``recipe.validation`` holds out, are evaluated each epoch.
        In place of a table, what :func:`trasunto.data.as_table` takes: an array, lists or a data frame, all of whose
        rows are trained on; a name of the catalogue or a path, as :func:`trasunto.load` and :func:`trasunto.read` take
        them.
    seeds
        How many (0, 1, ...), or which, each once.
    epochs
        To which epoch, one for all or one for each recipe; by default the recipes' own. A member that has come further
        already is looked at there.
    snapshots
        Epochs whose weights are kept. By default 1, 2, 5, 10, 20, 50, ... where that stays below 256 MiB; any other
        epoch can be had later too, by training again from the nearest earlier weights.
    store
        Folder that outlives the process. What it holds already is not trained again, whoever trained it.
    name
        Name of the run; by default derived from its members.
    observe
        Called after every epoch of a chunk; it only reads.
    starts
        For each member, weights whose encoder it starts from, or None.
    stopping
        A rule that may end a member's training early, and by which its best epoch is the one looked at.
    on
        Where to train: ``"local:4"`` (so many processes), ``"ray"`` or ``"ray:ADDRESS"`` (the machines of a cluster),
        or an executor; by default this process. This process alone reads and writes the store.
    observe_compiling
        Called when programs begin to be compiled, and when they are, with how many are and how many will be later
        (``now``, ``later``); it only reads.

    Returns
    -------
    The trained members, with their curves, outcomes and weights.

    Raises
    ------
    TrasuntoError
        What is asked for cannot be trained, kept or fitted into memory; nothing was started.
    Interrupted
        Ctrl-C or SIGTERM; what was done is kept, and the same call goes on.

    Examples
    --------
    >>> import tempfile, trasunto
    >>> rows = trasunto.data.from_arrays([[0.0, 0.1], [0.2, 0.3], [0.4, 0.5]])
    >>> recipe = trasunto.Recipe("[1 tanh] > linear", optimizer="sgd", epochs=2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cohort = trasunto.train(recipe.grid(learning_rate=[0.1, 0.2]), rows, store=folder)
    ...     cohort.frame()["status"].tolist()
    ['finished', 'finished']
    """
    folder = folder_of(store)
    _refuse_kinds(name, stopping, starts, {"observe": observe, "observe_compiling": observe_compiling})
    request = warned(make_request(recipes, as_table(table), seeds, epochs, snapshots, starts, stopping))
    return train_request(request, folder, name, observe=observe, on=on, observe_compiling=observe_compiling)


def train_request(
    request: Request,
    store: str | PathLike[str],
    name: str | None = None,
    *,
    observe: Observer | None = None,
    on: str | Executor | None = None,
    observe_compiling: CompilingObserver | None = None,
) -> Cohort:
    """Train what a store lacks of a request; parameters, returns and errors are those of `train`."""
    folder, name = folder_of(store), name or request.usual_name
    with executor(on) as workers:
        complete(request, folder, name, observe, workers, observe_compiling)
    return Cohort(request, folder, name)


def _refuse_kinds(name: object, stopping: object, starts: object, observers: Mapping[str, object]) -> None:
    """Refuse values of kinds that no training takes."""
    if name is not None and not isinstance(name, str):
        raise StoreError(f"name must be a text, the name of the run, not {name!r}")
    if stopping is not None and not isinstance(stopping, Stopping):
        raise RecipeError(f"stopping must be a Stopping, as in trasunto.Stopping(patience=5), not {stopping!r}")
    listed = starts if isinstance(starts, Sequence) else [starts]
    if not all(one is None or isinstance(one, Mapping) for one in listed):
        raise RecipeError("starts must be a list, for each member its weights by name (a dictionary) or None")
    for called, observe in observers.items():
        if observe is not None and not callable(observe):
            raise RecipeError(f"{called} must be a function that takes what is told, not {observe!r}")
