"""Verdict on a long run, with the paper's claim beside it."""

from __future__ import annotations

from trasunto.analysis.ranking import Agreement
from trasunto.studies.findings import Comparison
from trasunto.studies.long_run_facts import RISE, Course, Facts
from trasunto.studies.phrases import cell, listed, percent, several
from trasunto.studies.sentences import beside
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little

STRONG, WEAK = 0.9, 0.5
"""A rank correlation from the first on means that the order holds, below the second that it does not."""

GOOD = 0.1
"""A cell whose last error is within this share of the best one's is still good."""


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    if facts.best_late is None:
        verdict = f"No cell has an error after {several(facts.epochs, 'epoch')}: every one of them diverged."
        return verdict, (_falls(facts),)
    best = facts.course(facts.best_late)
    reached = Reached(f"at {cell(*facts.best_late)} (learning rate/momentum)", _last(best), best.error[0], facts.pca)
    if untold := too_little([reached], several(facts.epochs, "epoch"), chosen=True):
        return untold, (_best(facts), _falls(facts))
    verdict = f"{_order(facts)}; {_highest(facts)}."
    return verdict, (_agreements(facts), _reversals(facts), _best(facts), _falls(facts))


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's claim of A4 beside our numbers; none for another loss than the paper's."""
    if facts.loss != "mse":
        return ()
    highest, end = facts.course(facts.highest), facts.agreements[-1]
    after = several(facts.epochs, "epoch")
    note = f"rank {highest.rank} of {len(facts.courses)}" if highest.rank else "diverged"
    return (
        beside(
            "A4.highest",
            f"test error after {after} at the highest values, {cell(*facts.highest)}",
            highest.error[-1],
            paper_says="high values stay good over 150 epochs",
            note=note,
        ),
        beside(
            "A4.spearman",
            f"rank correlation between the errors after {end.early} and after {several(end.late, 'epoch')}",
            end.spearman,
            paper_says="the order can be trusted in the long run",
        ),
    )


def _order(facts: Facts) -> str:
    end = facts.agreements[-1]
    when = f"the ranking after {end.early} epochs"
    if end.spearman is None:
        return f"Too few cells can be ranked to say whether {when} holds"
    judged = "holds" if end.spearman >= STRONG else "holds only in part" if end.spearman >= WEAK else "does not hold"
    return f"T{when[1:]} {judged} after {end.late} (rank correlation {end.spearman:.2f})"


def _highest(facts: Facts) -> str:
    course, name = facts.course(facts.highest), cell(*facts.highest)
    if course.rank is None:
        return f"the highest values, {name}, diverged"
    assert facts.best_late is not None
    if course in facts.rising:
        return f"the highest values, {name}, do not stay good: their error rises again after epoch {course.lowest_at}"
    if course.rank == 1:
        return f"the highest values, {name}, stay the best"
    behind = _last(course) / _last(facts.course(facts.best_late)) - 1
    stay = "stay good" if behind <= GOOD else "do not stay good"
    return f"the highest values, {name}, {stay}: rank {course.rank}, {percent(behind)} above the lowest error"


def _agreements(facts: Facts) -> str:
    known = [_agreement(found) for found in facts.agreements if found.spearman is not None]
    if not known:
        return "No rank correlation can be given: fewer than three cells have different errors."
    return f"Rank correlation (Spearman, Kendall) with the order after {facts.early} epochs: {'; '.join(known)}."


def _agreement(found: Agreement) -> str:
    return f"{found.spearman:.2f}, {found.kendall:.2f} after {found.late}"


def _reversals(facts: Facts) -> str:
    end = facts.agreements[-1]
    if not facts.reversals:
        return f"None of {several(end.pairs, 'pair')} of cells changes order."
    clearest = facts.reversals[0]
    seeds = "" if facts.seeds > 1 else " With one seed a small margin may be the seed's."
    verb = "changes" if end.flipped == 1 else "change"
    return (
        f"{end.flipped} of {several(end.pairs, 'pair')} of cells {verb} order; the clearest: "
        f"{cell(*clearest.ahead_late)} overtakes {cell(*clearest.ahead_early)} "
        f"(by at least {percent(clearest.margin)} at both epochs).{seeds}"
    )


def _best(facts: Facts) -> str:
    early, late = facts.best_early, facts.best_late
    assert late is not None
    error = f"{_last(facts.course(late)):.4f} after {several(facts.epochs, 'epoch')}"
    if early == late:
        return f"The lowest error, {error}, is at {cell(*late)}, which was best after {facts.early} epochs too."
    was = "" if early is None else f"; after {facts.early} epochs {cell(*early)} was best"
    return f"The lowest error, {error}, is at {cell(*late)} (learning rate/momentum){was}."


def _falls(facts: Facts) -> str:
    lost = f" {several(len(facts.diverged), 'cell')} diverged." if facts.diverged else ""
    if not facts.rising:
        return f"No cell's error ends above its own lowest by more than {percent(RISE)}.{lost}"
    told = listed([f"{cell(c.learning_rate, c.momentum)} since epoch {c.lowest_at}" for c in facts.rising])
    verb = "has" if len(facts.rising) == 1 else "have"
    return f"{several(len(facts.rising), 'cell')} {verb} an error that rises again: {told}.{lost}"


def _last(course: Course) -> float:
    error = course.error[-1]
    assert error is not None
    return error
