"""Products by BLAS are XLA's products, whoever shares an operand, however often they are differentiated."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trasunto.nets import native
from trasunto.nets.products import LARGEST, THINNEST, product

M = 5


def random(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def goes_to_blas(function: Any, *operands: np.ndarray) -> bool:
    return native.PRODUCT in jax.jit(function).lower(*operands).as_text()


@pytest.fixture(params=["blas where there is one", "without"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param == "without":
        monkeypatch.setattr(native, "products", lambda: False)
    return native.products()


@pytest.mark.parametrize("places", [(0, 0), (None, 0), (0, None)], ids=["both their own", "a shared", "b shared"])
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(("r", "k", "c"), [(64, 29, 64), (32, 32, 32), (9, 24, 8)])
def test_products_of_members_are_those_of_numpy(
    library: bool, r: int, k: int, c: int, transposed: bool, places: tuple[int | None, int | None]
) -> None:
    a = random(*([] if places[0] is None else [M]), *((k, r) if transposed else (r, k)))
    b = random(*([] if places[1] is None else [M]), k, c, seed=1)
    members = jax.vmap(lambda a, b: product(a, b, transposed), places)
    exact = (np.swapaxes(a, -1, -2) if transposed else a).astype(float) @ b.astype(float)
    np.testing.assert_allclose(jax.jit(members)(a, b), exact, atol=2e-5)
    assert ("custom_call" in jax.jit(members).lower(a, b).as_text()) == library


@pytest.mark.parametrize("transposed", [False, True])
def test_gradients_of_every_order_are_those_of_plain_products(library: bool, transposed: bool) -> None:
    a, b = random(M, *((29, 24) if transposed else (24, 29))), random(M, 29, 16, seed=1)

    def slopes(multiply: Any) -> Any:
        def value(a: jax.Array, b: jax.Array) -> jax.Array:
            return jnp.tanh(multiply(a, b)).sum()

        def length(a: jax.Array, b: jax.Array) -> jax.Array:
            return jnp.square(jax.grad(value)(a, b)).sum()

        return jax.jit(jax.vmap(lambda a, b: (jax.grad(value, (0, 1))(a, b), jax.grad(length, (0, 1))(a, b))))

    plain = slopes(lambda a, b: (a.T if transposed else a) @ b)(a, b)
    program = slopes(lambda a, b: product(a, b, transposed))
    assert ("custom_call" in program.lower(a, b).as_text()) == library
    ours = program(a, b)
    for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(plain), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5 * np.abs(other).max())


def test_what_blas_is_not_faster_at_stays_with_xla() -> None:
    members = jax.vmap(product)
    side = int(LARGEST ** (1 / 3)) + 2
    assert goes_to_blas(members, random(M, 64, 29), random(M, 29, 64)) == native.products()
    assert not goes_to_blas(members, random(M, side, side), random(M, side, side))
    assert not goes_to_blas(members, random(M, 64, THINNEST - 1), random(M, THINNEST - 1, 64))
    assert not goes_to_blas(product, random(64, 29), random(29, 64))
    with jax.enable_x64(True):
        assert not goes_to_blas(members, random(M, 64, 29).astype(float), random(M, 29, 64).astype(float))


def test_threads_do_not_disturb_each_others_products() -> None:
    a, b = random(32, 64, 29), random(32, 29, 64, seed=1)
    multiply = jax.jit(jax.vmap(product))
    right = np.asarray(multiply(a, b))

    def often(_: int) -> bool:
        return all(np.array_equal(multiply(a, b), right) for _ in range(300))

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(often, range(4)))


def test_without_numba_there_is_no_blas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not native.available.__wrapped__()


def test_without_kernels_for_small_matrices_there_is_no_blas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "SMALL_KERNELS", ())
    assert not native.products.__wrapped__()


def test_without_a_place_for_what_numba_keeps_all_stays_with_xla() -> None:
    code = (
        "import importlib.util, sys\n"
        "if importlib.util.find_spec('numba'):\n"
        "    from numba.core import caching\n"
        "    for kind in (caching.CompileResultCacheImpl, caching.CodeLibraryCacheImpl):\n"
        "        kind._locator_classes = []\n"
        "from trasunto.nets import native\n"
        "print(native.available())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
