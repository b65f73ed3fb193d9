"""What the facts of two losses say, in sentences, and the paper's words beside them."""

from __future__ import annotations

from trasunto.analysis.intervals import SIGNIFICANCE
from trasunto.studies.divergence import NOTHING, left_out
from trasunto.studies.findings import Comparison
from trasunto.studies.loss_facts import Contrast, Facts
from trasunto.studies.phrases import chance, percent, several
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little

MEASURES = {"mse": "squared error", "bce": "cross entropy"}


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
    arm = facts.arm("bce", "mse")
    return (
        Comparison(
            id="A7.works",
            what=f"share of networks that cross entropy improves, {several(facts.epochs, 'epoch')}",
            paper=None,
            ours=facts.works / facts.seeds,
            paper_says="the network would go on working (not shown)",
            note="improved: below its untrained error, by both measures",
        ),
        Comparison(
            id="A7.error",
            what="test error (MSE per feature) of networks trained on cross entropy",
            paper=None,
            ours=arm.error,
            paper_says="the network would go on working (not shown)",
            note=f"trained on squared error: {facts.arm('mse', 'mse').error:.4f}",
            low=arm.low,
            high=arm.high,
        ),
    )


def _too_little(facts: Facts) -> str | None:
    arms = [facts.arm(on, "mse") for on in MEASURES]
    reached = [Reached(f"trained on {MEASURES[arm.trained_on]}", arm.error, arm.untrained, facts.pca) for arm in arms]
    return too_little(reached, several(facts.epochs, "epoch"))


def _verdict(facts: Facts) -> str:
    seeds = several(facts.seeds, "seed")
    if facts.works < facts.seeds:
        count = "none" if facts.works == 0 else f"only {facts.works}"
        return f"Cross entropy does not always work: {count} of {seeds} end below their untrained errors."
    directions = [contrast.direction for contrast in facts.contrasts]
    ours, theirs = facts.arm("bce", "mse").error, facts.arm("mse", "mse").error
    values = f"its networks reconstruct test rows with a squared error of {ours:.4f}, against {theirs:.4f}"
    if directions == ["better", "better"]:
        return f"Cross entropy works, and better than squared error by both measures: {values}."
    if directions == ["worse", "worse"]:
        return f"Cross entropy works, but not as well as squared error by either measure: {values}."
    if set(directions) == {"better", "worse"}:
        names = {contrast.direction: MEASURES[contrast.judged_by] for contrast in facts.contrasts}
        return f"Cross entropy works, better by {names['better']} and worse by {names['worse']}: {values}."
    if "open" in directions and len(set(directions)) == 2:
        told = next(contrast for contrast in facts.contrasts if contrast.direction != "open")
        return (
            f"Cross entropy works, {told.direction} than squared error by {MEASURES[told.judged_by]} while the other "
            f"measure cannot tell: {values}."
        )
    return f"Cross entropy works, and {seeds} cannot tell it from squared error: {values}."


def _contrast(contrast: Contrast, seeds: int) -> str:
    measure = MEASURES[contrast.judged_by]
    direction = "lower" if contrast.difference < 0 else "higher"
    bounds = ""
    if contrast.low is not None and contrast.high is not None:
        bounds = f" (difference {contrast.low:.4f} to {contrast.high:.4f})"
    sentence = (
        f"By {measure}, training on cross entropy ends {percent(abs(contrast.relative))} {direction}{bounds}, lower in "
        f"{contrast.lower} of {several(seeds, 'seed')}"
    )
    if contrast.p is None or contrast.adjusted is None:
        return f"{sentence}; one seed allows no test."
    effect = "" if contrast.effect is None else f"d = {contrast.effect:.3g}, "
    return f"{sentence} ({effect}{chance(contrast.p)} alone, {chance(contrast.adjusted)} after Holm, {contrast.test})."


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
    ours, theirs = facts.arm("bce", "bce").error, facts.arm("mse", "bce").error
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
