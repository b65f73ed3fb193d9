"""Access to Optuna: import it, silence it, construct its samplers and pruners by name."""

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
    "BruteForceSampler",  # the same, and it ends by stopping Optuna's own loop, which is not used here
    "PartialFixedSampler",  # wraps another sampler
    "PatientPruner",  # wraps another pruner
    "NopPruner",
}
"""Classes that are not offered."""

NEEDS = {"CmaEsSampler": "cmaes", "GPSampler": "torch"}
"""Packages that Optuna does not install, and imports only while sampling."""


def optuna() -> ModuleType:
    """Import Optuna.

    Raises
    ------
    TrasuntoError
        It is not installed.
    """
    try:
        import optuna
    except ImportError as fault:
        raise TrasuntoError(
            "this sampler or pruner needs Optuna, which is not installed: pip install 'trasunto[search]', or use "
            "sampler 'random' or 'grid' and pruner 'halving'"
        ) from fault
    found: ModuleType = optuna
    return found


@contextmanager
def quiet() -> Iterator[None]:
    """Silence Optuna's log and warnings, and restore its settings afterwards."""
    logging = optuna().logging
    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        with warnings.catch_warnings():
            # The user chose an experimental class by name; other warnings would repeat for every trial.
            warnings.filterwarnings("ignore", module=r"optuna\.|trasunto\.search\.")
            yield
    finally:
        logging.set_verbosity(before)


def names(module: ModuleType, ending: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """Return the legal names: ours, and the classes of one of Optuna's modules."""
    return (*own, *sorted(name for name in module.__all__ if name.endswith(ending) and name not in UNFIT))


def made(kind: str, module: ModuleType, own: tuple[str, ...], named: Named, **fixed: Any) -> Any:
    """Construct the named class with its options, and those of `fixed` that it accepts.

    Raises
    ------
    TrasuntoError
        The class does not exist, rejects these options, or needs another package.
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
        raise RecipeError(f"{kind} {named.name}: invalid options: {fault}") from fault
