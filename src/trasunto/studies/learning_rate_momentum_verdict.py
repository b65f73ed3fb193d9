"""Verdict on a learning-rate x momentum grid, with the paper's numbers beside ours."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from trasunto.analysis.additivity import Additivity
from trasunto.analysis.intervals import SIGNIFICANCE
from trasunto.studies.findings import Comparison
from trasunto.studies.learning_rate_momentum_facts import Facts, Reach
from trasunto.studies.phrases import cell, chance, listed, percent, several
from trasunto.studies.sentences import beside
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little

STEADY = 0.9
"""A setting lowers the error if it does so in at least this share of neighbouring cells."""

NEGLIGIBLE = 0.02
"""An interaction that leaves less than this share of the variance matters to nobody, however small its p."""

SIZEABLE = 0.1
"""An interaction above this share is not called absent only because a small grid cannot prove it."""

ONE_NUMBER = 0.9
"""A single number that explains this share of the variance stands for both settings."""

PAPER_GOAL = 0.08
PAPER_UNTRAINED = (0.20, 0.25)
PAPER_NETWORKS = 361

_SCALES = {"error": "the error", "log error": "its logarithm"}

Independence = Literal["unknown", "independent", "nearly", "unsettled", "dependent"]


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    if facts.best is None:
        return "No cell of the grid learnt anything: every one of them diverged or stalled.", (_outcomes(facts),)
    # Of all cells the best decides: to train hardly at all is an answer for the others.
    where = f"at learning rate {facts.best.learning_rate:g} with momentum {facts.best.momentum:g}"
    reached = Reached(where, facts.best.error.mean, facts.untrained.mean, facts.pca)
    if untold := too_little([reached], several(facts.epochs, "epoch"), chosen=True):
        return untold, (_best(facts), *_reached(facts, subject), _outcomes(facts))
    details = (_best(facts), _additive(facts), _one_number(facts), *_reached(facts, subject), _outcomes(facts))
    return f"{_direction(facts)}{_independence(facts)}.", details


def independence(found: Additivity | None) -> Independence:
    """Say what a test of additivity supports: the effect's size first, its p second."""
    if found is None or found.unexplained is None or found.p is None:
        return "unknown"
    if found.p > SIGNIFICANCE:
        return "unsettled" if found.unexplained > SIZEABLE else "independent"
    return "nearly" if found.unexplained < NEGLIGIBLE else "dependent"


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's numbers of A2 and A3 beside ours; none for another loss than the paper's."""
    if facts.loss != "mse":
        return ()
    low, high = PAPER_UNTRAINED
    untrained = facts.untrained
    start = beside(
        "A2.untrained",
        "test error of untrained networks (MSE per pixel)",
        untrained,
        paper_says=f"{low:.2f}-{high:.2f}",
        note=f"{'inside' if low <= untrained.mean <= high else 'outside'} the paper's range",
    )
    distance = beside(
        "A2.distance",
        "distance per pixel of untrained networks (square root of the error)",
        math.sqrt(untrained.mean),
        paper_says="0.45-0.5",
    )
    cells = len(facts.learning_rates) * len(facts.momenta)
    size = beside(
        "A3.networks",
        "networks in the grid",
        paper=float(PAPER_NETWORKS),
        ours=float(cells * facts.seeds),
        note=f"{several(cells, 'cell')} and {several(facts.seeds, 'seed')}, {several(facts.epochs, 'epoch')} each",
    )
    return (start, distance, *_reach_comparisons(facts), size, *_grid_comparisons(facts))


def _direction(facts: Facts) -> str:
    rate, momentum = facts.descent.along_learning_rate, facts.descent.along_momentum
    falls = [
        name
        for name, share in (("learning rate", rate), ("momentum", momentum))
        if share is not None and share >= STEADY
    ]
    if len(falls) == 2:
        return "Higher values of both give a lower error"
    if not falls:
        return "The error does not fall steadily with either setting"
    return f"The error falls steadily only with the {falls[0]}"


def _independence(facts: Facts) -> str:
    found, kind = facts.on_error, independence(facts.on_error)
    if found is None or found.unexplained is None or found.p is None:
        return "; whether each acts independently of the other this grid cannot say"
    left = f"{percent(found.unexplained)} of the variance between cells unexplained ({chance(found.p)})"
    return {
        "dependent": f"; the two do not act independently: effects that simply add leave {left}{_alone(facts)}",
        "nearly": f"; each acts almost independently of the other: effects that simply add leave only {left}",
        "independent": f"; nothing speaks against each acting independently: effects that simply add leave {left}",
        "unsettled": f"; whether each acts independently is not settled: effects that simply add leave {left}",
    }[kind]


def _alone(facts: Facts) -> str:
    explained = facts.one_number.r2_error
    if explained is None or explained < ONE_NUMBER:
        return ""
    return f", while learning rate / (1 - momentum) alone explains {percent(explained)}"


def _best(facts: Facts) -> str:
    best = facts.best
    assert best is not None
    where = f"learning rate {best.learning_rate:g} with momentum {best.momentum:g}"
    sentence = f"The lowest error after {several(facts.epochs, 'epoch')}, {best.error}, is at {where}"
    if best.alike is None:
        return f"{sentence}; with one seed, no cell can be tested against it."
    if not best.alike:
        return f"{sentence}; every other cell can be told from it ({best.test}, Holm-adjusted)."
    names = listed([cell(*name) for name in best.alike])
    alike = several(len(best.alike), "cell")
    return f"{sentence}; {alike} cannot be told from it ({best.test}, Holm-adjusted): {names}."


def _additive(facts: Facts) -> str:
    scales = [found for found in (facts.on_error, facts.on_log_error) if found is not None]
    if not scales:
        return "Additivity was not tested: no part of the grid is free of cells that diverged or stalled."
    sentence = f"Effects that simply add leave {' and '.join(_one_scale(found) for found in scales)} unexplained."
    rows, columns = facts.compared
    if (rows, columns) == (facts.learning_rates, facts.momenta):
        return sentence
    part = f"{several(len(rows), 'learning rate')} and {several(len(columns), 'momentum', 'momenta')}"
    return f"{sentence} Only the complete part of the grid, {part}, took part, without cells that diverged or stalled."


def _one_scale(found: Additivity) -> str:
    if found.unexplained is None:
        return f"nothing that can be measured of {_SCALES[found.scale]} ({found.reason})"
    share = f"{percent(found.unexplained)} of the variance of {_SCALES[found.scale]}"
    if found.p is None:
        return f"{share} ({found.reason})"
    f = f"F({found.degrees[0]}, {found.degrees[1]}) {'is infinite' if found.f is None else f'= {found.f:.3g}'}"
    return f"{share} ({found.test}: {f}, {chance(found.p)})"


def _one_number(facts: Facts) -> str:
    number = facts.one_number
    if number.r2_error is None or number.r2_log_error is None or number.spearman is None:
        return "Too few cells have an error to ask what learning rate / (1 - momentum) explains."
    return (
        f"A monotone curve over learning rate / (1 - momentum) explains {percent(number.r2_error)} of the variance of "
        f"the error and {percent(number.r2_log_error)} of its logarithm (Spearman {number.spearman:.3f}, "
        f"{several(number.cells, 'cell')})."
    )


def _reached(facts: Facts, subject: Subject) -> tuple[str, ...]:
    start = facts.untrained.mean
    first = f"Untrained, the error is {start:.4f}: {math.sqrt(start):.2f} per {subject.per}, its square root."
    if not facts.reach:
        return (first,)
    total, missed = len(facts.reach), [found for found in facts.reach if found.epoch is None]
    verb = "reaches" if total - len(missed) == 1 else "reach"
    reached = (
        f"{total - len(missed)} of {several(total, 'cell')} {verb} an error of {facts.goal:g} within "
        f"{several(facts.goal_epochs, 'epoch')}, {facts.reached(5)} within 5"
    )
    return first, f"{reached}{_missed(missed)}."


def _missed(missed: list[Reach]) -> str:
    if not missed:
        return ""
    names = listed([cell(found.learning_rate, found.momentum) for found in missed])
    verb = "does" if len(missed) == 1 else "do"
    return f"; {names} (learning rate/momentum) {verb} not"


def _outcomes(facts: Facts) -> str:
    outcomes = [outcome for row in facts.outcome for outcome in row]
    diverged, stalled = outcomes.count("diverged"), outcomes.count("stalled")
    still = f" {several(stalled, 'cell')} stalled: no better than untrained." if stalled else ""
    if diverged:
        earliest = min(epoch for row in facts.diverged for epoch in row if epoch is not None)
        return f"{several(diverged, 'cell')} of {len(outcomes)} diverged, the earliest at epoch {earliest}.{still}"
    if facts.bounded:
        return f"No cell diverged, and none can: with bounded outputs the error is bounded too.{still}"
    return f"No cell diverged.{still}"


def _reach_comparisons(facts: Facts) -> tuple[Comparison, ...]:
    if not facts.reach or facts.goal != PAPER_GOAL:
        return ()
    final = [error for found in facts.reach if (error := found.error[-1]) is not None]
    epochs = [found.epoch for found in facts.reach if found.epoch is not None]
    total = len(facts.reach)
    after = several(facts.goal_epochs, "epoch")
    return (
        beside(
            "A2.error",
            f"test error after {after}, median of {several(total, 'cell')}",
            float(np.median(final)) if final else None,
            paper=PAPER_GOAL,
            paper_says="about 0.08 within 10 epochs, low values excepted",
        ),
        beside(
            "A2.reached",
            f"share of {several(total, 'cell')} at {PAPER_GOAL} or below within {after}",
            facts.reached(facts.goal_epochs) / total,
            paper_says="most, low values excepted",
        ),
        beside(
            "A2.soonest",
            f"epochs until the fastest cell is at {PAPER_GOAL} or below",
            float(min(epochs)) if epochs else None,
            paper_says="2-5 with good parameters",
        ),
    )


def _grid_comparisons(facts: Facts) -> tuple[Comparison, ...]:
    best, found = facts.best, facts.on_error
    if best is None:
        return ()
    lowest = beside(
        "A3.best",
        f"lowest test error after {several(facts.epochs, 'epoch')}",
        best.error,
        paper_says="at high values of both",
        note=f"at learning rate {best.learning_rate:g}, momentum {best.momentum:g}",
    )
    unexplained = beside(
        "A3.unexplained",
        "share of the variance between cells that independent effects leave unexplained",
        found.unexplained if found else None,
        paper_says="each lowers the error independently of the other",
    )
    return lowest, unexplained
