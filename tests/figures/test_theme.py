from __future__ import annotations

import io
import os
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.cbook import is_math_text
from matplotlib.figure import Figure
from PIL import Image

from trasunto.figures import theme


@theme.themed
def draw(values: list[float]) -> Figure:
    figure, axes = theme.canvas(1, 2, width=4, height=2)
    axes[0, 0].plot(values)
    theme.log_axis(axes[0, 0], "y", theme.fine(values))
    theme.label(axes[0, 0], title="Title", x="epoch", y="error")
    theme.level_line(axes[0, 0], 0.08, "0.08", theme.PAPER)
    axes[0, 1].plot(values, label="line")
    theme.beside(axes[0, 1], "key")
    return figure


def test_drawing_changes_no_setting_of_the_caller() -> None:
    before = dict(mpl.rcParams)
    draw([0.2, 0.1, 0.05])
    assert dict(mpl.rcParams) == before


def test_drawing_never_touches_pyplot() -> None:
    code = (
        "import sys; from trasunto.figures import theme, error_curves, error_surface, outcome_map, one_number, "
        "learning_curves, ranking_over_time; theme.canvas(); print('matplotlib.pyplot' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"


@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_not_here", "nonsense", "tkagg", ""])
def test_a_backend_that_is_not_here_is_not_needed(backend: str) -> None:
    code = (
        "import os; from trasunto.figures import theme; import matplotlib, logging; "
        "print(theme.png(theme.canvas()[0])[1:4].decode(), os.environ['MPLBACKEND'], "
        "logging.getLogger('matplotlib').level)"
    )
    surroundings = {"MPLBACKEND": backend, "MPLCONFIGDIR": "/dev/null/settings", "DISPLAY": ""}
    shown = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | surroundings, capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == ["PNG", *([backend] if backend else []), "0"]
    assert shown.stderr == ""


def test_a_users_own_settings_are_not_those_of_our_figures() -> None:
    usual = theme.png(draw([0.2, 0.1, 0.05]))
    with mpl.rc_context({"text.usetex": True, "lines.linestyle": ":", "figure.dpi": 300}):
        assert theme.png(draw([0.2, 0.1, 0.05])) == usual
        assert mpl.rcParams["text.usetex"]


def test_a_png_has_the_size_asked_for_and_is_the_same_every_time() -> None:
    first, second = theme.png(draw([0.2, 0.1, 0.05])), theme.png(draw([0.2, 0.1, 0.05]))
    assert first == second
    with Image.open(io.BytesIO(first)) as image:
        assert image.size == (4 * theme.RC["savefig.dpi"], 2 * theme.RC["savefig.dpi"])


def test_shades_run_from_dark_to_light_and_differ() -> None:
    colours = [mpl.colors.to_rgb(colour) for colour in theme.shades(5)]
    light = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in colours]
    assert light == sorted(light)
    assert len(set(colours)) == 5
    assert len(theme.shades(1)) == 1


def test_a_narrow_range_gets_more_ticks_than_a_wide_one() -> None:
    assert len(theme.fine([0.06, 0.2])) > len(theme.fine([0.01, 0.2])) > len(theme.fine([0.001, 0.2]))
    assert theme.fine([]) == theme.fine([np.nan, 0.1])


@pytest.mark.parametrize("which", ["x", "y"])
def test_log_axes_write_plain_decimals(which: str) -> None:
    figure, axes = theme.canvas()
    axes[0, 0].plot([0.02, 0.2], [0.02, 0.2])
    theme.log_axis(axes[0, 0], "x" if which == "x" else "y")
    figure.draw_without_rendering()
    ticks = axes[0, 0].get_xticklabels() if which == "x" else axes[0, 0].get_yticklabels()
    assert {"0.05", "0.1"} <= {tick.get_text() for tick in ticks}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("amount", "amount"),
        ("two\nlines\t here", "two lines here"),
        ("\x1b[31mred\u202e", "\ufffd[31mred\ufffd"),
        ("a name of more than so many letters", "a name of more than so many…"),
        ("名前", "名前"),
    ],
)
def test_text_from_data_is_one_short_line(text: str, shown: str) -> None:
    assert theme.plain(text) == shown


@pytest.mark.parametrize("text", ["$x_1$", r"\$x$", r"$\frac{x$", "a $ b", "$$"])
def test_text_from_data_is_no_formula(text: str) -> None:
    assert not is_math_text(theme.plain(text))
    assert theme.plain(text).replace(r"\$", "$") == text


def test_letters_that_the_font_lacks_are_drawn_without_a_word() -> None:
    @theme.themed
    def named() -> Figure:
        figure, axes = theme.canvas()
        axes[0, 0].set_title(theme.plain("名前"))
        return figure

    assert theme.png(named()).startswith(b"\x89PNG")
