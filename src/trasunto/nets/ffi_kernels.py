"""XLA FFI handlers compiled by Numba (extra ``fast``): batched BLAS products and fused Adam.

XLA calls a handler with a call frame (``xla/ffi/api/c_api.h``, major version 0), read here at offsets in words of
8 bytes. Only `trasunto.nets.native` imports this module, and only where Numba is installed.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding
import numpy as np
from numba import carray, cfunc, njit, types
from numba.extending import get_cython_function_address, intrinsic

NORMAL, TRANSPOSED = ord("N"), ord("T")
PIECE = 2048  # weights whose four arrays stay in the L1 cache over three passes

llvmlite.binding.add_symbol("trasunto_sgemm", get_cython_function_address("scipy.linalg.cython_blas", "sgemm"))
sgemm = types.ExternalFunction("trasunto_sgemm", types.void(*[types.intp] * 13))
HANDLER = types.intp(types.CPointer(types.int64))


@intrinsic  # type: ignore[untyped-decorator]
def words(typing_context: Any, address: Any) -> Any:
    """Cast an address to a pointer to int64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(types.CPointer(types.int64)))

    return types.CPointer(types.int64)(address), generate


@intrinsic  # type: ignore[untyped-decorator]
def floats(typing_context: Any, address: Any) -> Any:
    """Cast an address to a pointer to float32."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(types.CPointer(types.float32)))

    return types.CPointer(types.float32)(address), generate


@njit(cache=True)  # type: ignore[untyped-decorator]
def asked_for_version(frame: Any) -> Any:
    """Answer XLA's query for the handler's API version with XLA's own, if its major is 0; say whether it was one."""
    if not frame[1]:
        return False
    metadata, runtime = words(words(frame[1])[3]), words(frame[2])
    if runtime[4] % 2**32 == 0:
        metadata[3] = runtime[4]
    return True


@njit(cache=True)  # type: ignore[untyped-decorator]
def operand(frame: Any, number: Any) -> Any:
    """Return an operand's descriptor: word 3 points to its data, word 5 to its sizes."""
    return words(words(frame[9])[number])


@njit(cache=True)  # type: ignore[untyped-decorator]
def result(frame: Any, number: Any) -> Any:
    """Return a result's descriptor."""
    return words(words(frame[14])[number])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _each(m: Any, b: Any, b_step: Any, a: Any, a_step: Any, out: Any, out_step: Any, arguments: Any) -> None:
    # The caller owns the argument arrays: Numba frees an array after the last line that names it.
    letters, numbers, scales = arguments
    letter, number, scale = letters.ctypes.data, numbers.ctypes.data, scales.ctypes.data
    for i in range(m):
        sgemm(
            letter, letter + 1, number, number + 4, number + 8, scale, b + i * b_step, number + 12,
            a + i * a_step, number + 16, scale + 4, out + i * out_step, number + 20,
        )  # fmt: skip


@njit(cache=True)  # type: ignore[untyped-decorator]
def _multiply(frame: Any, transposition: Any, inner: Any) -> None:
    """Form out[i] = a[i] b[i] of a (m, r, k), or (m, k, r) where transposed, and b (m, k, c); either may be (1, ...).

    To BLAS, row-major matrices are their own transposes: it forms out' = b' a'.
    """
    a, b, out = operand(frame, 0), operand(frame, 1), result(frame, 0)
    a_shape, b_shape, shape = words(a[5]), words(b[5]), words(out[5])
    m, r, c, k = shape[0], shape[1], shape[2], a_shape[inner]
    letters = np.array([NORMAL, transposition], np.uint8)
    numbers = np.array([c, r, k, c, a_shape[2], c], np.int32)
    scales = np.array([1, 0], np.float32)
    a_step = 4 * r * k if a_shape[0] == m else 0
    b_step = 4 * k * c if b_shape[0] == m else 0
    _each(m, b[3], b_step, a[3], a_step, out[3], 4 * r * c, (letters, numbers, scales))


@cfunc(HANDLER, cache=True)  # type: ignore[untyped-decorator]
def multiply(frame: Any) -> Any:
    """Multiply matrices, see `_multiply`."""
    if not asked_for_version(frame):
        _multiply(frame, NORMAL, 2)
    return 0


@cfunc(HANDLER, cache=True)  # type: ignore[untyped-decorator]
def multiply_transposed(frame: Any) -> Any:
    """Multiply matrices whose left operand is stored transposed, see `_multiply`."""
    if not asked_for_version(frame):
        _multiply(frame, TRANSPOSED, 1)
    return 0


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _adam_piece(w: Any, g: Any, mean: Any, square: Any, numbers: Any) -> None:
    beta1, beta2, epsilon, step, correction = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    rest1, rest2 = np.float32(1) - beta1, np.float32(1) - beta2
    for i in range(len(g)):  # one loop per array written, which compilers vectorise
        mean[i] = rest1 * g[i] + beta1 * mean[i]
    for i in range(len(g)):
        square[i] = rest2 * (g[i] * g[i]) + beta2 * square[i]
    for i in range(len(g)):
        w[i] -= step * mean[i] / (np.sqrt(square[i]) * correction + epsilon)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _size(described: Any) -> Any:
    """Return the elements per member of an array (m, ...)."""
    size = 1
    for axis in range(1, described[4]):
        size *= words(described[5])[axis]
    return size


@cfunc(HANDLER, cache=True)  # type: ignore[untyped-decorator]
def adam(frame: Any) -> Any:
    """Take an Adam step in place, for k arrays of each of m members.

    Operands: numbers (m, 5), the k gradients (m, ...), then weights, mean and square of each array, which the results
    alias. The numbers are beta1, beta2, epsilon, step and correction, of
    w - step * mean / (sqrt(square) * correction + epsilon).
    """
    if asked_for_version(frame):
        return 0
    numbers = operand(frame, 0)
    m, k = words(numbers[5])[0], (frame[7] - 1) // 4
    own = carray(floats(numbers[3]), (m, 5))
    for array in range(k):
        gradient = operand(frame, 1 + array)
        size, g = _size(gradient), gradient[3]
        w, mean, square = (
            result(frame, 3 * array)[3],
            result(frame, 3 * array + 1)[3],
            result(frame, 3 * array + 2)[3],
        )
        for i in range(m):
            for begin in range(0, size, PIECE):
                at, n = 4 * (i * size + begin), (min(PIECE, size - begin),)
                _adam_piece(
                    carray(floats(w + at), n),
                    carray(floats(g + at), n),
                    carray(floats(mean + at), n),
                    carray(floats(square + at), n),
                    own[i],
                )
    return 0
