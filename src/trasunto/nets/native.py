"""Registration of the FFI kernels (extra ``fast``): SciPy's BLAS for small products, and fused Adam.

XLA takes twice as long as OpenBLAS's kernels for products of some tens of rows and columns, and passes over Adam's
arrays once for each result. Numba compiles and caches the glue (`trasunto.nets.ffi_kernels`), so that no compiler is
needed. Without Numba, a writable cache or a CPU, `products` and `available` say no and XLA computes everything.
"""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache

PRODUCT, TRANSPOSED_PRODUCT, ADAM = "trasunto.product", "trasunto.transposed_product", "trasunto.adam"
"""Names under which the kernels are registered with XLA."""

SMALL_KERNELS = ("SkylakeX", "Cooperlake", "Sapphirerapids")
"""Architectures for which OpenBLAS has small-matrix kernels, which neither pack, start threads nor take locks."""


@cache
def available() -> bool:
    """Compile and register the kernels on the first call; say whether programs of this process can call them."""
    import jax

    if importlib.util.find_spec("numba") is None or jax.default_backend() != "cpu":
        return False
    try:
        kernels = importlib.import_module("trasunto.nets.ffi_kernels")
    except Exception:  # of many kinds: an unwritable or foreign cache, a NumPy that Numba does not support
        return False
    names = {
        PRODUCT: kernels.multiply,
        TRANSPOSED_PRODUCT: kernels.multiply_transposed,
        ADAM: kernels.adam,
    }
    for name, handler in names.items():
        try:
            jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(handler.ctypes), platform="cpu")
        except jax.errors.JaxRuntimeError:  # another major version of the interface
            return False
    return True


@cache
def products() -> bool:
    """Say whether SciPy's BLAS is available and has kernels that beat XLA at small products."""
    return available() and _has_small_kernels()


def _has_small_kernels() -> bool:
    import scipy.linalg.cython_blas  # noqa: F401  (loads the library that `threadpool_info` lists)
    from threadpoolctl import threadpool_info

    return any(
        library.get("architecture") in SMALL_KERNELS and "scipy" in library["filepath"].rsplit("site-packages", 1)[-1]
        for library in threadpool_info()
        if library["internal_api"] == "openblas"
    )
