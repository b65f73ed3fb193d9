"""Verdict on two losses, with the paper's words beside it."""

from __future__ import annotations

from trasunto.analysis.intervals import SIGNIFICANCE
from trasunto.studies.divergence import NOTHING, left_out
from trasunto.studies.findings import Comparison
from trasunto.studies.loss_facts import Contrast, Facts
from trasunto.studies.phrases import error, percent, several
from trasunto.studies.sentences import beside, certainty
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little

MEASURES = {"mse": "squared error", "bce": "cross entropy"}

PAPER_SAYS = "the network would go on working (not shown)"


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    lost = left_out(facts.diverged)
    if not facts.arms:
        return f"No seed was trained to the end on both losses. {NOTHING}", lost
    contrasts = (_contrast(contrast, facts.seeds) for contrast in facts.contrasts)
    details = (*contrasts, *_power(facts), _floor(facts, subject), _footing(facts), *lost)
    return _too_little(facts) or _verdict(facts), details


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's words beside what training on cross entropy left."""
    if not facts.arms:
        return ()
    return (
        beside(
            "A7.works",
            f"share of networks that cross entropy improves, {several(facts.epochs, 'epoch')}",
            facts.works / facts.seeds,
            paper_says=PAPER_SAYS,
            note="improved: below its untrained error, by both measures",
        ),
        beside(
            "A7.error",
            "test error (MSE per feature) of networks trained on cross entropy",
            facts.arm("bce", "mse").error,
            paper_says=PAPER_SAYS,
            note=f"trained on squared error: {facts.arm('mse', 'mse').error.mean:.4f}",
        ),
    )


def _too_little(facts: Facts) -> str | None:
    arms = [facts.arm(on, "mse") for on in MEASURES]
    reached = [
        Reached(f"trained on {MEASURES[arm.trained_on]}", arm.error.mean, arm.untrained, facts.pca) for arm in arms
    ]
    return too_little(reached, several(facts.epochs, "epoch"))


def _verdict(facts: Facts) -> str:
    seeds = several(facts.seeds, "seed")
    if facts.works < facts.seeds:
        count = "none" if facts.works == 0 else f"only {facts.works}"
        return f"Cross entropy does not always work: {count} of {seeds} end below their untrained errors."
    verdicts = [contrast.verdict for contrast in facts.contrasts]
    ours, theirs = facts.arm("bce", "mse").error.mean, facts.arm("mse", "mse").error.mean
    values = f"its networks reconstruct test rows with a squared error of {ours:.4f}, against {theirs:.4f}"
    if verdicts == ["less", "less"]:
        return f"Cross entropy works, and better than squared error by both measures: {values}."
    if verdicts == ["more", "more"]:
        return f"Cross entropy works, but not as well as squared error by either measure: {values}."
    names = {contrast.verdict: MEASURES[contrast.judged_by] for contrast in facts.contrasts}
    if set(names) == {"less", "more"}:
        return f"Cross entropy works, better by {names['less']} and worse by {names['more']}: {values}."
    for told, word in (("less", "better"), ("more", "worse")):
        if told in names:
            return (
                f"Cross entropy works, {word} than squared error by {names[told]} while the other measure cannot tell: "
                f"{values}."
            )
    return f"Cross entropy works, and {seeds} cannot tell it from squared error: {values}."


def _contrast(contrast: Contrast, seeds: int) -> str:
    measure = MEASURES[contrast.judged_by]
    direction = "lower" if contrast.difference < 0 else "higher"
    return (
        f"By {measure}, training on cross entropy ends {percent(abs(contrast.relative))} {direction}, and lower in "
        f"{contrast.lower} of {several(seeds, 'seed')}{certainty(contrast, error, alone=True)}."
    )


def _power(facts: Facts) -> tuple[str, ...]:
    """Say when the seeds are too few for any p to be small, which a reader could take for a missing effect."""
    least = 2.0 ** (1 - facts.seeds) * len(facts.contrasts)
    if least <= SIGNIFICANCE or all(contrast.test != "sign-flip permutation" for contrast in facts.contrasts):
        return ()
    return (
        f"With {several(facts.seeds, 'seed')} an exact test of two measures cannot give a p below {least:.2g} after "
        "Holm, whatever the effect, so that the intervals say which loss is better.",
    )


def _floor(facts: Facts, subject: Subject) -> str:
    values = "grey values" if subject.images else "values"
    ours, theirs = facts.arm("bce", "bce").error.mean, facts.arm("mse", "bce").error.mean
    return (
        f"Cross entropy cannot fall below {facts.floor:.4f} on these rows, the entropy of their {values}; "
        f"networks trained on it end {ours - facts.floor:.4f} above that, those trained on squared error "
        f"{theirs - facts.floor:.4f}."
    )


def _footing(facts: Facts) -> str:
    return (
        f"Both were trained for {several(facts.epochs, 'epoch')} with the same learning rate and momentum, found for "
        "squared error; at a sigmoid output the gradient of cross entropy is at least twice as large, so that the same "
        "rate takes larger steps."
    )
