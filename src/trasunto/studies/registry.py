"""The studies there are: the project's own, those of installed packages, and those registered."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any

from trasunto.errors import TrasuntoError
from trasunto.studies.study import Study

ENTRY_POINTS = "trasunto.studies"
"""The group under which a package names its studies, each as ``name = "module:object"``."""

_OWN = {
    "learning-rate-momentum": "trasunto.studies.learning_rate_momentum:STUDY",
    "long-run": "trasunto.studies.long_run:STUDY",
    "hidden-size": "trasunto.studies.sizes.hidden_size:STUDY",
    "demonstration": "trasunto.studies.demonstration:STUDY",
    "loss": "trasunto.studies.loss:STUDY",
    "pretraining": "trasunto.studies.pretraining:STUDY",
    "good-autoencoder": "trasunto.studies.good_autoencoder:STUDY",
    "depth-loss": "trasunto.studies.sizes.depth_loss:STUDY",
    "depth-separation": "trasunto.studies.separation:DEPTH",
    "latent-loss": "trasunto.studies.sizes.latent_loss:STUDY",
    "latent-separation": "trasunto.studies.separation:LATENT",
    "bad-latent": "trasunto.studies.bad_latent:STUDY",
}

_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Registry(Mapping[str, Study[Any, Any]]):
    """Studies by name; one that is named by its place is imported when it is first asked for."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._studies: dict[str, str | Study[Any, Any]] = dict(places)
        self._installed = False

    def __getitem__(self, name: str) -> Study[Any, Any]:
        if name not in self._studies:
            self._find_installed()
        found = self._studies[name]
        if isinstance(found, str):
            module, _, attribute = found.partition(":")
            found = self._studies[name] = getattr(importlib.import_module(module), attribute)
        return found

    def __iter__(self) -> Iterator[str]:
        self._find_installed()
        return iter(tuple(self._studies))

    def __len__(self) -> int:
        self._find_installed()
        return len(self._studies)

    def add(self, study: Study[Any, Any]) -> None:
        """Add a study.

        Raises
        ------
        TrasuntoError
            Its name is another's, or not in kebab case.
        """
        if not _KEBAB.fullmatch(study.name):
            raise TrasuntoError(f"study name '{study.name}' is not kebab case (small letters, digits, hyphens)")
        if study.name in self:
            raise TrasuntoError(f"there is a study '{study.name}' already: choose another name")
        self._studies[study.name] = study

    def _find_installed(self) -> None:
        if not self._installed:
            self._installed = True
            for point in entry_points(group=ENTRY_POINTS):
                self._studies.setdefault(point.name, point.value)


STUDIES = Registry(_OWN)
"""Every study, by name."""


def register_study(study: Study[Any, Any]) -> None:
    """Make a study of one's own available to `trasunto.study` and, from a package, to ``trasunto study``.

    Raises
    ------
    TrasuntoError
        Its name is another's, or not in kebab case.
    """
    STUDIES.add(study)
