"""The program: its commands, and what it says and returns when one of them cannot go on."""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Annotated

import typer
from typer.main import get_command

from trasunto.cli import data, detect, report, reproduce, runs, score, store, study, sweep, train
from trasunto.cli.option_groups import App
from trasunto.cli.options import Session, examples
from trasunto.cli.printing import warnings_as_sentences
from trasunto.cli.refusals import INTERRUPTED, UNREAD, explain
from trasunto.cli.terminal import signals_interrupting, unencodable_replaced
from trasunto.errors import Interrupted

NAME = "trasunto"

KEEPING = {"train", "study", "detect", "sweep", "reproduce"}
"""The commands that write down what they have trained while they train, and go on from there."""

app = App(name=NAME)
app.command(epilog=reproduce.EXAMPLES)(reproduce.reproduce)
app.command(epilog=train.EXAMPLES)(train.train)
app.command(epilog=study.EXAMPLES)(study.study)
app.command(epilog=detect.EXAMPLES)(detect.detect)
app.command(epilog=sweep.EXAMPLES)(sweep.sweep)
app.command(epilog=score.EXAMPLES)(score.score)
app.add_typer(data.app)
app.add_typer(runs.app)
app.command(epilog=report.EXAMPLES)(report.report)
app.add_typer(store.app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        What was typed after ``trasunto``; by default the process's own.
    """
    typed = list(sys.argv[1:] if arguments is None else arguments)
    session = Session()
    with signals_interrupting(), unencodable_replaced():
        try:
            _refuse_what_is_no_text(typed)
            with warnings_as_sentences():
                code = _command()(typed, prog_name=NAME, standalone_mode=False, obj=session)
            if code == INTERRUPTED:  # what typer makes of a Ctrl-C that nobody listened for, as while rows are read
                raise typer.Abort
        except SystemExit as end:
            if isinstance(end.__context__, BrokenPipeError):  # which typer has taken note of
                return _unread()
            raise
        except Exception as error:
            keeps = isinstance(error, Interrupted) or (bool(typed) and typed[0] in KEEPING)
            explained = explain(error, keeps)
            if session.debug and explained.code != INTERRUPTED:
                traceback.print_exception(error)
            typer.echo(explained.sentence, err=True)
            if explained.code == INTERRUPTED:
                typer.echo(f"{'go on' if keeps else 'begin anew'} with: {shlex.join([NAME, *typed])}", err=True)
            return explained.code
    return code or 0


@cache
def _command() -> Callable[..., int | None]:
    """Return the command that typer makes of the functions and their annotations, which takes a while."""
    return get_command(app)


def _unread() -> int:
    """Return the code where nobody reads on, as after ``| head``; whatever is still to be printed goes nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNREAD


def _refuse_what_is_no_text(typed: Sequence[str]) -> None:
    try:
        "".join(typed).encode()
    except UnicodeEncodeError:
        from trasunto.data.places import refuse_unreadable_name

        for word in typed:
            refuse_unreadable_name(word)


def _version(asked: bool) -> None:
    if asked:
        from trasunto import __version__

        typer.echo(f"{NAME} {__version__}")
        raise typer.Exit


@app.callback(
    invoke_without_command=True,
    epilog=examples("trasunto reproduce mnist", "trasunto train --help", at_end="Every command has its own --help."),
)
def program(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Train hundreds of autoencoders as one program, and answer questions about them with evidence."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
