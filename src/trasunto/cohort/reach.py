"""Check that a network's output activation can reach the values of its rows.

Training rows alone are looked at, as the network sees them (``x * scale``). One-hot blocks are left out: whatever the
output's activation is, they are reconstructed as probabilities.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator

import numpy as np

from trasunto.data import Table
from trasunto.errors import DataError, TrasuntoWarning
from trasunto.spec import Recipe
from trasunto.spec.legal import REACH

SLACK = 1e-6
"""How far outside a limit a value may be: rows scaled to 0 to 1 in single precision come to lie so far beyond."""

_AT_ONCE = 2**22
"""Values looked at together, so that large tables take no memory of their own."""


def refuse_meaningless(recipe: Recipe, table: Table) -> None:
    """Refuse a loss that means nothing on these rows.

    Raises
    ------
    DataError
        The loss is binary cross entropy, and a value is outside 0 to 1: it has no lower bound there.
    """
    if recipe.loss == "bce":
        refuse_outside_shares("loss 'bce'", table)


def is_sound(recipe: Recipe, table: Table) -> bool:
    """Say whether `refuse_meaningless` lets a recipe pass."""
    try:
        refuse_meaningless(recipe, table)
    except DataError:
        return False
    return True


def refuse_outside_shares(who: str, table: Table) -> None:
    """Refuse rows that cross entropy has no meaning for; `who` asks for it.

    Raises
    ------
    DataError
        A value is outside 0 to 1.
    """
    low, high = limits(table)
    if low < -SLACK or high > 1 + SLACK:
        raise DataError(
            f"{who} needs values between 0 and 1, as cross entropy does, and those of {table.provenance} go from "
            f"{low:.4g} to {high:.4g}: scale them first (scaling minmax), or choose another loss"
        )


def out_of_reach(recipe: Recipe, table: Table) -> float:
    """Return the share of the training rows' values that the output cannot take, 0 to 1.

    Examples
    --------
    >>> from trasunto.data import from_arrays
    >>> rows = from_arrays([[0.5, -2.0], [1.0, 3.0]])
    >>> out_of_reach(Recipe("[1 linear] > sigmoid"), rows), out_of_reach(Recipe("[1 linear] > relu"), rows)
    (0.5, 0.25)
    """
    low, high = REACH[recipe.network.output]
    if recipe.loss == "cross_entropy" or (low, high) == REACH["linear"]:
        return 0.0
    if table.x.dtype == np.uint8 and low <= 0 and 255 * table.scale <= high + SLACK:
        return 0.0
    low, high = (low - SLACK) / table.scale, (high + SLACK) / table.scale
    outside = total = 0
    for part in _parts(table):
        outside += int(np.count_nonzero(part < low)) + int(np.count_nonzero(part > high))
        total += part.size
    return outside / total if total else 0.0


def remark(recipe: Recipe, table: Table) -> str:
    """Return a sentence on an output that cannot reach the values of the rows; empty where it can."""
    share = out_of_reach(recipe, table)
    if not share:
        return ""
    output = recipe.network.output
    low, high = REACH[output]
    reach = f"from {low:.4g} to {high:.4g}" if high < np.inf else f"from {low:.4g} up"
    scaled = ", or scale the rows to 0 to 1 (scaling minmax)" if low <= 0 else ""
    return (
        f"output '{output}' gives values {reach}, and {_percent(share)} of the values in the training rows of "
        f"{table.provenance.name} are out of its reach: end the network in linear{scaled}"
    )


def remarks(pairs: Iterable[tuple[Recipe, Table]]) -> dict[str, str]:
    """Return the remark on each output that has one, by the output's word, for the first rows that it is trained on."""
    seen: dict[str, str] = {}
    for recipe, table in pairs:
        output = recipe.network.output
        if recipe.loss != "cross_entropy" and output not in seen:
            seen[output] = remark(recipe, table)
    return {output: said for output, said in seen.items() if said}


def check_outputs(recipes: Iterable[Recipe], table: Table) -> None:
    """Refuse losses that mean nothing on these rows, and warn of outputs that cannot reach their values."""
    for recipe in recipes:
        refuse_meaningless(recipe, table)
    warn(remarks((recipe, table) for recipe in recipes).values())


def warn(said: Iterable[str]) -> None:
    """Warn of each remark."""
    for sentence in said:
        warnings.warn(sentence, TrasuntoWarning, stacklevel=3)


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.995 else "100 %" if share == 1 else "over 99 %"


def limits(table: Table) -> tuple[float, float]:
    """Return the lowest and the highest value, as the network sees them."""
    if table.x.dtype == np.uint8 and 255 * table.scale <= 1 + SLACK:
        return 0.0, 1.0  # at most
    ends = [(part.min(), part.max()) for part in _parts(table) if part.size]
    if not ends:
        return 0.0, 0.0
    return float(min(low for low, _ in ends)) * table.scale, float(max(high for _, high in ends)) * table.scale


def _parts(table: Table) -> Iterator[np.ndarray]:
    """Yield the columns that are numbers of their own, some rows (k, columns) at a time, as they are stored."""
    alone = np.ones(table.d, dtype=bool)
    for start, stop in table.blocks:
        alone[start:stop] = False
    rows = max(1, _AT_ONCE // table.d)
    for start in range(0, table.n, rows):
        part = table.x[start : start + rows]
        yield part[:, alone] if table.blocks else part
