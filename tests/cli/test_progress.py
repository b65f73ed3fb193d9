from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from trasunto.api.watching import Best, Forecast, Networks, Told
from trasunto.cli.progress import Lines, Pace, Table, progress
from trasunto.cohort.compiling import Compiling
from trasunto.cohort.plan import Job
from trasunto.data import from_arrays
from trasunto.spec import Recipe


def lines_of(*told: Told, seconds: float = 10.0) -> list[str]:
    said: list[str] = []
    clock: Iterator[float] = (seconds * step for step in range(1000))
    lines = Lines(said.append, clock=lambda: next(clock))
    for one in told:
        lines(one)
    return said


RECIPE = Recipe("[64 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.95, momentum=0.9)
BEST = Best(
    "test_loss",
    0.012341,
    Job("a", RECIPE, 3, from_arrays([[0.0, 1.0]]), 0, 5),
    ("network", "learning_rate", "momentum", "1.drop", "seed"),
)


def networks(**changes: Any) -> Networks:
    usual: dict[str, Any] = {
        "trained": 112,
        "at_work": 32,
        "total": 361,
        "diverged": 2,
        "stopped": 1,
        "epochs": 10_000,
        "best": BEST,
    }
    return Networks(**usual | changes)


def drawn(width: int, *told: Told, seconds: float = 10.0) -> list[str]:
    """Return the lines of the table after the last of what was told."""
    now = 0.0
    table = Table(clock=lambda: now)
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    for one in told:
        console.export_text()
        now += seconds
        table(one)
        console.print(table.draw(width))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_about_every_tenth_is_a_line() -> None:
    said = lines_of(*(Told("training", step / 200) for step in range(201)))
    assert len(said) == 11
    assert said[0].startswith("training: 0% done")
    assert said[-1].startswith("training: 100% done")


def test_every_stage_is_a_line() -> None:
    said = lines_of(Told("long-run", 0.0), Told("long-run", 0.01), Told("loss", 0.02), Told("loss", 0.03))
    assert [line.partition(":")[0] for line in said] == ["long-run", "loss"]


def compiling(share: float, now: int, later: int = 0, stage: str = "a") -> Told:
    return Told(stage, share, compiling=Compiling(now, later))


def test_a_line_says_at_once_that_programs_are_compiled() -> None:
    assert lines_of(Told("a", 0.0), compiling(0.0, 2, 3), seconds=0.1)[1] == (
        "a: 0% done, compiling 2 programs, 3 more later, 0.2 s so far"
    )
    assert lines_of(compiling(0.0, 1))[0].startswith("a: 0% done, compiling 1 program, 10.0 s so far")
    assert "compiling" not in "".join(lines_of(compiling(0.0, 0, 3), compiling(1.0, 0)))


def test_lines_say_so_once_in_a_stage_and_then_seldom() -> None:
    often = [compiling(0.0, now, stage=stage) for stage in "ab" for now in (1, 0) * 50]
    assert [line.partition(":")[0] for line in lines_of(*often, seconds=0.1)] == ["a", "b"]
    assert len(lines_of(*(compiling(0.0, 1) for _ in range(100)))) == 1, "not while it is compiled"
    assert len(lines_of(*[compiling(0.0, now) for now in (1, 0) * 6], seconds=10.0)) == 3, "every 30 s or more"


def test_what_is_left_is_estimated_from_what_is_done() -> None:
    assert lines_of(Told("a", 0.25)) == ["a: 25% done, 10.0 s so far, about 30.0 s left"]


def left(*told: Told) -> str:
    """Return what is said to be left, each told 10 s after the one before."""
    return drawn(100, *told)[-1].partition("about ")[2].removesuffix(" left")


def foretold(done: float, awaited: float = 0.0) -> Told:
    return Told("a", done / 200.0, forecast=Forecast(100.0, done, awaited))


def test_what_was_forecast_is_corrected_by_how_long_the_work_took() -> None:
    assert left(foretold(0.0)) == "1 min 40 s", "before anything was done; the time before it counts for nothing"
    assert left(foretold(0.0), foretold(10.0)) == "1 min 30 s"
    assert left(foretold(0.0), foretold(5.0)) == "2 min 7 s", "95 s by 20 for 15: what was seen, and 10 s as expected"
    assert left(Told("a", 1.0, forecast=Forecast(100.0, 90.0, 0.0))) == ""


def test_no_time_is_left_of_nothing() -> None:
    assert left(Told("a", 0.0, forecast=Forecast(0.0, 0.0, 0.0))) == ""


def test_what_is_awaited_is_taken_to_come_along_as_expected_and_no_further() -> None:
    assert left(foretold(0.0, 30.0), foretold(0.0, 30.0)) == "1 min 30 s"
    assert left(*[foretold(0.0, 30.0)] * 4) == "1 min 10 s"
    assert left(*[foretold(0.0, 30.0)] * 6) == "1 min 45 s", "70 s by 60 for 40"
    assert left(*[foretold(0.0, 30.0)] * 4, foretold(30.0, 20.0), foretold(30.0, 20.0)) == "1 min 12 s"


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_nothing_is_estimated_from_nothing_nor_for_nothing(share: float) -> None:
    assert "left" not in lines_of(Told("a", share))[0]


def test_a_line_says_how_the_networks_stand() -> None:
    said = lines_of(
        Told("a", 0.1, networks(trained=0, at_work=0, best=None, diverged=0, stopped=0)),
        Told("a", 0.2, networks(total=0, best=None, diverged=0, stopped=0)),
        Told("a", 0.5, networks(epochs=11_500)),
    )
    assert said[0] == "a: 10% done, 10.0 s so far, about 1 min 30 s left"
    assert said[1] == "a: 20% done, networks 112 trained, 32 at work, 20.0 s so far, about 1 min 20 s left"
    assert said[2] == (
        "a: 50% done, networks 112 of 361 trained, 32 at work, best test_loss 0.01234 (network [64 sigmoid] > sigmoid, "
        "learning_rate 0.95, momentum 0.9, 1.drop 0.1, seed 3), 2 diverged, 1 stopped by a rule, "
        "150 network-epochs a second, 30.0 s so far, about 30.0 s left"
    )


@pytest.mark.parametrize("width", [60, 120])
def test_the_table_says_the_same_and_fits_the_terminal(width: int) -> None:
    best = Best(BEST.measure, BEST.value, BEST.job, ("learning_rate", "momentum", "seed"))
    first, second = (Told("learning-rate-momentum", 0.5, networks(best=best, epochs=e)) for e in (10_000, 18_000))
    lines = drawn(width, first, second)
    assert all(len(line) <= width for line in lines)
    assert lines[0].startswith("learning-rate-momentum  ━")
    assert lines[0].endswith("50%")
    assert lines[1:] == [
        "networks     112 of 361 trained, 32 at work",
        "best so far  test_loss 0.01234",
        "             learning_rate 0.95, momentum 0.9, seed 3",
        "ended early  2 diverged, 1 stopped by a rule",
        "speed        800 network-epochs a second",
        "time         20.0 s so far, about 20.0 s left",
    ]


def test_the_table_keeps_its_rows_where_nothing_is_known_yet() -> None:
    lines = drawn(60, Told("a", 0.0, networks(trained=0, best=None, diverged=0, stopped=0, epochs=0)))
    assert [line.partition("  ")[0] for line in lines[1:]] == [
        "networks",
        "best so far",
        "ended early",
        "speed",
        "time",
    ]
    assert lines[3] == "ended early  none"
    assert drawn(60, Told("scoring", 0.5))[1:] == ["time  10.0 s so far, about 10.0 s left"]
    assert drawn(60, Told("a", 0.0, networks(best=BEST)))[3].startswith("             network [64 sigmoid] > sigmoid")


def test_the_table_says_what_is_compiled_as_long_as_there_is_something() -> None:
    assert [drawn(60, compiling(0.0, now, later))[1] for now, later in ((2, 0), (1, 4), (0, 1))] == [
        "compiling  2 programs",
        "compiling  1 program, 4 more later",
        "compiling  1 program later",
    ]
    assert [line.partition("  ")[0] for line in drawn(60, compiling(0.0, 0))[1:]] == ["time"]


def test_a_speed_is_that_of_the_last_seconds() -> None:
    pace = Pace()
    assert pace.at(0.0, 0) is None
    assert pace.at(100.0, 1000) == 10.0
    assert [pace.at(100.0 + second, 1000 + 5 * second) for second in range(1, 30)][-1] == 5.0
    assert pace.at(130.0, 1140) is not None
    assert pace.at(1000.0, 1140) is None, "nothing was trained since"


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
