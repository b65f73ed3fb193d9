"""Verdict on pre-training, with the paper's words beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trasunto.studies.divergence import NOTHING, left_out
from trasunto.studies.findings import Comparison
from trasunto.studies.phrases import chance, listed, percent, several
from trasunto.studies.pretraining_facts import ARMS, Facts, Gain
from trasunto.studies.sentences import beside
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little

NAMES = {"frozen": "a frozen encoder", "fine-tuned": "a fine-tuned encoder"}


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    lost = left_out(facts.diverged)
    if not facts.scores:
        return f"No seed was trained to the end in every arm. {NOTHING}", lost
    measured = (*_accuracies(facts), *_against_scratch(facts))
    if untold := _too_little(facts):
        return untold, (*measured, _setting(facts, subject), *lost)
    return _verdict(facts), (*measured, _worth(facts), _setting(facts, subject), *lost)


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's words beside what fine-tuning adds to the accuracy with each number of labels."""
    return tuple(
        beside(
            f"A8.gain-{gain.labels}",
            f"accuracy that {NAMES[gain.arm]} adds with {gain.labels:,} labels (shares of test rows)",
            gain,
            paper_says="more convenient initial weights (said, not shown)",
        )
        for gain in _gains(facts, "fine-tuned")
    )


def _too_little(facts: Facts) -> str | None:
    """Judge the encoders: what they are worth is asked only of those that learnt something."""
    if facts.encoder_error is None:
        return None
    reached = Reached("from which the encoder is taken", facts.encoder_error, facts.encoder_untrained, facts.pca)
    return too_little([reached], several(facts.encoder_epochs, "epoch"))


def _verdict(facts: Facts) -> str:
    tuned, frozen = _gains(facts, "fine-tuned"), _gains(facts, "frozen")
    helped = [gain for gain in tuned if gain.verdict == "more"]
    if helped:
        best = max(helped, key=lambda gain: gain.difference)
        return (
            f"Yes, with {_counts(helped, of=tuned)}: fine-tuning the trained encoder adds up to {_points(best)} of "
            f"accuracy over random weights{_frozen(frozen)}."
        )
    harmed = [gain for gain in tuned if gain.verdict == "less"]
    if harmed:
        worst = min(harmed, key=lambda gain: gain.difference)
        return (
            f"No: with {_counts(harmed, of=tuned)}, fine-tuning the trained encoder costs up to {_points(worst)} of "
            f"accuracy against random weights, and it helps with none{_frozen(frozen)}."
        )
    largest = max(tuned, key=lambda gain: abs(gain.difference))
    return (
        f"Not that {several(facts.seeds, 'seed')} could tell: with no number of labels can the fine-tuned encoder be "
        f"told from random weights, the largest difference being {_points(largest)} of accuracy (with "
        f"{largest.labels:,} labels){_frozen(frozen)}."
    )


def _frozen(gains: Sequence[Gain]) -> str:
    helped = [gain for gain in gains if gain.verdict == "more"]
    harmed = [gain for gain in gains if gain.verdict == "less"]
    told = [f"helps with {_counts(helped, of=gains)}"] if helped else []
    told += [f"does worse with {_counts(harmed, of=gains)}"] if harmed else []
    return f"; kept frozen, it {' and '.join(told)}" if told else ""


def _accuracies(facts: Facts) -> tuple[str, ...]:
    told = []
    for arm in ARMS:
        scores = [f"{100 * score.accuracy.mean:.1f} % with {score.labels:,}" for score in facts.of(arm)]
        told.append(f"Accuracy on test rows, {arm}: {listed(scores, most=len(scores))} labels.")
    return tuple(told)


def _against_scratch(facts: Facts) -> Iterator[str]:
    for arm in ARMS[1:]:
        gains = _gains(facts, arm)
        told = [f"{100 * gain.difference:+z.1f} with {gain.labels:,}{_certainty(gain)}" for gain in gains]
        tests = {gain.test for gain in gains}
        test = f" Tested by {listed(sorted(tests))}, Holm-adjusted over both arms." if tests != {"none"} else ""
        yield f"Points of accuracy that {NAMES[arm]} adds to scratch: {listed(told, most=len(told))} labels.{test}"


def _certainty(gain: Gain) -> str:
    if gain.low is None or gain.high is None or gain.adjusted is None:
        return ""
    return f" ({100 * gain.low:+z.1f} to {100 * gain.high:+z.1f}, {chance(gain.adjusted)})"


def _worth(facts: Facts) -> str:
    """Say how many labels the trained encoder saves, where it helps at all."""
    helped = {(gain.arm, gain.labels) for gain in facts.gains if gain.verdict == "more"}
    told = []
    for saving in facts.savings:
        if (saving.arm, saving.labels) not in helped:
            continue
        if saving.saved is None or saving.equivalent is None:
            told.append(f"{saving.labels:,} labels with {NAMES[saving.arm]} do what scratch does with none of these")
        elif saving.saved > 0:
            told.append(
                f"{saving.labels:,} labels with {NAMES[saving.arm]} do what scratch does with about "
                f"{saving.equivalent:,.0f}, which saves {percent(saving.saved / saving.equivalent)} of them"
            )
    if not told:
        return "No saving of labels can be shown."
    return f"In labels: {listed(told, most=len(told))}."


def _setting(facts: Facts, subject: Subject) -> str:
    return (
        f"Each encoder learnt from all training {subject.row}s for {several(facts.encoder_epochs, 'epoch')}; each seed "
        "has its own encoder and its own labelled rows, the same for the three arms, and accuracy is that of the last "
        "epoch. "
        "The learning rate, one for all arms, was chosen once by looking at test accuracy."
    )


def _gains(facts: Facts, arm: str) -> tuple[Gain, ...]:
    return tuple(gain for gain in facts.gains if gain.arm == arm)


def _counts(gains: Sequence[Gain], of: Sequence[Gain]) -> str:
    if len(gains) == len(of) > 1:
        return "every number of labels"
    return f"{listed([f'{gain.labels:,}' for gain in gains])} labels"


def _points(gain: Gain) -> str:
    points = f"{100 * abs(gain.difference):.1f}"
    return f"{points} {'point' if points == '1.0' else 'points'}"
