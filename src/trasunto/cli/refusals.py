"""Errors as one sentence and an exit code."""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass

import typer

from trasunto.errors import Interrupted, TrasuntoError

FAULT, MENDABLE, INTERRUPTED = 1, 2, 130
UNREAD = 141  # what a shell makes of SIGPIPE

_SYSTEM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}
"""What the system refuses for reasons that a user can mend: full disks, and places that may not be written."""

# What typer refuses has no public name of its own, and its module has moved between versions; its child has not.
_Usage = typer.BadParameter.__mro__[1]


_JAX_SETTING = re.compile(r"(?:JAX flag |for environment ')(jax_\w+)", re.IGNORECASE)
"""How JAX names the setting whose value it cannot read; the variable is called the same, in capitals."""


@dataclass(frozen=True)
class Explained:
    """A sentence for stderr, and the exit code that goes with it."""

    sentence: str
    code: int


def explain(error: Exception, keeps: bool = True) -> Explained:
    """Return what to say of an error that a command raised, and the code to exit with.

    Parameters
    ----------
    keeps
        Whether the command writes down what it does while it does it.
    """
    if isinstance(error, Interrupted):
        return Explained(_sentence(str(error)), INTERRUPTED)
    if isinstance(error, typer.Abort):
        kept = "what was recorded before is kept" if keeps else "nothing was written"
        return Explained(_sentence(f"stopped; {kept}"), INTERRUPTED)
    if isinstance(error, TrasuntoError):
        return Explained(_sentence(str(error)), MENDABLE)
    if isinstance(error, _Usage):
        return Explained(_sentence(_usage(error)), MENDABLE)
    if isinstance(error, OSError) and error.errno in _SYSTEM:
        return Explained(_sentence(f"{error.filename or 'the output'} cannot be used: {error.strerror}"), MENDABLE)
    if isinstance(error, ValueError) and (variable := _unread_by_jax(error)):
        return Explained(
            _sentence(
                f"{variable} is {os.environ[variable]!r}, which JAX cannot read: unset it, or set it as JAX asks"
            ),
            MENDABLE,
        )
    said = f"{type(error).__name__}: {error}".rstrip(": ")
    return Explained(
        _sentence(f"this is a fault of trasunto, not of what you asked ({said}); --debug shows where it happened"),
        FAULT,
    )


def _unread_by_jax(error: ValueError) -> str | None:
    """Return the environment variable that JAX, while it was imported, could not read."""
    found = _JAX_SETTING.search(str(error))
    name = found[1].upper() if found else ""
    return name if name in os.environ else None


def _usage(error: Exception) -> str:
    """Return typer's own words in the form of ours: no capital, no full stop, and where to read more."""
    said = str(getattr(error, "format_message", lambda: error)()).rstrip(".").replace(". Did", ", did")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "trasunto"
    return f"{said[:1].lower()}{said[1:]} (see {command} --help)"


def _sentence(text: str) -> str:
    """Return text as one line that a terminal prints as it is: what a user typed may hold anything."""
    line = " ".join(text.split())
    return "trasunto: " + "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line
    )
