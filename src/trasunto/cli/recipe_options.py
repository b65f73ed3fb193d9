"""The fields of a recipe as options, with the help, the defaults and the rules that :mod:`trasunto.spec` declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trasunto.cli.option_groups import Function, takes
from trasunto.cli.values import listed

if TYPE_CHECKING:
    from trasunto.spec import Recipe


def takes_recipe(
    usual: Callable[[], Recipe] | None = None, without: tuple[str, ...] = ()
) -> Callable[[Function], Function]:
    """Return a decorator that adds the fields of a recipe to a command, but those in `without`.

    `usual` returns the recipe whose defaults it has.
    """

    def declare() -> dict[str, Any]:
        from trasunto.spec.legal import FIELDS

        defaults = {} if usual is None else usual().said
        left_out = ("frozen", *without)  # frozen is of use with weights to begin from alone
        names = [name for name in FIELDS if name not in left_out]
        return {name: _option(name, defaults.get(name)) for name in names}

    return takes("Recipe", declare)


def _option(name: str, default: object) -> Any:
    """Return a switch, or an option that is kept as text, for the field's own rule to read."""
    from trasunto.spec.legal import SWITCHES, describe

    if name in SWITCHES:
        return Annotated[bool | None, typer.Option(f"--{name}", help=_sentence(SWITCHES[name].meaning))]
    return Annotated[str | None, typer.Option(metavar="VALUE", help=_sentence(describe(name, default)))]


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}"


def chosen_fields(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recipe's fields among a command's parameters, as far as they were typed, as values."""
    from trasunto.spec.legal import FIELDS

    typed = {name: parameters[name] for name in FIELDS if parameters.get(name)}
    return {name: _read(name, value) if isinstance(value, str) else value for name, value in typed.items()}


def _read(name: str, text: str) -> float | str:
    """Return the number or word that is meant; text that is neither stays as typed, for its rule to refuse."""
    from trasunto.spec.legal import NUMBERS

    if name not in NUMBERS:
        return _word(name, text)
    try:
        return int(text) if NUMBERS[name].whole else float(text)
    except ValueError:
        return text


def _word(name: str, text: str) -> str:
    """Return a word; of those that may be empty, "none" is the empty one."""
    from trasunto.spec.legal import CHOICES

    return "" if text == "none" and "" in CHOICES[name].words else text


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
    if name in CHOICES:
        return [_word(name, word) for word in listed(what, text, str)]
    return listed(what, text, bool if name in SWITCHES else str)
