"""Matrix products of dense layers, each by the library that is fastest for its size."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from trasunto.nets import native

LARGEST = 10**6  # multiplications: beyond, OpenBLAS does not use its small-matrix kernels and XLA is as fast
THINNEST = 8  # rows or columns: below, a product is little more than a pass over one matrix


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def product(a: jax.Array, b: jax.Array, transposed: bool = False) -> jax.Array:
    """Return the product (r, c) of a (r, k), or a (k, r) where `transposed`, and b (k, c).

    Under ``vmap``, over members or blocks of rows, small float32 products on a CPU go to BLAS (see
    `trasunto.nets.native`), all others to XLA. The two round differently, within the tolerance to which a cohort equals
    its members trained alone.
    """
    value: jax.Array = _PRODUCTS[transposed](a, b)
    return value


def _forward(a: jax.Array, b: jax.Array, transposed: bool) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return product(a, b, transposed), (a, b)


def _backward(transposed: bool, operands: tuple[jax.Array, jax.Array], g: jax.Array) -> tuple[jax.Array, jax.Array]:
    a, b = operands
    if transposed:
        return product(b, g.T), product(a, g)
    return product(g, b.T), product(a, g, True)


product.defvjp(_forward, _backward)


def _by_xla(transposed: bool, a: jax.Array, b: jax.Array) -> jax.Array:
    return (a.T if transposed else a) @ b


def _by_blas(transposed: bool, a: jax.Array, b: jax.Array) -> jax.Array:
    """Return the products (m, r, c) of a (m, r, k), or (m, k, r) where `transposed`, and b (m, k, c); m may be 1."""
    shape = (max(len(a), len(b)), a.shape[2 if transposed else 1], b.shape[2])
    name = native.TRANSPOSED_PRODUCT if transposed else native.PRODUCT
    call = jax.ffi.ffi_call(name, jax.ShapeDtypeStruct(shape, b.dtype), vmap_method="sequential")
    return call(a, b)


def _small(transposed: bool, a: jax.Array, b: jax.Array) -> bool:
    """Say whether BLAS is faster than XLA at the product of a and b (..., k, c)."""
    r, k, c = a.shape[-1 if transposed else -2], *b.shape[-2:]
    return a.dtype == b.dtype == jnp.float32 and min(r, k, c) >= THINNEST and r * k * c <= LARGEST


def _product(transposed: bool) -> Any:
    """Return a product function that chooses its library under ``vmap``."""
    plain = partial(_by_xla, transposed)
    choosing = jax.custom_batching.custom_vmap(plain)

    @choosing.def_vmap
    def members(m: int, batched: list[bool], a: jax.Array, b: jax.Array) -> tuple[jax.Array, bool]:
        if _small(transposed, a, b) and native.products():
            a, b = (each if own else each[None] for each, own in zip((a, b), batched, strict=True))
            return _by_blas(transposed, a, b), True
        return jax.vmap(plain, in_axes=tuple(0 if own else None for own in batched))(a, b), True

    return choosing


_PRODUCTS = {transposed: _product(transposed) for transposed in (False, True)}
