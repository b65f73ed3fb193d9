from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from trasunto.api.trainer import Told
from trasunto.cli.progress import Lines, progress


def lines_of(*told: Told, seconds: float = 10.0) -> list[str]:
    said: list[str] = []
    clock: Iterator[float] = (seconds * step for step in range(1000))
    lines = Lines(said.append, clock=lambda: next(clock))
    for one in told:
        lines(one)
    return said


def test_about_every_tenth_is_a_line() -> None:
    said = lines_of(*(Told("training", step / 200) for step in range(201)))
    assert len(said) == 11
    assert said[0].startswith("training: 0% done")
    assert said[-1].startswith("training: 100% done")


def test_every_stage_is_a_line() -> None:
    said = lines_of(Told("long-run", 0.0), Told("long-run", 0.01), Told("loss", 0.02), Told("loss", 0.03))
    assert [line.partition(":")[0] for line in said] == ["long-run", "loss"]


def test_what_is_left_is_estimated_from_what_is_done() -> None:
    assert lines_of(Told("a", 0.25)) == ["a: 25% done, 10.0 s so far, about 30.0 s left"]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_nothing_is_estimated_from_nothing_nor_for_nothing(share: float) -> None:
    assert "left" not in lines_of(Told("a", share))[0]


def test_what_is_no_terminal_gets_plain_lines() -> None:
    stream = io.StringIO()
    with progress(stream) as watch:
        watch(Told("[red]stage", 0.5))
    assert stream.getvalue().startswith("[red]stage: 50% done")
    assert "\x1b" not in stream.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    with progress(stream) as watch:
        watch(Told("[red]stage", 0.5))
    assert "[red]stage" in stream.getvalue()
    assert "50%" in stream.getvalue()
    assert "\x1b[" in stream.getvalue()


def test_a_terminal_that_can_draw_nothing_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    with progress(stream) as watch:
        watch(Told("stage", 0.5))
    assert stream.getvalue().startswith("stage: 50% done")


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    with progress(stream) as watch:
        watch(Told("stage", 0.5))
    assert "\x1b[3" not in stream.getvalue()
