"""Code of others behind JAX's foreign-function interface: SciPy's BLAS for small products, and Adam in one pass.

XLA's own products lose half their time on matrices of some tens of rows and columns, for which OpenBLAS has kernels;
and it goes through Adam's arrays once for each result. The glue is machine code that Numba makes and keeps (extra
``fast``, see `trasunto.nets.handlers`), so nothing needs a compiler. Where Numba, a place for its cache, or a CPU is
not there, `products` and `available` say no, and all of it stays XLA's.
"""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache

PRODUCT, TRANSPOSED_PRODUCT, ADAM = "trasunto.product", "trasunto.transposed_product", "trasunto.adam"
"""Names under which XLA knows the handlers."""

SMALL_KERNELS = ("SkylakeX", "Cooperlake", "Sapphirerapids")
"""Architectures, as OpenBLAS calls them, for which it has kernels for small matrices: they pack nothing, start no
threads and take locks from nobody."""


@cache
def available() -> bool:
    """Say whether compiled programs can call handlers in this process; the first yes makes and registers them."""
    import jax

    if importlib.util.find_spec("numba") is None or jax.default_backend() != "cpu":
        return False
    try:
        handlers = importlib.import_module("trasunto.nets.handlers")
    except Exception:  # of many kinds: its cache has no place or holds another thing, or it does not suit this NumPy
        return False
    names = {
        PRODUCT: handlers.multiply,
        TRANSPOSED_PRODUCT: handlers.multiply_transposed,
        ADAM: handlers.adam,
    }
    for name, handler in names.items():
        try:
            jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(handler.ctypes), platform="cpu")
        except jax.errors.JaxRuntimeError:  # it speaks another version
            return False
    return True


@cache
def products() -> bool:
    """Say whether small products are better sent to SciPy's BLAS than to XLA."""
    return available() and _has_small_kernels()


def _has_small_kernels() -> bool:
    import scipy.linalg.cython_blas  # noqa: F401  (loads the library that is looked for)
    from threadpoolctl import threadpool_info

    return any(
        library.get("architecture") in SMALL_KERNELS and "scipy" in library["filepath"].rsplit("site-packages", 1)[-1]
        for library in threadpool_info()
        if library["internal_api"] == "openblas"
    )
