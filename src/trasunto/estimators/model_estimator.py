"""What the two estimators that are made of a model share: how it comes to be, goes on, and is kept in a file."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from trasunto.data import Table
from trasunto.errors import RecipeError
from trasunto.estimators.network_estimator import (
    RECIPE_PARAMETERS,
    NetworkEstimator,
    refuse_other_network,
    warn_of_failures,
)
from trasunto.models.file import save
from trasunto.models.fitting import fit_model
from trasunto.models.goals import Goal
from trasunto.models.model import Model
from trasunto.spec import Stopping


@dataclass(eq=False, repr=False, kw_only=True)
class ModelEstimator(NetworkEstimator, ABC):
    """An estimator whose fitted part is a :class:`~trasunto.models.model.Model`, in `model_`."""

    @classmethod
    def from_model(cls, model: Model, **parameters: Any) -> Self:
        """Return a fitted estimator of a model, such as :func:`trasunto.open_model` reads from a file.

        Its parameters are those of the model's recipe, as far as it has them, and `parameters` over these. With
        ``warm_start=True``, `fit` goes on from the model's weights.

        Raises
        ------
        TrasuntoError
            The model takes rows that the estimator does not.
        """
        cls._refuse_foreign(model)
        taken = {name: getattr(model.recipe, name) for name in RECIPE_PARAMETERS}
        estimator = cls(**{"network": str(model.recipe.network), **taken, **cls._settings(model), **parameters})
        estimator._hold(model)
        columns = model.entrance.columns
        estimator.n_features_in_ = len(columns)
        if columns != numbered(len(columns)):
            estimator.feature_names_in_ = np.array(columns, dtype=object)
        return estimator

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the fitted model to a file ``*.trasunto``, which holds no code; :func:`trasunto.open_model` reads it.

        Raises
        ------
        TrasuntoError
            There is a file at `path`, it has another ending, or it cannot be written.
        """
        check_is_fitted(self)
        return save(self.model_, path)

    @staticmethod
    @abstractmethod
    def _refuse_foreign(model: Model) -> None:
        """Refuse a model that takes rows other than those of the estimator."""

    @staticmethod
    @abstractmethod
    def _settings(model: Model) -> dict[str, Any]:
        """Return the parameters beside the recipe's that a model was made with."""

    @property
    def _going_on(self) -> bool:
        return self.warm_start and hasattr(self, "model_")

    def _refuse_to_go_on(self, d: int, networks: int) -> None:
        """Refuse to go on from the fitted weights where they are not of the networks that are asked for."""
        fitted = self.model_.networks
        refuse_other_network(self.model_.recipe.network, fitted[0].d, self._recipe(d, 0).network, d)
        if len(fitted) != networks:
            raise RecipeError(
                f"warm_start goes on with the {len(fitted)} networks that were fitted, not with {networks}"
            )

    def _names(self, d: int) -> tuple[str, ...]:
        """Return the names of `d` features: those that `fit` saw, or numbers."""
        return tuple(getattr(self, "feature_names_in_", numbered(d)))

    def _train(
        self,
        table: Table,
        *,
        networks: int,
        score: str,
        threshold: Goal,
        stopping: Stopping | None = None,
        must_learn: bool = True,
    ) -> None:
        """Become the model that the rows of a table give; `stopping` is the usual rule, where no patience is set."""
        seed = self._seed()
        model = fit_model(
            self._held_out(table, seed),
            self._recipe(table.d, seed),
            seeds=[(seed + number) % 2**32 for number in range(networks)],
            score=score,
            threshold=threshold,
            stopping=self._stopping() or stopping,
            starts=self.model_.weights if self._going_on else None,
            must_learn=must_learn,
        )
        warn_of_failures(model.courses)
        self._hold(model)

    def _hold(self, model: Model) -> None:
        self.model_: Model = model
        self.history_ = dict(model.courses[0].history)
        self.n_iter_ = model.courses[0].epochs


def refuse_prepared(model: Model, who: str) -> None:
    """Refuse a model that prepares its rows where they are to be taken as they are."""
    if model.entrance.preparation is not None:
        raise RecipeError(f"{who} a model of rows as they are, and this one scales or encodes its own")


def numbered(d: int) -> tuple[str, ...]:
    """Return names for d features that have none."""
    return tuple(f"x{feature}" for feature in range(d))
