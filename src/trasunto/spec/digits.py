"""Numbers as text, in as few characters as say exactly that number."""

from __future__ import annotations

import numpy as np


def shortest(value: float | np.floating) -> str:
    """Write a number in the fewest characters that read back as the same number of its own precision.

    Examples
    --------
    >>> shortest(0.1), shortest(1e-4), shortest(100.0), shortest(np.float32(0.1))
    ('0.1', '1e-4', '100', '0.1')
    """
    plain = np.format_float_positional(value, trim="-")
    scientific = np.format_float_scientific(value, trim="-", exp_digits=1).replace("e+", "e")
    return min(plain, scientific, key=len)
