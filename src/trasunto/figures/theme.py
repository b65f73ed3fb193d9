"""The one look of every figure: colours that colour-blind readers can tell apart, plain axes, little ink.

Figures are made with matplotlib's object interface and never with pyplot, so that drawing changes no global state and
needs no display. A drawer is decorated with :func:`themed`, starts from :func:`canvas` and returns its figure.
"""

from __future__ import annotations

import functools
import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, ParamSpec

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

P = ParamSpec("P")

INK = "#22262b"
MUTED = "#6b7280"
GRID = "#e3e6ea"
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d")
"""Okabe and Ito's colours for unordered things, without the yellow that vanishes on white."""

PAPER = "#d55e00"
"""The colour of the paper's own numbers, in every figure."""

FAILED = "#b3261e"
"""The colour of what diverged."""

SEQUENTIAL = "viridis"
"""The colour map of ordered values, dark for low."""

RC: Any = {  # matplotlib types its keys as one literal of 300 words; no dict[str, ...] satisfies it
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": False,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": "white",
    "figure.titlesize": 12.5,
    "figure.titleweight": "bold",
    "savefig.dpi": 144,
    "savefig.facecolor": "white",
}


LONGEST = 28
"""Letters of a text from data that are written out."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A drawn figure with its file name (kebab case, no ending) and the caption that a report prints under it.

    It says whether rows of the data can be recognised in it: a report may be passed on, and owns up to them.
    """

    name: str
    caption: str
    figure: Figure
    shows_rows: bool = False


def themed(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Run a drawer under the theme, leaving the caller's matplotlib settings untouched."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with _theme():
            figure = draw(*args, **kwargs)
            # Laid out now: ticks are made lazily and would otherwise take the settings of whoever saves the figure.
            figure.draw_without_rendering()
        return figure

    return drawn


def canvas(
    rows: int = 1, columns: int = 1, *, width: float = 7.2, height: float = 4.2, **subplots: Any
) -> tuple[Figure, NDArray[Any]]:
    """Return a figure (inches) and its axes, always as an array of shape (rows, columns).

    `subplots` goes to ``Figure.subplots``: ``sharex``, ``sharey``, ``width_ratios``, ``subplot_kw`` and so on.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False, **subplots)


def label(axes: Axes, *, title: str = "", x: str = "", y: str = "") -> None:
    """Write the title and the axis labels that are given."""
    if title:
        axes.set_title(title)
    if x:
        axes.set_xlabel(x)
    if y:
        axes.set_ylabel(y)


def plain(text: str) -> str:
    """Return a text that comes from data as a figure shows it: a short line, in which nothing is a formula."""
    line = " ".join(text.split())
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)
    short = shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
    return short.replace("$", r"\$")


def shades(count: int) -> list[str]:
    """Return `count` colours for ordered lines, dark for the first, without the map's palest end."""
    positions = np.linspace(0.0, 0.88, count) if count > 1 else [0.35]
    return [mpl.colors.to_hex(mpl.colormaps[SEQUENTIAL](position)) for position in positions]


def log_axis(axes: Axes, which: Literal["x", "y"], subdivisions: Sequence[float] = (1.0, 2.0, 5.0)) -> None:
    """Make one axis logarithmic with plain decimals (0.02, 0.05, 0.1) where matplotlib would write powers of ten."""
    axis: Axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    axis.set_major_locator(LogLocator(base=10, subs=subdivisions))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def fine(values: ArrayLike) -> tuple[float, ...]:
    """Return the subdivisions of a logarithmic axis over `values`: more of them where it spans less than a decade."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known) & (known > 0)]
    span = float(known.max() / known.min()) if known.size else 1.0
    if span > 30:
        return (1.0, 2.0, 5.0)
    if span > 6:
        return (1.0, 2.0, 3.0, 5.0, 7.0)
    return (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)


def error_scale(axes: Axes, values: ArrayLike) -> None:
    """Make the axis of errors that shows `values` logarithmic, or leave it linear where they are all but alike.

    A logarithmic axis over less than a factor of two may have no tick at all.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known) & (known > 0)]
    if known.size and known.max() >= 2 * known.min():
        log_axis(axes, "y", fine(known))


def beside(axes: Axes, title: str = "", **options: Any) -> None:
    """Put the legend to the right of the axes, where it can cover nothing."""
    axes.legend(title=title, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, **options)


def level_line(axes: Axes, value: float, text: str, colour: str) -> None:
    """Draw a number as a dashed horizontal line with its name at the left end."""
    axes.axhline(value, color=colour, linestyle=(0, (5, 3)), linewidth=1.2, zorder=1.5)
    axes.annotate(
        text,
        xy=(0.0, value),
        xycoords=("axes fraction", "data"),
        xytext=(4, 3),
        textcoords="offset points",
        color=colour,
        fontsize=8.5,
        zorder=6,
    )


def png(figure: Figure) -> bytes:
    """Return a `themed` figure as a PNG, without the time or version stamps that would make equal figures differ."""
    buffer, layout = io.BytesIO(), figure.get_layout_engine()
    figure.set_layout_engine("none")  # it was laid out when it was drawn; to do so again takes longer than to draw
    with _theme():
        figure.savefig(buffer, format="png", metadata={"Software": None})
    figure.set_layout_engine(layout)
    return buffer.getvalue()


@contextmanager
def _theme() -> Iterator[None]:
    """Draw by matplotlib's defaults and ours alone: a user's own settings may ask for LaTeX, or for another style.

    Letters that the font lacks are drawn as boxes without a word, for names of columns may be in any script.
    """
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font", UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(RC)
        yield
