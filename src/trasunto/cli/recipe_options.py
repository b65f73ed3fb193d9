"""The fields of a recipe as options, with the help, the defaults and the rules that :mod:`trasunto.spec` declares."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from trasunto.cli.values import listed

Field = Annotated[str | None, typer.Option(metavar="VALUE", show_default=False)]
"""An option that is a field of a recipe: kept as text, for the field's own rule to read."""


class RecipeCommand(TyperCommand):
    """A command that takes the fields of a recipe; what they mean is looked up when its help is asked for."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Describe every field, as the rules do, then print all options."""
        from trasunto.spec.legal import LEGAL

        usual = _usual()
        options: list[Any] = self.params  # typer's own type of an option is not public
        for option in options:
            if option.name in usual and option.name in LEGAL:
                option.help = _described(option.name, usual[option.name])
        super().format_options(ctx, formatter)


def chosen_fields(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the recipe's fields among a command's parameters, as far as they were typed, as values."""
    usual = _usual()
    return {
        name: _read(name, typed) if isinstance(typed, str) else typed
        for name, typed in parameters.items()
        if name in usual and typed not in (None, False)
    }


def _read(name: str, text: str) -> float | str:
    """Return the number that is meant; text that is none stays as typed, for its rule to refuse."""
    from trasunto.spec.legal import NUMBERS

    if name not in NUMBERS:
        return text
    try:
        return int(text) if NUMBERS[name].whole else float(text)
    except ValueError:
        return text


def axis(name: str, text: str) -> list[Any]:
    """Read the values of ``--vary name=values``; those of a name that no recipe knows stay text.

    Examples
    --------
    >>> axis("momentum", "0, 0.9"), axis("tied", "true,false"), axis("corruption", "none,masking")
    ([0.0, 0.9], [True, False], ['', 'masking'])
    """
    from trasunto.spec.legal import CHOICES, NUMBERS, SWITCHES

    what, option = f"--vary {name}", name.rpartition(".")[2]
    if option in NUMBERS:
        return listed(what, text, int if NUMBERS[option].whole else float)
    if name in CHOICES and "" in CHOICES[name].words:
        return ["" if word == "none" else word for word in listed(what, text, str)]
    return listed(what, text, bool if name in SWITCHES else str)


def _usual() -> dict[str, Any]:
    """Return the default of every field that a recipe takes beside its network."""
    from trasunto.spec import Recipe

    parameters = inspect.signature(Recipe).parameters
    return {name: parameter.default for name, parameter in parameters.items() if name != "network"}


def _described(name: str, usual: Any) -> str:
    from trasunto.spec.legal import NUMBERS, SWITCHES, describe

    said = SWITCHES[name].meaning if name in SWITCHES else describe(name)
    sentence = f"{said[:1].upper()}{said[1:]}"
    if (
        usual is None or name in SWITCHES
    ):  # None leaves the default to the optimizer or the loss, and `describe` says it
        return sentence
    return f"{sentence}; default {usual:g}" if name in NUMBERS else f"{sentence}; default {usual}"
