"""Training progress: a live table on a terminal, a line now and then elsewhere, both with the time left."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import typer

from trasunto.wording import amount, duration, number

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from trasunto.api.watching import Best, Networks, Told, Watcher
    from trasunto.cohort.compiling import Compiling

LINES = 10
"""Into how many parts plain lines cut the work."""

QUIET = 30.0
"""Seconds after a line in which no other one says that more is compiled."""

REFRESHES = 4
"""How often in a second the table is drawn anew, whatever is told meanwhile."""

BAR = 40
"""Columns of the bar, where the terminal has room for them."""

_TOO_SOON = 0.01  # below this share, where nothing was forecast, there is too little to make an estimate from
_TRUST = 0.1  # share of a forecast's time after which what was seen counts for as much as what was expected
_WINDOW = 10.0  # seconds that a speed is measured over, where it is asked for as often

Clock = Callable[[], float]


@contextmanager
def progress(stream: TextIO | None = None) -> Iterator[Watcher]:
    """Show on `stream`, by default stderr since stdout is for results, what the watcher that is yielded is told."""
    from rich.console import Console

    stream = stream or sys.stderr
    console = Console(file=stream)
    if console.is_terminal and not console.is_dumb_terminal:
        with _live(console) as watcher:
            yield watcher
    else:
        yield Lines(lambda line: typer.echo(line, file=stream))


class Lines:
    """A line when a stage begins, one for about every tenth of the work, and one when programs begin to be compiled.

    Parameters
    ----------
    say
        Takes one line.
    clock
        Seconds from any beginning.
    """

    def __init__(self, say: Callable[[str], None], clock: Clock = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._times, self._pace = Times(clock()), Pace()
        self._stage, self._part = "", -1
        self._compiling, self._said_compiling, self._said = False, False, 0.0

    def __call__(self, told: Told) -> None:
        """Say it, if it is time to."""
        part, now = int(told.share * LINES + 1e-9), self._clock()  # 0.3 * 10 is below 3
        self._times.note(now, told)
        begins = told.compiling.now > 0 and not self._compiling
        self._compiling = told.compiling.now > 0
        if told.stage != self._stage:
            self._said_compiling = False
        elif part == self._part and not (begins and (not self._said_compiling or now - self._said >= QUIET)):
            return
        self._stage, self._part, self._said = told.stage, part, now
        self._said_compiling |= self._compiling
        compiling = [f"compiling {_programs(told.compiling)}"] if self._compiling else []
        said = [f"{told.share:.0%} done", *compiling, *self._networks(now, told.networks), self._times.at(now, told)]
        self._say(f"{told.stage}: {', '.join(said)}")

    def _networks(self, now: float, networks: Networks | None) -> Iterator[str]:
        if networks is None or not _begun(networks):
            return
        yield f"networks {_counted(networks)}"
        if networks.best is not None:
            marks = _marks(networks.best)
            yield f"best {_loss(networks.best)}{f' ({marks})' if marks else ''}"
        if networks.diverged or networks.stopped:
            yield _early(networks)
        speed = self._pace.at(now, networks.epochs)
        if speed is not None:
            yield _speed(speed)


class Table:
    """What was told last, as a small table.

    It is drawn when the terminal is refreshed, by another thread; to be told something costs nothing.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._times, self._pace = Times(clock()), Pace()
        self._told: Told | None = None

    def __call__(self, told: Told) -> None:
        """Remember it."""
        self._times.note(self._clock(), told)
        self._told = told

    def draw(self, width: int) -> RenderableType:
        """Return the table as it is now, for a terminal of so many columns; rows come and go seldom, lest it jump."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table as Grid
        from rich.text import Text

        told = self._told
        if told is None:
            return Text()
        now = self._clock()
        head, rows = Grid.grid(padding=(0, 2)), Grid.grid(padding=(0, 2))
        bar = ProgressBar(total=1.0, completed=told.share, width=max(min(width - len(told.stage) - 10, BAR), 4))
        head.add_row(Text(told.stage, "bold", no_wrap=True, overflow="ellipsis"), bar, Text(f"{told.share:.0%}"))
        to_compile = told.compiling.now or told.compiling.later
        compiling = [("compiling", _programs(told.compiling))] if to_compile else []
        facts = [*compiling, *self._rows(now, told.networks), ("time", self._times.at(now, told))]
        for name, fact in facts:
            rows.add_row(Text(name, "dim", no_wrap=True), Text(fact))
        return Group(head, rows)

    def _rows(self, now: float, networks: Networks | None) -> Iterator[tuple[str, str]]:
        if networks is None or not _begun(networks):
            return
        yield "networks", _counted(networks)
        best = networks.best
        yield "best so far", "" if best is None else _loss(best)
        if best is not None and best.varied:
            yield "", _marks(best)
        yield "ended early", _early(networks) or "none"
        speed = self._pace.at(now, networks.epochs)
        yield "speed", "" if speed is None else _speed(speed)


class Pace:
    """Network-epochs a second, over the last seconds or since it was last asked for, whichever is longer."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()

    def at(self, now: float, epochs: int) -> float | None:
        """Return the speed, now that so many network-epochs were trained; None where nothing tells it."""
        self._points.append((now, epochs))
        while len(self._points) > 2 and now - self._points[1][0] >= _WINDOW:
            self._points.popleft()
        then, before = self._points[0]
        return (epochs - before) / (now - then) if now > then and epochs > before else None


@contextmanager
def _live(console: Console) -> Iterator[Watcher]:
    from rich.live import Live

    table = Table()
    # stdout may go elsewhere than to this terminal; what others say on stderr appears above the table.
    with Live(
        console=console,
        get_renderable=lambda: table.draw(console.width),
        refresh_per_second=REFRESHES,
        transient=True,
        redirect_stdout=False,
        vertical_overflow="crop",
    ):
        yield table


def _begun(networks: Networks) -> bool:
    return bool(networks.trained or networks.at_work)


def _programs(compiling: Compiling) -> str:
    """Return how many programs are being compiled, and how many will be."""
    if not compiling.now:
        return f"{amount(compiling.later, 'program')} later"
    later = f", {compiling.later:,} more later" if compiling.later else ""
    return amount(compiling.now, "program") + later


def _counted(networks: Networks) -> str:
    of = f" of {networks.total:,}" if networks.total else ""
    return f"{networks.trained:,}{of} trained, {networks.at_work:,} at work"


def _loss(best: Best) -> str:
    return f"{best.measure} {number(best.value, keep_zeros=True)}"


def _marks(best: Best) -> str:
    """Return what tells a network from the others, as one would say it."""
    return ", ".join(f"{name} {mark if isinstance(mark, str) else number(mark)}" for name, mark in best.marks.items())


def _early(networks: Networks) -> str:
    counts = {"diverged": networks.diverged, "stopped by a rule": networks.stopped}
    return ", ".join(f"{count:,} {how}" for how, count in counts.items() if count)


def _speed(speed: float) -> str:
    return f"{number(speed, 3)} network-epochs a second"


class Times:
    """The time so far, and an estimate of what is left where there is something to make it from."""

    def __init__(self, begun: float) -> None:
        self._begun = begun
        self._foretold: float | None = None
        self._since, self._awaited = begun, 0.0

    def note(self, now: float, told: Told) -> None:
        """Note what is told."""
        if told.forecast is not None:
            self._foretold = now if self._foretold is None else self._foretold
            if told.forecast.awaited != self._awaited:
                self._since, self._awaited = now, told.forecast.awaited

    def at(self, now: float, told: Told) -> str:
        """Return both, as one would say them."""
        left = self._left(now, told)
        so_far = f"{duration(now - self._begun)} so far"
        return so_far if left is None else f"{so_far}, about {duration(left)} left"

    def _left(self, now: float, told: Told) -> float | None:
        share, forecast = told.share, told.forecast
        if share >= 1 or (forecast is not None and forecast.total == 0):
            return None
        if forecast is None or self._foretold is None:
            return (now - self._begun) * (1 - share) / share if share > _TOO_SOON else None
        # Nothing is told while programs are compiled: they are taken to come along as expected.
        done = forecast.done + min(now - self._since, forecast.awaited)
        trust = _TRUST * forecast.total
        return (forecast.total - done) * (now - self._foretold + trust) / (done + trust)
