"""The page in a real browser: it asks for nothing outside, shows every picture and fits a narrow screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import trasunto
from trasunto.data import Table

pytestmark = pytest.mark.heavy

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]


@pytest.fixture(scope="module")
def page_path(few_digits: Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    answer = trasunto.study(
        "demonstration", few_digits, full=False, store=folder / "runs", hidden=16, epochs_shown=(0, 1, 2)
    )
    return answer.report(folder / "out")


@pytest.fixture
def page(page_path: Path) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "the browser tests need Debian's chromium (.ci/run installs it)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser.new_page(viewport={"width": 1100, "height": 900})
        browser.close()


def test_the_page_asks_for_nothing_outside_itself(page: Any, page_path: Path) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(page_path.as_uri())
    page.wait_for_load_state("networkidle")
    outside = [url for url in asked if url != page_path.as_uri() and not url.startswith("data:")]
    assert outside == []
    assert complaints == []


def test_every_picture_is_shown_and_described(page: Any, page_path: Path) -> None:
    page.goto(page_path.as_uri())
    widths = page.evaluate("[...document.images].map(i => [i.naturalWidth, i.alt.length])")
    assert widths
    assert all(width > 100 and described > 10 for width, described in widths)


@pytest.mark.parametrize("width", [390, 800, 1600])
def test_the_page_fits_the_screen(page: Any, page_path: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(page_path.as_uri())
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0
