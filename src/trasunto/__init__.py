"""trasunto: a laboratory for autoencoders.

It trains hundreds of autoencoders as one program, answers the questions people ask of them with evidence, and says what
it measured. Losses and errors are means over features and rows: lower is better.

The names below are all there is; each is loaded when it is first used, so importing costs nothing. The folders of the
package (``data``, ``spec``, ``nets``, ``cohort``, ``runs``, ``analysis``, ``models``, ``studies``, ``search``,
``figures``, ``report``) can be imported on their own, each knowing only those before it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import trasunto.forks  # noqa: F401  # which notes when this process is forked

if TYPE_CHECKING:
    from trasunto.api.answer import Answer
    from trasunto.api.comparison import compare_runs
    from trasunto.api.question import study
    from trasunto.api.reproduction import Reproduction, reproduce
    from trasunto.api.runs import delete_run, describe_run, list_runs
    from trasunto.api.sweep import sweep
    from trasunto.api.writers import log_to
    from trasunto.data import Preparation, Records, Table, catalogue, from_arrays, load, read, read_image, read_records
    from trasunto.errors import TrasuntoError, TrasuntoWarning
    from trasunto.estimators import Autoencoder, AutoencoderClassifier, AutoencoderDetector
    from trasunto.models.file import open_model
    from trasunto.models.goals import Goal
    from trasunto.models.model import Model
    from trasunto.models.streaming import score_file
    from trasunto.runs.cohort import Cohort
    from trasunto.runs.train import train
    from trasunto.runs.trained import TrainedMember
    from trasunto.spec import Grid, Network, Recipe, Stopping, parse
    from trasunto.studies import STUDIES, register_study

__version__ = "0.1.0"

_HOMES = {
    "Answer": "trasunto.api.answer",
    "Autoencoder": "trasunto.estimators",
    "AutoencoderClassifier": "trasunto.estimators",
    "AutoencoderDetector": "trasunto.estimators",
    "Cohort": "trasunto.runs.cohort",
    "Goal": "trasunto.models.goals",
    "Grid": "trasunto.spec",
    "Model": "trasunto.models.model",
    "Network": "trasunto.spec",
    "Preparation": "trasunto.data",
    "Recipe": "trasunto.spec",
    "Records": "trasunto.data",
    "Reproduction": "trasunto.api.reproduction",
    "STUDIES": "trasunto.studies",
    "Stopping": "trasunto.spec",
    "Table": "trasunto.data",
    "TrainedMember": "trasunto.runs.trained",
    "TrasuntoError": "trasunto.errors",
    "TrasuntoWarning": "trasunto.errors",
    "catalogue": "trasunto.data",
    "compare_runs": "trasunto.api.comparison",
    "delete_run": "trasunto.api.runs",
    "describe_run": "trasunto.api.runs",
    "from_arrays": "trasunto.data",
    "list_runs": "trasunto.api.runs",
    "load": "trasunto.data",
    "log_to": "trasunto.api.writers",
    "open_model": "trasunto.models.file",
    "parse": "trasunto.spec",
    "read": "trasunto.data",
    "read_image": "trasunto.data",
    "read_records": "trasunto.data",
    "register_study": "trasunto.studies",
    "reproduce": "trasunto.api.reproduction",
    "score_file": "trasunto.models.streaming",
    "study": "trasunto.api.question",
    "sweep": "trasunto.api.sweep",
    "train": "trasunto.runs.train",
}

__all__ = [
    "STUDIES",
    "Answer",
    "Autoencoder",
    "AutoencoderClassifier",
    "AutoencoderDetector",
    "Cohort",
    "Goal",
    "Grid",
    "Model",
    "Network",
    "Preparation",
    "Recipe",
    "Records",
    "Reproduction",
    "Stopping",
    "Table",
    "TrainedMember",
    "TrasuntoError",
    "TrasuntoWarning",
    "catalogue",
    "compare_runs",
    "delete_run",
    "describe_run",
    "from_arrays",
    "list_runs",
    "load",
    "log_to",
    "open_model",
    "parse",
    "read",
    "read_image",
    "read_records",
    "register_study",
    "reproduce",
    "score_file",
    "study",
    "sweep",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'trasunto' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
