"""How far the training is: a bar on a terminal, a line now and then elsewhere, both with an estimate."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from trasunto.api.trainer import Told, Watcher

LINES = 10
"""Into how many parts plain lines cut the work."""

_TOO_SOON = 0.01  # below this share, compiling still outweighs what an estimate would be made from


@contextmanager
def progress(stream: TextIO | None = None) -> Iterator[Watcher]:
    """Show on `stream`, by default stderr since stdout is for results, what the watcher that is yielded is told."""
    from rich.console import Console

    stream = stream or sys.stderr
    console = Console(file=stream)
    if console.is_terminal and not console.is_dumb_terminal:
        with _bar(console) as watcher:
            yield watcher
    else:
        yield Lines(lambda line: typer.echo(line, file=stream))


class Lines:
    """A line when a stage begins, and one for about every tenth of the work.

    Parameters
    ----------
    say
        Takes one line.
    clock
        Seconds from any beginning.
    """

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._begun = clock()
        self._stage, self._part = "", -1

    def __call__(self, told: Told) -> None:
        """Say it, if it is time to."""
        part = int(told.share * LINES + 1e-9)  # 0.3 * 10 is below 3
        if told.stage == self._stage and part == self._part:
            return
        self._stage, self._part = told.stage, part
        elapsed = self._clock() - self._begun
        self._say(f"{told.stage}: {told.share:.0%} done, {_so_far(elapsed)}{_left(elapsed, told.share)}")


@contextmanager
def _bar(console: Console) -> Iterator[Watcher]:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    begun = time.monotonic()
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[times]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0, times="")

        def watch(told: Told) -> None:
            elapsed = time.monotonic() - begun
            times = _so_far(elapsed) + _left(elapsed, told.share)
            bar.update(task, description=told.stage, completed=told.share, times=times)

        yield watch


def _so_far(elapsed: float) -> str:
    from trasunto.report.wording import duration

    return f"{duration(elapsed)} so far"


def _left(elapsed: float, share: float) -> str:
    """Return the estimate of what is left, where there is something to make it from and something left."""
    from trasunto.report.wording import duration

    if not _TOO_SOON < share < 1:
        return ""
    return f", about {duration(elapsed * (1 - share) / share)} left"
