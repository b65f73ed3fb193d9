"""trasunto: a laboratory for autoencoders.

It trains hundreds of autoencoders as one program, answers the questions people ask of them with evidence, and says what
it measured. Losses and errors are means over features and rows: lower is better.

The names below are all there is; each is loaded when it is first used, so importing costs nothing. The folders of the
package (``data``, ``spec``, ``nets``, ``cohort``, ``runs``, ``analysis``, ``studies``, ``figures``, ``report``) can be
imported on their own, each knowing only those before it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trasunto.api.answer import Answer
    from trasunto.api.question import study
    from trasunto.api.reproduction import Reproduction, reproduce
    from trasunto.data import Table, catalogue, from_arrays, load, read, read_image
    from trasunto.errors import TrasuntoError
    from trasunto.runs.cohort import Cohort
    from trasunto.runs.train import train
    from trasunto.runs.trained import TrainedMember
    from trasunto.spec import Grid, Network, Recipe, parse
    from trasunto.studies import STUDIES

__version__ = "0.1.0"

_HOMES = {
    "Answer": "trasunto.api.answer",
    "Cohort": "trasunto.runs.cohort",
    "Grid": "trasunto.spec",
    "Network": "trasunto.spec",
    "Recipe": "trasunto.spec",
    "Reproduction": "trasunto.api.reproduction",
    "STUDIES": "trasunto.studies",
    "Table": "trasunto.data",
    "TrainedMember": "trasunto.runs.trained",
    "TrasuntoError": "trasunto.errors",
    "catalogue": "trasunto.data",
    "from_arrays": "trasunto.data",
    "load": "trasunto.data",
    "parse": "trasunto.spec",
    "read": "trasunto.data",
    "read_image": "trasunto.data",
    "reproduce": "trasunto.api.reproduction",
    "study": "trasunto.api.question",
    "train": "trasunto.runs.train",
}

__all__ = [
    "STUDIES",
    "Answer",
    "Cohort",
    "Grid",
    "Network",
    "Recipe",
    "Reproduction",
    "Table",
    "TrainedMember",
    "TrasuntoError",
    "catalogue",
    "from_arrays",
    "load",
    "parse",
    "read",
    "read_image",
    "reproduce",
    "study",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'trasunto' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
