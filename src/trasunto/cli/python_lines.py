"""Python lines that look at what a command trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def how_to_look(
    data: str,
    rows: Mapping[str, Any],
    fields: Mapping[str, Any],
    columns: Mapping[str, Sequence[Any]],
    options: Mapping[str, Any],
    measure: str | None = None,
) -> list[str]:
    r"""Return lines of Python that ask for the same members, which the store then has, and look at the best.

    Parameters
    ----------
    data, rows
        A name of the catalogue or a path, and how its columns become rows.
    fields, columns
        Of the recipe, and the numbers and words that vary.
    options
        What else `trasunto.train` is given; those that are None are left out.
    measure
        By which the best is chosen, where it is not by the loss.

    Examples
    --------
    >>> fields = {"network": "[8 relu] > linear", "epochs": 3}
    >>> print("\n".join(how_to_look("mnist", {}, fields, {"learning_rate": [0.1, 0.2]}, {"seeds": 2, "store": "runs"})))
    import trasunto
    table = trasunto.load('mnist')
    recipe = trasunto.Recipe('[8 relu] > linear', epochs=3)
    cohort = trasunto.train(recipe.grid(learning_rate=[0.1, 0.2]), table, seeds=2, store='runs')
    cohort.history()                            # every epoch of every member
    cohort.best().reconstruct(table.x[:10])     # encode, decode, weights, at(epoch) likewise
    """
    from trasunto.data import catalogue

    known = data in [entry.name for entry in catalogue()]
    rest = {field: value for field, value in fields.items() if field != "network"}
    chosen = "" if measure is None else repr(measure)
    given = {name: value for name, value in options.items() if value is not None}
    return [
        "import trasunto",
        f"table = trasunto.{'load' if known else 'read'}({', '.join([repr(data), *_typed(rows)])})",
        f"recipe = trasunto.Recipe({', '.join([repr(fields['network']), *_typed(rest)])})",
        f"cohort = trasunto.train({_members(columns)}, table, {', '.join(_typed(given))})",
        "cohort.history()                            # every epoch of every member",
        f"{f'cohort.best({chosen}).reconstruct(table.x[:10])':<43} # encode, decode, weights, at(epoch) likewise",
    ]


def _members(columns: Mapping[str, Sequence[Any]]) -> str:
    if all(name.isidentifier() for name in columns):
        return f"recipe.grid({', '.join(_typed(columns))})" if columns else "recipe"
    return f"recipe.grid(**{dict(columns)!r})"  # "1.drop" is no name in Python


def _typed(values: Mapping[str, Any]) -> list[str]:
    return [f"{name}={_spelt(value)}" for name, value in values.items()]


def _spelt(value: Any) -> str:
    """Return a value as Python has it from ``import trasunto`` on."""
    return f"trasunto.{value!r}" if type(value).__module__.startswith("trasunto.") else repr(value)
