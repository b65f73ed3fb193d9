"""Errors of trasunto.

Every refusal that a user can mend is a :class:`TrasuntoError`: one sentence that names the thing, the place and the
legal values. The command line prints it and exits with code 2. Anything else that escapes is a fault of ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class TrasuntoError(ValueError):
    """Something asked for cannot be done; the message is one sentence that says what, where and what would do."""


class DataError(TrasuntoError):
    """Rows, files or images that cannot be used as they are."""


class RecipeError(TrasuntoError):
    """A recipe, a grid or a text in the notation that does not describe a network that can be trained."""


class StoreError(TrasuntoError):
    """A store that cannot be opened, continued or written."""


class ResourceError(TrasuntoError):
    """More memory or disk than this machine has free."""


class Interrupted(TrasuntoError):
    """Training was stopped by the user; what was done is kept, and the message says how to go on."""


class TrasuntoWarning(UserWarning):
    """Something that was done, and that a user may not have meant; the message is one sentence."""


def nearest(word: str, legal: Iterable[str]) -> str:
    """Return ", did you mean 'x'?" for the legal value closest to `word`, or nothing where none is close."""
    close = difflib.get_close_matches(word, list(legal), n=1, cutoff=0.6)
    return f", did you mean '{close[0]}'?" if close else ""


def one_of(what: str, word: object, legal: Iterable[str], error: type[TrasuntoError] = TrasuntoError) -> TrasuntoError:
    """Return the refusal of `word`, naming every legal value and the nearest one."""
    legal = list(legal)
    return error(f"{what} '{word}' is not known{nearest(str(word), legal)} (legal: {', '.join(legal)})")


def not_installed(what: str, package: str, extra: str) -> TrasuntoError:
    """Return the refusal of something that needs a package of an extra."""
    return TrasuntoError(f"{what} needs {package}, which is not installed: pip install 'trasunto[{extra}]'")
