"""Constraints on the designs of a space, such as ``parameters <= 50000`` or ``latent < width``."""

from __future__ import annotations

import operator
import re
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from trasunto.errors import RecipeError

PARAMETERS = "parameters"
"""The word for how many weights and biases a network has, on either side of a comparison."""

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_FORM = re.compile(r"\s*([\w.+-]+)\s*(<=|>=|<|>)\s*([\w.+-]+)\s*")
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Constraint:
    """Two terms and how they compare; a term is the name of a number or a number.

    Examples
    --------
    >>> narrow = parse_constraint("latent < width")
    >>> narrow.allows({"latent": 8, "width": 64}), narrow.allows({"latent": 8, "width": 8})
    (True, False)
    """

    left: str | float
    comparison: str
    right: str | float

    @property
    def names(self) -> tuple[str, ...]:
        """The names that it compares."""
        return tuple(term for term in (self.left, self.right) if isinstance(term, str))

    def allows(self, values: Mapping[str, Any]) -> bool:
        """Say whether values keep to it; where one that it names is not there, it asks nothing."""
        if not all(name in values for name in self.names):
            return True
        left, right = (values[term] if isinstance(term, str) else term for term in (self.left, self.right))
        return _COMPARISONS[self.comparison](left, right)

    def __str__(self) -> str:
        return " ".join(_written(term) for term in (self.left, self.comparison, self.right))


def parse_constraint(text: object) -> Constraint:
    """Read a comparison.

    Raises
    ------
    RecipeError
        It is none.
    """
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    terms = [] if found is None else [_term(found[1]), _term(found[3])]
    if found is None or None in terms or not any(isinstance(term, str) for term in terms):
        raise RecipeError(
            f"constraint {reprlib.repr(text)} is no comparison of a parameter: write it as 'latent < width' or "
            f"'{PARAMETERS} <= 50000' (legal: {', '.join(_COMPARISONS)})"
        )
    left, right = (term for term in terms if term is not None)
    return Constraint(left, found[2], right)


def _term(text: str) -> str | float | None:
    if _NAME.fullmatch(text):
        return text
    try:
        return float(text.replace("_", ""))
    except ValueError:
        return None


def _written(term: str | float) -> str:
    return term if isinstance(term, str) else f"{term:.17g}"
