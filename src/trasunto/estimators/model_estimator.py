"""Base of the two estimators that hold a model: fitting, continuing and saving it."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from trasunto.data.columns import numbered
from trasunto.errors import RecipeError
from trasunto.estimators.network_estimator import (
    RECIPE_PARAMETERS,
    NetworkEstimator,
    refuse_other_network,
    warn_of_failures,
)
from trasunto.estimators.rows import fitted_preparation, table_of
from trasunto.models.file import save
from trasunto.models.fitting import fit_model
from trasunto.models.goals import Goal
from trasunto.models.model import Model
from trasunto.spec import Stopping

if TYPE_CHECKING:
    from trasunto.estimators.rows import Rows


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
            The model has more networks than the estimator can hold.
        """
        said = model.recipe.said
        taken = {name: said.get(name) for name in RECIPE_PARAMETERS} | {"scaling": "none"}
        preparation = model.entrance.preparation
        if preparation is not None:
            taken |= {"scaling": preparation.scaling, "missing": preparation.missing}
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
    def _settings(model: Model) -> dict[str, Any]:
        """Return the parameters beside the recipe's and the preparation's that a model was made with, or refuse it."""

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

    def _train(
        self,
        rows: Rows,
        *,
        networks: int,
        score: str,
        threshold: Goal,
        stopping: Stopping | None = None,
        must_learn: bool = True,
    ) -> None:
        """Become the model that rows give; `stopping` is the usual rule, where no patience is set."""
        if self._going_on:  # the fitted weights know rows that were prepared as they were then
            preparation = self.model_.entrance.preparation
            if rows.shape[1] != len(self.model_.entrance.columns):
                self._refuse_to_go_on(rows.shape[1], networks)
        else:
            preparation = fitted_preparation(rows, self._names(), self.scaling, self.missing)
        table = table_of(rows, preparation, self._names())
        if self._going_on:
            self._refuse_to_go_on(table.d, networks)
        seed = self._seed()
        with self._training() as train:
            model = fit_model(
                self._held_out(table, seed),
                self._recipe(table.d, seed),
                seeds=[(seed + number) % 2**32 for number in range(networks)],
                score=score,
                threshold=threshold,
                stopping=self._stopping() or stopping,
                starts=self.model_.weights if self._going_on else None,
                must_learn=must_learn,
                train=train,
            )
        warn_of_failures(model.courses)
        self._hold(model)

    def _hold(self, model: Model) -> None:
        self.model_: Model = model
        self.history_ = dict(model.courses[0].history)
        self.n_iter_ = model.courses[0].epochs
