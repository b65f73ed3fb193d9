"""Verdict on a bad latent space, with the paper's numbers beside ours."""

from __future__ import annotations

from collections.abc import Callable

from trasunto.studies.bad_latent_facts import Change, Facts, Rule, Space
from trasunto.studies.findings import Comparison
from trasunto.studies.papers import BAD_LATENT_LOSSES
from trasunto.studies.phrases import listed, percent, several
from trasunto.studies.sentences import beside, certainty, spread
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little

PAPER_L1 = 0.1

PAPER_EPOCHS = 30

_NAMES = {
    "used": "units in use",
    "effective_dimension": "effective dimension",
    "test_error": "test error",
    "auroc": "AUROC",
    "average_precision": "average precision",
}

NO_SKILL = 0.5
"""The AUROC of a score that knows nothing."""


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    if not facts.spaces:
        return (
            f"Of {several(facts.asked, 'seed')} none was trained to the end by both networks, so that there is no "
            "latent space to judge.",
            (),
        )
    bad, control = facts.arm("bad"), facts.arm("control")
    details = (
        _rules(facts),
        *(_space(space, facts) for space in (bad, control)),
        *(_detected(space, facts) for space in (bad, control)),
        *_linear(facts),
        *map(_change, facts.changes),
        _losses(bad),
        _method(facts),
    )
    judged = _too_little(control, facts) or _judged(bad, control, facts)
    return f"{judged} {_anomalies(bad, control, facts)}", details


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's losses and words beside ours, where its penalty was used."""
    if not facts.spaces or facts.arm("bad").l1 != PAPER_L1:
        return ()
    bad = facts.arm("bad")
    after = f"after {several(facts.epochs, 'epoch')}" + (
        f", the paper's after {PAPER_EPOCHS}" if facts.epochs != PAPER_EPOCHS else ""
    )
    held = "; the paper held out the last fifth of its rows, unshuffled, and these are the held-out normal rows"
    return (
        *(
            beside(
                f"B6.{id}",
                f"{rows} loss, penalty included",
                getattr(bad, ours),
                paper=paper,
                note=after + held * (i == 1),
            )
            for i, (id, rows, ours, paper) in enumerate(BAD_LATENT_LOSSES)
        ),
        beside(
            "B6.dead-units",
            f"dead units among the {bad.latent} latent ones",
            bad.dead,
            paper_says="several positions of the latent space are never used",
            note=after,
        ),
        beside(
            "B6.auroc",
            "AUROC of the squared error, anomalies against held-out normal rows",
            bad.auroc,
            paper_says="anomalies are distinguishable by their squared error",
            note=after,
        ),
    )


def _too_little(control: Space, facts: Facts) -> str | None:
    """Judge the control, for the penalty may well keep the other network from learning."""
    linear = facts.linear[min(control.latent, len(facts.linear) - 1)]
    reached = Reached("without the penalty", control.test_error.mean, control.untrained, linear)
    return too_little([reached], several(facts.epochs, "epoch"))


def _judged(bad: Space, control: Space, facts: Facts) -> str:
    """Say whether the space is bad and why, and what the rules say of the control."""
    penalty = f"With an activity L1 of {bad.l1:g} on it, the latent space"
    if not bad.bad:
        return f"{penalty} is not bad by these rules: {_sound(bad)}."
    why = f"{penalty} is bad: {_reasons(bad, facts)}."
    if control.bad:
        return f"{why} The penalty alone is not to blame, for so is the control without it: {_reasons(control, facts)}."
    return f"{why} Without the penalty the same network's is sound: {_sound(control)}."


def _reasons(space: Space, facts: Facts) -> str:
    return "; ".join(
        f"{_FAULTS[fault.rule](space, facts)} (in {fault.seeds} of {several(facts.seeds, 'seed')})"
        for fault in space.faults
    )


def _unused(space: Space, facts: Facts) -> str:
    idle = [
        f"{count(number.mean)} {what}"
        for number, what in ((space.dead, "are dead"), (space.duplicates, "repeat another"))
        if number.mean > 0
    ]
    return f"of its {space.latent} units {listed(idle)}, which leaves {count(space.used.mean)} in use"


def _collapsed(space: Space, facts: Facts) -> str:
    return f"its effective dimension is {space.effective_dimension.mean:.2g}"


def _worthless(space: Space, facts: Facts) -> str:
    error, components = space.test_error.mean, round(space.worth.mean)
    if components == 0:
        return f"it reconstructs no better than the mean of every feature ({error:.3f} against {facts.linear[0]:.3f})"
    beside = facts.linear[components]
    return (
        f"it reconstructs about as well as PCA with {several(components, 'component')} of {len(facts.linear) - 1} "
        f"(error {error:.3f} against {beside:.3f})"
    )


_FAULTS: dict[Rule, Callable[[Space, Facts], str]] = {
    "unused": _unused,
    "collapsed": _collapsed,
    "worthless": _worthless,
}


def count(mean: float) -> str:
    """Write a mean number of things, with a decimal where it is not whole: "17", "17.3"."""
    return f"{mean:.1f}".removesuffix(".0")


def _sound(space: Space) -> str:
    return (
        f"{count(space.used.mean)} of {several(space.latent, 'unit')} are in use, its effective dimension is "
        f"{space.effective_dimension.mean:.2g}, and PCA takes {count(space.worth.mean)} components to reconstruct as "
        "well"
    )


def _anomalies(bad: Space, control: Space, facts: Facts) -> str:
    """Say whether anomalies show by their squared error, and whether they did better without the penalty."""
    found = f"AUROC {spread(bad.auroc, _precise)}, average precision {spread(bad.average_precision, _precise)}"
    low = bad.auroc.low if bad.auroc.low is not None else bad.first.auroc_low
    if low <= NO_SKILL:
        return f"Anomalies do not show by their squared error: {found}."
    apart = f"Anomalies {'still ' if bad.bad else ''}show by their squared error: {found}"
    change = next(change for change in facts.changes if change.what == "auroc")
    without = f"without the penalty they are {control.auroc.mean:.3f} and {control.average_precision.mean:.3f}"
    if change.verdict == "open":
        return f"{apart}; {without}, AUROCs that {several(facts.seeds, 'seed')} cannot tell apart."
    return f"{apart}; {without}, a {'lower' if change.difference > 0 else 'higher'} AUROC."


def _rules(facts: Facts) -> str:
    limits = facts.limits
    return (
        f"A space is called bad where, in most seeds, less than {percent(limits.used)} of its units are in use, its "
        f"effective dimension is below {limits.dimensions:g}, or it reconstructs no better than PCA with less than "
        f"{percent(limits.worth)} of the components that would fit into it."
    )


def _space(space: Space, facts: Facts) -> str:
    counts = (space.used, space.dead, space.duplicates, space.effective_dimension, space.worth)
    used, dead, duplicates, dimension, worth = (spread(count, _short) for count in counts)
    return (
        f"{_called(space)} ({space.network}; {space.parameters:,} parameters): {used} of {space.latent} units in use, "
        f"{dead} dead, {duplicates} repeating another; effective dimension {dimension}; worth {worth} principal "
        f"components of {min(space.latent, facts.features)}; error {spread(space.train_error, _precise)} on training "
        f"rows and {spread(space.test_error, _precise)} on held-out ones; {_rare(space)}."
    )


def _rare(space: Space) -> str:
    rare = sum(unit.active < 0.01 for unit in space.units)
    strange = sum(unit.active < 0.01 <= unit.active_anomalies for unit in space.units)
    also = f", {strange} of which do respond to anomalies" if strange else ""
    return f"in the first seed {several(rare, 'unit')} respond{'s' * (rare == 1)} to less than 1 % of normal rows{also}"


def _detected(space: Space, facts: Facts) -> str:
    first = space.first
    return (
        f"{_called(space)}, squared error of the first seed over rows: AUROC {first.auroc:.3f} "
        f"({first.auroc_low:.3f} to {first.auroc_high:.3f}), average precision {first.average_precision:.3f} "
        f"({first.average_precision_low:.3f} to {first.average_precision_high:.3f}), bootstrap intervals."
    )


def _linear(facts: Facts) -> tuple[str, ...]:
    linear = facts.linear_detection
    if linear is None:
        return ()
    return (
        f"PCA with {several(linear.components, 'component')}, about as many as the bad space is worth: AUROC "
        f"{linear.auroc:.3f}, average precision {linear.average_precision:.3f} by its squared error.",
    )


def _change(change: Change) -> str:
    return f"The penalty changes the {_NAMES[change.what]} by {change.difference:+.3g}{certainty(change, _short)}."


def _losses(bad: Space) -> str:
    return (
        f"Losses with the penalty, as Keras reports them: {spread(bad.train_loss, _precise)} in training and "
        f"{spread(bad.test_loss, _precise)} on held-out rows; without it, {spread(bad.train_error, _precise)} and "
        f"{spread(bad.test_error, _precise)}."
    )


def _method(facts: Facts) -> str:
    lost = facts.asked - facts.seeds
    left = f"; {several(lost, 'seed')} diverged and {'is' if lost == 1 else 'are'} left out of both" if lost else ""
    return (
        f"Measured after {several(facts.epochs, 'epoch')} on {facts.normals:,} held-out normal rows and "
        f"{several(facts.anomalies, 'anomaly', 'anomalies')}, over {several(facts.seeds, 'seed')}{left}."
    )


def _called(space: Space) -> str:
    return "With the penalty" if space.arm == "bad" else "Without it"


def _short(value: float) -> str:
    return f"{value:.3g}"


def _precise(value: float) -> str:
    return f"{value:.3f}"
