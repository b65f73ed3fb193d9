"""SciPy's BLAS behind JAX's foreign-function interface: many small products in one call from a compiled program.

XLA's own products lose half their time on matrices of some tens of rows and columns; OpenBLAS has kernels for them. The
glue between the two is machine code that Numba makes (extra ``fast``), so nothing here needs a compiler. Where Numba,
such a BLAS or a CPU is not there, `available` says no, and products stay XLA's.
"""

from __future__ import annotations

import ctypes
import importlib.util
from functools import cache
from typing import Any

TARGETS = {False: "trasunto.products", True: "trasunto.products_transposed"}
"""Names under which XLA knows the handlers, by whether the left matrices are stored transposed."""

SMALL_KERNELS = ("SkylakeX", "Cooperlake", "Sapphirerapids")
"""Architectures, as OpenBLAS calls them, for which it has kernels for small matrices: they pack nothing, start no
threads and take locks from nobody."""


@cache
def available() -> bool:
    """Say whether products can be sent to BLAS in this process; the first yes makes and registers the handlers."""
    import jax

    if importlib.util.find_spec("numba") is None or jax.default_backend() != "cpu" or not _has_small_kernels():
        return False
    for transposed, name in TARGETS.items():
        try:
            jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(_handler(transposed)), platform="cpu")
        except jax.errors.JaxRuntimeError:  # it speaks another version
            return False
    return True


def _has_small_kernels() -> bool:
    import scipy.linalg.cython_blas  # noqa: F401  (loads the library that is looked for)
    from threadpoolctl import threadpool_info

    return any(
        library.get("architecture") in SMALL_KERNELS and "scipy" in library["filepath"].rsplit("site-packages", 1)[-1]
        for library in threadpool_info()
        if library["internal_api"] == "openblas"
    )


def _handler(transposed: bool) -> Any:
    """Return a C function that XLA calls with matrices a and b and a place for out, out[i] = a[i] b[i].

    It is given a (m, r, k), or (m, k, r) where `transposed`, b (m, k, c) and out (m, r, c), float32 and row-major; a
    or b may be (1, ...) for all i. To BLAS, row-major matrices are their own transposes: it forms out' = b' a'.

    References
    ----------
    ``xla/ffi/api/c_api.h``, major version 0: the places of what is read here, in words of 8 bytes.
    """
    import numpy as np
    from numba import cfunc, njit, types
    from numba.extending import get_cython_function_address, intrinsic

    address = get_cython_function_address("scipy.linalg.cython_blas", "sgemm")
    sgemm = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 13)(address)
    normal, transposition, inner = ord("N"), *((ord("T"), 1) if transposed else (ord("N"), 2))

    @intrinsic  # type: ignore[untyped-decorator]
    def pointer(typing_context: Any, number: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(types.CPointer(types.int64)))

        return types.CPointer(types.int64)(number), generate

    @njit(nogil=True)  # type: ignore[untyped-decorator]
    def each(m: Any, b: Any, b_step: Any, a: Any, a_step: Any, out: Any, out_step: Any, arguments: Any) -> None:
        # The arguments are the caller's, because Numba frees an array after the last line that names it.
        letters, numbers, scales = arguments
        letter, number, scale = letters.ctypes.data, numbers.ctypes.data, scales.ctypes.data
        for i in range(m):
            sgemm(
                letter, letter + 1, number, number + 4, number + 8, scale, b + i * b_step, number + 12,
                a + i * a_step, number + 16, scale + 4, out + i * out_step, number + 20,
            )  # fmt: skip

    @cfunc(types.intp(types.CPointer(types.int64)))  # type: ignore[untyped-decorator]
    def multiply(frame: Any) -> Any:
        if frame[1]:  # XLA asks which version this handler speaks: the runtime's own, where its major is 0
            metadata, runtime = pointer(pointer(frame[1])[3]), pointer(frame[2])
            if runtime[4] % 2**32 == 0:
                metadata[3] = runtime[4]
            return 0
        a, b, out = pointer(pointer(frame[9])[0]), pointer(pointer(frame[9])[1]), pointer(pointer(frame[14])[0])
        a_shape, b_shape, shape = pointer(a[5]), pointer(b[5]), pointer(out[5])
        m, r, c, k = shape[0], shape[1], shape[2], a_shape[inner]
        letters = np.array([normal, transposition], np.uint8)
        numbers = np.array([c, r, k, c, a_shape[2], c], np.int32)
        scales = np.array([1, 0], np.float32)
        a_step = 4 * r * k if a_shape[0] == m else 0
        b_step = 4 * k * c if b_shape[0] == m else 0
        each(m, b[3], b_step, a[3], a_step, out[3], 4 * r * c, (letters, numbers, scales))
        return 0

    return multiply.ctypes
