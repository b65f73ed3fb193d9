"""Optuna as far as this project uses it: found where it is installed, kept quiet, its classes made by name."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from trasunto.errors import RecipeError, TrasuntoError, one_of
from trasunto.search.sweep import Named

ABSTRACT = {"BaseSampler", "BaseGASampler", "BasePruner"}
UNFIT = ABSTRACT | {
    "GridSampler",  # this project's "grid" lists more kinds of space, at once
    "BruteForceSampler",  # the same, and it ends by stopping a loop that is not Optuna's here
    "PartialFixedSampler",  # around another sampler
    "PatientPruner",  # around another pruner
    "NopPruner",
}
"""Classes that are no choice."""

NEEDS = {"CmaEsSampler": "cmaes", "GPSampler": "torch"}
"""Packages that Optuna does not bring, and asks for only once it is at work."""


def optuna() -> ModuleType:
    """Return Optuna.

    Raises
    ------
    TrasuntoError
        It is not installed.
    """
    try:
        import optuna
    except ImportError as fault:
        raise TrasuntoError(
            "this sampler or pruner is Optuna's, which is not installed: pip install 'trasunto[search]', or use "
            "sampler 'random' or 'grid' and pruner 'halving'"
        ) from fault
    found: ModuleType = optuna
    return found


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna from writing of what is done with it, and give its settings back."""
    logging = optuna().logging
    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        with warnings.catch_warnings():
            # What is experimental there is asked for by name, and what cannot be helped is not worth a line a trial.
            warnings.filterwarnings("ignore", module=r"optuna\.|trasunto\.search\.")
            yield
    finally:
        logging.set_verbosity(before)


def names(module: ModuleType, ending: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that may be used: ours, and the classes of one of Optuna's modules."""
    return (*own, *sorted(name for name in module.__all__ if name.endswith(ending) and name not in UNFIT))


def made(kind: str, module: ModuleType, own: tuple[str, ...], named: Named, **fixed: Any) -> Any:
    """Return an object of the class of that name, given its options and those of `fixed` that it takes.

    Raises
    ------
    TrasuntoError
        There is no such class, it does not take these options, or it needs another package.
    """
    legal = names(module, kind.capitalize(), own)
    if named.name not in legal:
        raise one_of(kind, named.name, legal, RecipeError)
    of = getattr(module, named.name)
    takes = [name for name in inspect.signature(of.__init__).parameters if name != "self"]
    for option in named.options:
        if option not in takes or option == "seed":
            raise one_of(
                f"{kind} {named.name}: option", option, [name for name in takes if name != "seed"], RecipeError
            )
    needed = NEEDS.get(named.name)
    if needed is not None and find_spec(needed) is None:
        raise TrasuntoError(
            f"{kind} {named.name} needs the package {needed}, which is not installed: pip install {needed}"
        )
    given: Mapping[str, Any] = {name: value for name, value in fixed.items() if name in takes}
    try:
        with quiet():
            return of(**given, **named.options)
    except (TypeError, ValueError) as fault:
        raise RecipeError(f"{kind} {named.name} cannot be made so: {fault}") from fault
