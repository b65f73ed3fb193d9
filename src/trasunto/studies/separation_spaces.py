"""Networks trained, and their latent spaces measured: what the two studies of separation share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from trasunto.errors import TrasuntoError
from trasunto.studies.cells import plain
from trasunto.studies.curves import curves
from trasunto.studies.divergence import Kept, finished, kept
from trasunto.studies.findings import Request, Train
from trasunto.studies.separation_facts import MEASURES, Facts, Map, Reference, Seen, Varied, measure, points
from trasunto.studies.separation_rows import RowsApart, require_anomalies, rows_apart
from trasunto.studies.tabular_facts import principal

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.spec import Recipe

METHODS: tuple[Literal["pca", "tsne"], ...] = ("pca", "tsne")


@dataclass(frozen=True)
class Terms:
    """How spaces are trained and measured.

    Attributes
    ----------
    normals
        How many held-out normal rows are measured at most, chosen at random; all anomalies are.
    shown
        How many rows of each kind a picture shows at most.
    worthwhile
        How large a difference must be to matter: in linear AUROC, silhouette and energy coefficient.
    """

    epochs: int = 100
    seeds: int = 10
    normals: int = 2000
    shown: int = 600
    worthwhile: tuple[float, ...] = (0.01, 0.05, 0.05)


def request_spaces(table: Table, study: str, recipes: Sequence[Recipe], terms: Terms) -> Request:
    """Return the request of a study's networks.

    Raises
    ------
    TrasuntoError
        The table lacks held-out normal rows or anomalies, there is no network, or `worthwhile` is not three numbers.
    """
    require_anomalies(table, study)
    if not recipes:
        raise TrasuntoError(f"study '{study}' has no network to train: name at least one")
    if len(terms.worthwhile) != len(MEASURES):
        raise TrasuntoError(
            f"setting worthwhile of study '{study}' must be {len(MEASURES)} numbers (of {', '.join(MEASURES)}), not "
            f"{len(terms.worthwhile)}"
        )
    return Request(list(recipes), terms.seeds, terms.epochs, (terms.epochs,))


def compare_spaces(table: Table, request: Request, train: Train, *, study: str, varied: Varied, terms: Terms) -> Facts:
    """Train the networks of a request and measure their latent spaces, all on the same rows."""
    rows = rows_apart(table, study, terms.normals)
    cohort = request.carry_out(table, train)
    left = kept(finished(cohort, request.epochs, len(request.recipes)))
    found = list(_spaces(cohort, request, table, rows, left))
    return measure(
        [seen for seen, _ in found],
        references(table, rows, sorted({recipe.network.encoder[-1].units for recipe in request.recipes})),
        [drawn for place, (_, latent) in enumerate(found) for drawn in _maps(place, latent, rows, terms.shown)],
        varied=varied,
        epochs=request.epochs,
        asked=len(cohort.members) // len(request.recipes),
        normals=rows.normals,
        anomalies=rows.anomalies,
        worthwhile=terms.worthwhile,
        lost=tuple(_varied(request.recipes[place], varied) for place in left.lost),
    )


def _varied(recipe: Recipe, varied: Varied) -> int:
    """Return how many layers or latent units a network has: in what it differs from the others."""
    return recipe.network.latent if varied == "layers" else recipe.network.encoder[-1].units


def references(table: Table, rows: RowsApart, components: Sequence[int]) -> tuple[Reference, ...]:
    """Return the separation of the features as the networks see them, and of principal components of these."""
    from sklearn.decomposition import PCA

    train = table.values()
    found = [_reference("the features as they are", rows.x, rows.anomalous)]
    for count in components:
        kept = min(count, *train.shape)
        scores = PCA(kept, svd_solver="covariance_eigh").fit(train).transform(rows.x)
        found.append(_reference(f"PCA with {kept} component{'s' if kept > 1 else ''}", scores, rows.anomalous))
    return tuple(found)


def _reference(name: str, space: NDArray[np.floating], anomalous: NDArray[np.bool_]) -> Reference:
    from trasunto.analysis.separation import separation

    apart = separation(space, anomalous)
    return Reference(name, space.shape[1], **{measure: getattr(apart, measure) for measure in MEASURES})


def _spaces(
    cohort: Any, request: Request, table: Table, rows: RowsApart, left: Kept
) -> Iterator[tuple[Seen, NDArray[np.floating]]]:
    """Yield what is measured of each network, and the first seed's latent (n, z)."""
    if not left.networks:
        return
    recipes, members = request.recipes, cohort.members
    seeds = len(members) // len(recipes)
    errors = left.of(curves(cohort.frame(), cohort.history(), "test_error", request.epochs, len(recipes)))
    compared = [recipes[place] for place in left.networks]
    linear = principal(table, [recipe.network.encoder[-1].units for recipe in compared])
    for place, recipe, error, pca in zip(left.networks, compared, errors, linear, strict=True):
        trained = [members[place * seeds + seed].at(request.epochs) for seed in left.seeds]
        latents = [member.encode(rows.x) for member in trained]
        yield _seen(recipe, table.d, error, latents, rows, pca.test_error), latents[0]


def _seen(
    recipe: Any,
    d: int,
    errors: NDArray[np.float64],
    latents: Sequence[NDArray[np.floating]],
    rows: RowsApart,
    pca: float,
) -> Seen:
    """Return what is measured of one network, from its test errors (seeds, t + 1) and latents, (n, z) a seed."""
    from trasunto.analysis.latent_usage import usage
    from trasunto.analysis.separation import separation

    apart = [separation(latent, rows.anomalous) for latent in latents]
    usages = [usage(latent[~rows.anomalous]) for latent in latents]
    return Seen(
        layers=recipe.network.latent,
        latent=recipe.network.encoder[-1].units,
        network=str(recipe.network),
        parameters=recipe.parameters(d),
        test_error=errors[:, -1].tolist(),
        used=[float(len(one.used)) for one in usages],
        effective_dimension=[one.effective_dimension for one in usages],
        energy_p=[one.energy_p for one in apart],
        separation={measure: [getattr(one, measure) for one in apart] for measure in MEASURES},
        untrained=plain(errors[:, 0].mean(keepdims=True))[0],
        pca=pca,
    )


def _maps(place: int, latent: NDArray[np.floating], rows: RowsApart, shown: int) -> Iterator[Map]:
    """Yield a space drawn by every method, from the same few rows."""
    from trasunto.analysis.projection import project

    few = rows.few(shown, shown)
    for method in METHODS:
        drawn = project(latent[few], method=method)
        normals, anomalies = points(drawn.points, rows.anomalous[few])
        yield Map(place, method, drawn.explained, normals, anomalies)
