"""Our training against the curves that PyTorch and Keras gave when they were last asked.

In float64 all of them, where a rule that is not the library's shows at once; in float32 one of a kind, since compiling
takes most of the time and ``test_oracles`` has the others.
"""

from __future__ import annotations

import pytest

from scripts.oracles import ours
from scripts.oracles.cases import CASES, TOLERANCES, Case
from scripts.oracles.references import Summary, difference, read, summarise

KEPT = {library: read(library) for library in ("pytorch", "keras")}


def in_core(case: Case) -> list[str]:
    return [
        dtype
        for dtype in TOLERANCES
        if dtype == "float64" or case.name in ("sgd-momentum", "adam", "bce", "document-b")
    ]


def test_a_curve_is_kept_for_every_case_and_for_no_other() -> None:
    assert {library: set(curves) for library, curves in KEPT.items()} == {
        library: {case.name for case in CASES if case.library == library} for library in KEPT
    }


@pytest.mark.parametrize(
    ("case", "dtype"),
    [pytest.param(case, dtype, id=f"{case.library}-{case.name}-{dtype}") for case in CASES for dtype in in_core(case)],
)
def test_our_curve_is_the_librarys(case: Case, dtype: str) -> None:
    found = summarise(ours.train(case, dtype))
    assert len(found.loss) == (case.recipe.epochs if case.epochs else 20)
    assert difference(found, KEPT[case.library][case.name]) <= TOLERANCES[dtype]


def test_a_difference_is_noticed_wherever_it_is() -> None:
    curve = KEPT["keras"]["document-b-epochs"]
    (name, (norm, projection)), *_ = curve.weights.items()
    changed = [
        curve._replace(loss=[*curve.loss[:-1], curve.loss[-1] * (1 + 1e-8)]),
        curve._replace(test_loss=[curve.test_loss[0] * (1 - 1e-8), *curve.test_loss[1:]]),
        curve._replace(weights={**curve.weights, name: (norm, projection + norm * 1e-8)}),
    ]
    assert difference(curve, curve) == 0
    assert [difference(other, curve) for other in changed] == pytest.approx([1e-8] * 3, rel=1e-3)
    unlike = [
        curve._replace(loss=curve.loss[:-1]),
        curve._replace(weights={}),
        Summary([float("nan")] * 3, curve.test_loss, curve.weights),
    ]
    assert [difference(other, curve) for other in unlike] == [float("inf")] * 3
