"""One trained network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from trasunto.cohort.application import Applied
from trasunto.cohort.outcome import Outcome
from trasunto.cohort.plan import structure_of
from trasunto.cohort.request import Member, Request
from trasunto.cohort.states import only_weights
from trasunto.errors import DataError, RecipeError
from trasunto.nets.initialise import initialise
from trasunto.runs.completion import complete
from trasunto.runs.store import Store
from trasunto.spec import Recipe


@dataclass(frozen=True)
class TrainedMember:
    """One network of a cohort at one epoch.

    Rows given to it are (n, d): as the table stores them (bytes for images, which are scaled) or floats already scaled.
    What it returns is float32 (float64 where training was).
    """

    member: Member
    store: Path
    epoch: int
    outcome: Outcome

    @property
    def id(self) -> str:
        """Return the member's id."""
        return self.member.id

    @property
    def recipe(self) -> Recipe:
        """Return its recipe."""
        return self.member.recipe

    @property
    def seed(self) -> int:
        """Return its seed."""
        return self.member.seed

    @property
    def status(self) -> str:
        """Return its outcome's word: finished, stopped, stalled, diverged or damaged."""
        return self.outcome.status

    def at(self, epoch: int) -> TrainedMember:
        """Return the same network as it was after `epoch`; where those weights were not kept, they are trained anew.

        Raises
        ------
        RecipeError
            The member was not trained that far.
        """
        if not 0 <= epoch <= self.epoch:
            raise RecipeError(
                f"member {self.id} has no epoch {epoch} (legal: 0 to {self.epoch}): train it further first"
            )
        return TrainedMember(self.member, self.store, epoch, self.outcome)

    @cached_property
    def weights(self) -> dict[str, np.ndarray]:
        """Return its weights by name: ``1.kernel`` (d, h), ``1.bias`` (h,), ..., ``output.kernel``, ``output.bias``."""
        if self.epoch == 0 and not self.member.start:
            return initialise(structure_of(self.recipe, self.member.table), self.seed)
        with Store.open(self.store, write=False) as store:
            if self.epoch in store.epochs(self.id):
                return only_weights(store.load(self.id, self.epoch)[1])
        return self._retrained()

    @cached_property
    def classes(self) -> np.ndarray:
        """Return the labels that a classifier tells apart, in order; empty for an autoencoder."""
        return self.member.table.classes if self.recipe.loss == "cross_entropy" else np.array([])

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        """Return the reconstruction (n, d) of rows (n, d)."""
        self._refuse_classifier("reconstruct")
        return self._applied.reconstruct(self._scaled(x))

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Return the latent (n, z) of rows (n, d)."""
        return self._applied.encode(self._scaled(x))

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Return the rows (n, d) that the decoder makes of latents (n, z)."""
        self._refuse_classifier("decode")
        latents, units = np.asarray(z, self._dtype), self._applied.structure.z
        if latents.ndim != 2 or latents.shape[1] != units:
            raise DataError(f"latents must be (n, {units}) for member {self.id}, not {latents.shape}")
        return self._applied.decode(latents)

    def predict_classes(self, x: np.ndarray) -> np.ndarray:
        """Return the label (n,) that a classifier gives each row (n, d)."""
        if not len(self.classes):
            raise RecipeError(f"member {self.id} is an autoencoder: it has no classes to predict")
        labels: np.ndarray = self.classes[self._applied.classify(self._scaled(x)).argmax(axis=1)]
        return labels

    @cached_property
    def _applied(self) -> Applied:
        table = self.member.table
        return Applied(self.recipe, self.weights, table.row_shape, table.blocks, len(self.classes))

    @property
    def _dtype(self) -> np.dtype[Any]:
        return next(iter(self.weights.values())).dtype

    def _refuse_classifier(self, verb: str) -> None:
        if len(self.classes):
            raise RecipeError(f"member {self.id} is a classifier without a decoder: it cannot {verb}")

    def _scaled(self, x: np.ndarray) -> np.ndarray:
        rows, d = np.asarray(x), self.member.table.d
        if rows.ndim != 2 or rows.shape[1] != d:
            raise DataError(f"rows must be (n, {d}) for member {self.id}, not {rows.shape}")
        scaled = rows.astype(self._dtype)
        return scaled * self._dtype.type(self.member.table.scale) if rows.dtype == np.uint8 else scaled

    def _retrained(self) -> dict[str, np.ndarray]:
        """Train from the nearest earlier weights to this epoch, and keep what comes out."""
        request = Request((replace(self.member, epochs=self.epoch),), (self.epoch,))
        complete(request, self.store, request.usual_name)
        with Store.open(self.store, write=False) as store:
            return only_weights(store.load(self.id, self.epoch)[1])
