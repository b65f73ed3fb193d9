"""B6: a latent space made bad on purpose, what is bad about it, and whether anomalies still show.

The same network is trained with the paper's activity penalty on its latent layer and without it, as a control: what is
called bad is judged by rules that the control must pass. A row's anomaly score is its squared error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trasunto.errors import TrasuntoError
from trasunto.studies.bad_latent_facts import Facts, Limits, LinearDetection, worth
from trasunto.studies.bad_latent_measures import Seen, measure, numbers_of
from trasunto.studies.bad_latent_verdict import comparisons, conclude
from trasunto.studies.cells import plain
from trasunto.studies.curves import curves
from trasunto.studies.divergence import finished
from trasunto.studies.findings import Request, Train
from trasunto.studies.separation_rows import RowsApart, require_anomalies, rows_apart
from trasunto.studies.study import Study
from trasunto.studies.tabular_networks import bad_latent_recipe

if TYPE_CHECKING:
    from trasunto.data import Table

NAME = "bad-latent"

LOSSES = ("train_loss", "test_loss", "train_error", "test_error")


@dataclass(frozen=True)
class Settings:
    """What is trained and judged; the defaults are the paper's size.

    Attributes
    ----------
    l1
        Weight of the latent layer's activity L1 in the bad network; the control has 0.
    least_used, least_dimensions, least_worth
        What a sound latent space has at least: the share of its units in use, its effective dimension, and the
        principal components that reconstruct as well, as a share of the most that it could be worth.
    shown
        How many rows of each kind pictures show at most.
    """

    l1: float = 0.1
    epochs: int = 30
    seeds: int = 10
    least_used: float = 0.5
    least_dimensions: float = 2.0
    least_worth: float = 0.5
    shown: int = 600

    @classmethod
    def reduced(cls) -> Settings:
        """Return both networks, but 10 epochs, 3 seeds and fewer rows in pictures."""
        return cls(epochs=10, seeds=3, shown=300)

    @property
    def limits(self) -> Limits:
        """The rules' limits."""
        return Limits(used=self.least_used, dimensions=self.least_dimensions, worth=self.least_worth)


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return the bad network and its control, as one grid over the penalty.

    Raises
    ------
    TrasuntoError
        The table lacks held-out normal rows or anomalies, or there is no penalty to speak of.
    """
    require_anomalies(table, NAME)
    if not settings.l1 > 0:
        raise TrasuntoError(f"setting l1 of study '{NAME}' must be above 0, not {settings.l1:g}: the control has none")
    grid = bad_latent_recipe().grid(l1=[settings.l1, 0.0])
    return (Request(grid, settings.seeds, settings.epochs, (settings.epochs,)),)


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train both networks, look at their latent units and at the squared errors of normal rows and anomalies."""
    (request,) = requests(table, settings)
    rows = rows_apart(table, NAME)
    cohort = request.carry_out(table, train)
    seeds = np.flatnonzero(finished(cohort, request.epochs, 2, LOSSES).all(axis=0)).tolist()
    seen = _seen(cohort, request, table, rows, seeds) if seeds else []
    linear = _linear(table)
    return measure(
        seen,
        rows,
        linear,
        settings.limits,
        epochs=request.epochs,
        asked=len(cohort.members) // 2,
        shown=settings.shown,
        detected=_linear_detection(table, rows, seen[0], linear) if seen else None,
    )


def _seen(cohort: Any, request: Request, table: Table, rows: RowsApart, chosen: Sequence[int]) -> list[Seen]:
    frame, history, members = cohort.frame(), cohort.history(), cohort.members
    seeds = len(members) // 2
    by_epoch = {name: curves(frame, history, name, request.epochs, 2)[:, chosen] for name in LOSSES}
    losses = {name: values[..., -1] for name, values in by_epoch.items()}
    found = []
    for place, arm in enumerate(("bad", "control")):
        recipe = request.recipes.recipe_at(place)
        trained = [members[place * seeds + seed].at(request.epochs) for seed in chosen]
        looked = [_looked(member, rows) for member in trained]
        by_seed = [numbers_of(latent, scores, rows) for latent, scores in looked]
        found.append(
            Seen(
                arm="bad" if arm == "bad" else "control",
                network=str(recipe.network),
                l1=recipe.network.encoder[-1].l1,
                parameters=recipe.parameters(table.row_shape),
                numbers={name: [one[name] for one in by_seed] for name in by_seed[0]}
                | {name: values[place].tolist() for name, values in losses.items()},
                latent=looked[0][0],
                scores=looked[0][1],
                untrained=plain(by_epoch["test_error"][place, :, 0].mean(keepdims=True))[0],
            )
        )
    return found


def _looked(member: Any, rows: RowsApart) -> tuple[NDArray[np.floating], NDArray[np.float64]]:
    """Return a member's latent (n, z) of the rows, and its squared errors (n,)."""
    from trasunto.analysis.reconstruction import row_errors

    return member.encode(rows.x), row_errors(rows.x, member.reconstruct(rows.x))


def _linear(table: Table) -> tuple[float, ...]:
    """Return the error of the held-out normal rows after 0, 1, 2, ..., d principal components of the training rows."""
    from trasunto.analysis.baselines import principal_components
    from trasunto.analysis.reconstruction import row_errors

    assert table.test is not None
    train, test = table.values(), table.test.values()
    mean = np.broadcast_to(train.mean(axis=0, dtype=np.float64), test.shape)
    fitted = principal_components(train, test, range(1, min(train.shape) + 1))
    return (float(row_errors(test, mean).mean()), *(float(one.test_error or 0.0) for one in fitted))


def _linear_detection(table: Table, rows: RowsApart, bad: Seen, linear: Sequence[float]) -> LinearDetection:
    """Return how well PCA detects with as many components as the bad space is worth, at least one."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    from trasunto.analysis.detection_baselines import pca_scores

    components = max(1, worth(float(np.mean(bad.numbers["test_error"])), linear))
    scores = pca_scores(table.values(), rows.x, [components])[components]
    return LinearDetection(
        components,
        auroc=float(roc_auc_score(rows.anomalous, scores)),
        average_precision=float(average_precision_score(rows.anomalous, scores)),
    )


STUDY = Study(
    name="bad-latent",
    question="What is bad about a latent space made bad on purpose, and do anomalies still show?",
    settings=Settings,
    requests=requests,
    investigate=investigate,
    conclude=conclude,
    comparisons=comparisons,
    pictures="trasunto.figures.bad_latent:pictures",
)
