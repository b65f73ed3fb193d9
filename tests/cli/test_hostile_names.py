"""Names that come from data and would break out of the page, the text, the figures and the terminal, if they could."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt

from trasunto.cli import main
from trasunto.report import load_facts

Typed = Callable[..., Any]

COLUMNS = (
    '"><script>alert(1)</script>',
    "</title><h1 onclick=alert(2)>{{ 7*7 }}",
    "<img src=http://127.0.0.1:9/x onerror=alert(3)>",
    "javascript:alert(4)",
    "a|b `c` *d* [e](http://127.0.0.1:9) <!--",
    "two\nlines\r# and a heading",
    "\x1b]0;title\x07\x1b[31mred\x9b2J",
    r"$\frac{x_1^2$",
    r"_hidden \$ $y$ {} %s",
    "\u202egnp.exe 名前 &lt;",
)
LABEL = "Class\"'><svg onload=alert(5)>"
NORMAL, STRANGE = "<b>normal</b>", "$\\strange{</script>"
FILE = "\"><svg onload=alert(6)> {{7*7}} $x$ | _y_ 'q' \x1b]0;title\x07"
QUICK = ("--network", "[1 tanh] > linear", "--epochs", 2, "--batch-size", 32, "--seeds", 1)


class Shape(HTMLParser):
    """The elements and attributes of a page, in their order, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", ()))

    def handle_data(self, data: str) -> None:
        self.text += data


def write(path: Path, columns: Sequence[str], label: str, words: tuple[str, str]) -> Path:
    """Write rows with such names, one in ten of them strange, each by two columns of its own."""
    x = np.random.default_rng(0).normal(size=(120, len(columns)))
    strange = np.arange(120) % 10 == 3
    for number, row in enumerate(np.flatnonzero(strange)):
        x[row, [2 * number % len(columns), (2 * number + 1) % len(columns)]] += 40 - number
    frame = pd.DataFrame(x, columns=list(columns))
    frame[label] = np.where(strange, *reversed(words))
    frame.to_csv(path, index=False)
    return path


def typed_quietly(*words: object) -> str:
    """Type a command that must succeed, and return all that it printed."""
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        code = main([str(word) for word in words])
    assert code == 0, printed.getvalue()
    return printed.getvalue()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The folder of reports of a detector and a study on rows of plain names and of hostile ones; what was printed."""
    folder = tmp_path_factory.mktemp("reports")
    plain = write(folder / "rows.csv", [f"x{i}" for i in range(len(COLUMNS))], "Class", ("normal", "strange"))
    hostile = write(folder / f"{FILE}.csv", COLUMNS, LABEL, (NORMAL, STRANGE))
    said = {"folder": str(folder)}
    for kind, rows, label, normal in (("plain", plain, "Class", "normal"), ("hostile", hostile, LABEL, NORMAL)):
        which, place = (rows, "--label", label, "--normal", normal), folder / kind
        said[kind] = typed_quietly(
            *("detect", *which, *QUICK, "--report", place / "detect", "--out", folder / f"{kind}.trasunto"),
            *("--store", folder / f"{kind}-runs"),
        ) + typed_quietly(
            *("study", "hidden-size", "--data", *which, "--set", "hidden=1,2", "--epochs", 1, "--seeds", 2),
            *("--store", folder / f"{kind}-runs", "--out", place / "study"),
        )
    return said


@pytest.fixture(scope="module")
def reports(made: dict[str, str]) -> list[tuple[Path, Path]]:
    """Pairs of report folders, plain and hostile."""
    return [
        (Path(made["folder"], "plain", name), Path(made["folder"], "hostile", name)) for name in ("detect", "study")
    ]


def commands_nothing(printed: str) -> bool:
    return all(letter.isprintable() or letter == "\n" for letter in printed)


def test_names_from_data_command_no_terminal(made: dict[str, str]) -> None:
    assert "The strangest rows:" in made["hostile"]
    assert commands_nothing(made["hostile"])


def test_names_from_data_make_no_element_and_no_attribute(reports: list[tuple[Path, Path]]) -> None:
    for plain, hostile in reports:
        expected, found = (Shape((folder / "report.html").read_text()) for folder in (plain, hostile))
        assert found.elements == expected.elements
        assert all(link.startswith(("data:", "#")) for link in found.links)
        assert "<svg onload=alert(6)> {{7*7}} $x$ | _y_" in found.text


def test_names_from_data_make_no_markdown(reports: list[tuple[Path, Path]]) -> None:
    for folders in reports:
        texts = [MarkdownIt("commonmark").enable("table").render((one / "report.md").read_text()) for one in folders]
        expected, found = map(Shape, texts)
        assert found.elements == expected.elements


def test_facts_keep_every_name_but_for_what_cannot_be_printed(reports: list[tuple[Path, Path]]) -> None:
    (study,) = load_facts(reports[0][1]).studies
    reasons = [reason for row in study.facts["strangest"] for reason in row["reasons"]]
    assert {row["label"] for row in study.facts["strangest"]} <= {NORMAL, STRANGE}
    assert len({reason["feature"] for reason in reasons}) > 6
    assert all("\x1b" not in reason["feature"] and "\u202e" not in reason["sentence"] for reason in reasons)


def test_a_picture_of_any_name_and_labels_of_any_words_are_drawn(typed: Typed, tmp_path: Path) -> None:
    from PIL import Image

    images = np.random.default_rng(0).integers(0, 255, (24, 4, 4), dtype=np.uint8)
    words = np.array([STRANGE, COLUMNS[7], COLUMNS[9]] * 8)
    np.savez(tmp_path / "images.npz", x_train=images, y_train=words, x_test=images[:6], y_test=words[:6])
    picture = f"{FILE} $\\frac{{ {'long ' * 20}.png"
    Image.fromarray(images[0]).save(tmp_path / picture)
    small = ("--set", "hidden=2", "--set", "epochs_shown=0,1", "--seeds", 1, "--set", "shared=1")
    drawn = [word for number in range(3) for word in ("--index", f"test:{number}")]
    done = typed("study", "demonstration", "--data", "images.npz", *small, "--image", picture, *drawn)
    assert done.code == 0, done.err
    assert commands_nothing(done.out + done.err)
    shape = Shape((tmp_path / "out" / "demonstration" / "report.html").read_text())
    assert not {"script", "h1 onclick"} & {tag for tag, _ in shape.elements}
    assert [tag for tag, _ in shape.elements].count("svg") == 1
    assert not any(name.startswith("on") for _, attributes in shape.elements for name in attributes)


@pytest.fixture
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "the browser tests need Debian's chromium (.ci/run installs it)"
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=quiet)
        yield opened
        opened.close()


@pytest.mark.heavy
@pytest.mark.parametrize("policy", [True, False], ids=["as written", "without its policy"])
def test_a_browser_runs_nothing_and_asks_for_nothing(
    reports: list[tuple[Path, Path]], browser: Any, tmp_path: Path, policy: bool
) -> None:
    """Nothing gets out of its place: also where the page's own policy, the second wall, is taken away."""
    for _, hostile in reports:
        content = (hostile / "report.html").read_text()
        assert content.count("Content-Security-Policy") == 1
        path = tmp_path / "report.html"
        path.write_text(content if policy else content.replace("Content-Security-Policy", "nothing"))
        page = browser.new_page()
        happened: list[str] = []
        page.on("dialog", lambda dialog, happened=happened: (happened.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request, happened=happened: happened.append(request.url))
        page.on("console", lambda message, happened=happened: happened.append(message.text))
        page.goto(path.as_uri())
        page.wait_for_load_state("networkidle")
        page.evaluate("[...document.querySelectorAll('details')].forEach(one => one.open = true)")
        page.evaluate("[...document.querySelectorAll('a, h1, h2')].forEach(one => one.click())")
        outside = [one for one in happened if not one.startswith(("data:", path.as_uri()))]
        assert outside == []
        assert page.evaluate("document.querySelectorAll('script, [onload], [onclick], [onerror]').length") == 0
        page.close()
