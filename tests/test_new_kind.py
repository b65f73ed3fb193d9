"""A kind of layer from outside: what is described and applied here is trained, stored and opened like any other."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import trasunto
from trasunto.cohort.memory import fit
from trasunto.cohort.plan import Job
from trasunto.cohort.request import Member
from trasunto.data import Table, from_arrays
from trasunto.errors import RecipeError
from trasunto.models.file import open_model, save
from trasunto.models.fitting import fit_model
from trasunto.nets.initialise import initialise
from trasunto.nets.layers import APPLICATIONS, Application, dense
from trasunto.spec import Recipe, legal, parse
from trasunto.spec.layers import KINDS
from trasunto.spec.layers.kind import Array, Kind, RowShape, Size
from trasunto.spec.parts import Part
from trasunto.spec.rules import Choice

TEXT = "2 lines tanh > [3 linear] > sigmoid"


def size(units: int, takes: RowShape) -> Size:
    """A unit multiplies each line of an image of one channel by a weight of the line: (h, w, 1) to (h, w, units)."""
    if len(takes) != 3 or takes[2] != 1:
        raise RecipeError(f"a layer 'lines' takes images of one channel, not rows of shape {takes}")
    values = prod(takes) * units
    return Size((*takes[:2], units), values, values, {"scale": Array((takes[0], units), 1, units)})


def sums(part: Part, weights: Mapping[str, jax.Array], values: jax.Array) -> jax.Array:
    images = values.reshape(len(values), *part.takes)
    return (images * weights["scale"][:, None, :]).reshape(len(values), -1)


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "lines", Kind(size, flat=False))
    monkeypatch.setitem(APPLICATIONS, "lines", Application(sums, dense.values))
    monkeypatch.setitem(legal.CHOICES, "layer", Choice("what kind of layer it is", (*legal.LAYERS, "lines")))


@pytest.fixture(scope="module")
def images() -> Table:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 4, 3)).astype(np.uint8)
    return from_arrays(pixels, test=pixels[:16])


def by_hand(weights: Mapping[str, Any], x: jax.Array) -> jax.Array:
    first = jnp.tanh(x.reshape(-1, 4, 3, 1) * weights["1.scale"][:, None, :]).reshape(len(x), -1)
    latent = first @ weights["2.kernel"] + weights["2.bias"]
    return jax.nn.sigmoid(latent @ weights["output.kernel"] + weights["output.bias"])


def test_its_text_is_read_and_written_and_its_id_is_its_own(images: Table) -> None:
    assert str(parse(TEXT)) == TEXT
    assert parse("2 lines tanh > [3 linear] > mirror > linear").decoder[0].kind == "lines"
    recipes = (Recipe(TEXT), Recipe(TEXT.replace("lines ", "")))
    assert len({Member(recipe, 0, images, 1).id for recipe in recipes}) == 2
    turned = from_arrays(images.x, test=images.test.x, image_shape=(3, 4))  # type: ignore[union-attr]
    assert turned.fingerprint == images.fingerprint
    ids = [{Member(recipe, 0, table, 1).id for table in (images, turned)} for recipe in recipes]
    assert [len(each) for each in ids] == [2, 1], "the shape of a row is in the id of networks that look at it alone"


def test_it_is_trained_in_a_cohort_as_by_hand(images: Table) -> None:
    recipe = Recipe(TEXT, optimizer="sgd", learning_rate=0.5, batch_size=64, epochs=2)
    fitted = fit(recipe, images, seeds=[0, 5])
    x = jnp.asarray(images.values())
    slope = jax.jit(jax.grad(lambda weights: jnp.square(by_hand(weights, x) - x).mean()))
    for seed, one in zip((0, 5), fitted, strict=True):
        weights = initialise(recipe.structure.on(images.row_shape), seed)
        assert {name: array.shape for name, array in weights.items()} == {
            "1.scale": (4, 2),
            "2.kernel": (24, 3),
            "2.bias": (3,),
            "output.kernel": (3, 12),
            "output.bias": (12,),
        }
        for _ in range(2):
            weights = jax.tree.map(lambda array, step: array - 0.5 * step, weights, slope(weights))
        for name, array in one.weights.items():
            np.testing.assert_allclose(array, weights[name], rtol=1e-5, atol=1e-7)


def test_its_size_is_known_wherever_sizes_are_asked_for(images: Table) -> None:
    recipe = Recipe(TEXT)
    program = Job("", recipe, 0, images, 0, 1).program
    assert (program.weights, program.products) == (8 + 75 + 48, (24, 72, 36))
    assert recipe.parameters(images.row_shape) == program.weights
    assert [row.width for row in recipe.network.rows(images.row_shape)] == [24, 3, 12]
    with pytest.raises(RecipeError, match=r"images of one channel, not rows of shape \(12,\)"):
        fit(recipe, from_arrays(images.values()), seeds=[0])
    with pytest.raises(RecipeError, match="a 'lines' layer has none"):
        Recipe("2 lines tanh > [3 linear] > mirror > linear", tied=True)


def test_a_detector_of_it_is_written_and_opened(images: Table, tmp_path: Path) -> None:
    model = fit_model(images, Recipe(TEXT, epochs=1))
    rows = images.x.reshape(-1, 4, 3)
    save(model, tmp_path / "lines.trasunto")
    assert np.array_equal(open_model(tmp_path / "lines.trasunto").score(rows), model.score(rows))


def test_a_member_of_a_store_is_opened_and_applied(images: Table, tmp_path: Path) -> None:
    cohort = trasunto.train(Recipe(TEXT, epochs=1), images, seeds=1, store=tmp_path)
    (member,) = cohort.members
    x = images.x[:5]
    np.testing.assert_allclose(
        member.reconstruct(x), by_hand(member.weights, jnp.asarray(images.values()[:5])), rtol=1e-4
    )
    assert member.encode(x).shape == (5, 3)
    np.testing.assert_allclose(member.decode(member.encode(x)), member.reconstruct(x), rtol=1e-5)
