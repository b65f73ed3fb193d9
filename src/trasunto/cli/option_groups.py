"""Groups of options that several commands take, such as the fields of a recipe: a section each of a command's help."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Container, Mapping
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand
from typer.main import get_command

from trasunto.cli.options import Debug

Function = TypeVar("Function", bound=Callable[..., None])

Declare = Callable[[], Mapping[str, Any]]
"""Returns the annotation of each option, by its name in Python; called when a command is, since it may import much."""


def takes(title: str, declare: Declare) -> Callable[[Function], Function]:
    """Return a decorator that adds a group of options to a :class:`GroupedCommand`.

    The command's function finds what was typed for them, None where nothing was, in its context's parameters.
    """

    def widen(function: Function) -> Function:
        function.__dict__["groups"] = {title: declare, **function.__dict__.get("groups", {})}
        return function

    return widen


class GroupedCommand(TyperCommand):
    """A command that takes --debug, and the groups of options which `takes` added to its function."""

    _titles: Mapping[str, str] | None = None

    def get_params(self, ctx: Any) -> Any:
        """Return all parameters, those of groups last; of options of one name, the command's own."""
        if self._titles is None:
            own = {parameter.name for parameter in self.params}
            declared = {"Options": lambda: {"debug": Debug}, **getattr(self.callback, "groups", {})}
            groups = {title: _options(declare(), own) for title, declare in declared.items()}
            self._titles = {option.name: title for title, options in groups.items() for option in options}
            self.params += [option for options in groups.values() for option in options]
        return super().get_params(ctx)

    def invoke(self, ctx: Any) -> Any:
        """Call the function with its own parameters."""
        own = {name: value for name, value in ctx.params.items() if name not in (self._titles or {})}
        return ctx.invoke(self.callback, **own)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Print the arguments, the command's own options, and each group."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            usual = "Arguments" if parameter.param_type_name == "argument" else "Options"
            shown = parameter.get_help_record(ctx)
            if shown is not None:
                sections.setdefault((self._titles or {}).get(parameter.name, usual), []).append(shown)
        for title in sorted(sections, key=["Arguments", "Options", *sections].index):
            with formatter.section(title):
                formatter.write_dl(sections[title])


class App(typer.Typer):
    """A program, or a part of it, of such commands, in plain help.

    Rich takes the brackets of the notation for markup, and loads longer than all the rest.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False, **options)

    def command(self, *name: Any, **options: Any) -> Callable[[Function], Function]:
        """Return a decorator that makes a command of a function."""
        return super().command(*name, cls=GroupedCommand, **options)


def _options(declared: Mapping[str, Any], but: Container[str]) -> list[Any]:
    """Return options as typer makes them of a function's annotations."""

    def function(**typed: Any) -> None: ...

    keyword = inspect.Parameter.KEYWORD_ONLY
    hints = {name: what for name, what in declared.items() if name not in but}
    parameters = [inspect.Parameter(name, keyword, default=None, annotation=what) for name, what in hints.items()]
    vars(function).update(__signature__=inspect.Signature(parameters))
    function.__annotations__ = hints
    made = typer.Typer(add_completion=False)
    made.command()(function)
    return list(get_command(made).params)
