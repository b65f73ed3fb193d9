"""Verdict on a detector, in sentences made from its facts."""

from __future__ import annotations

from trasunto.analysis.detection import Detection
from trasunto.models.detection_facts import FOREST, Facts, Rival


def conclude(facts: Facts) -> tuple[str, tuple[str, ...]]:
    """Return the answer and further sentences."""
    verdict = _without_labels(facts) if facts.detection is None else _with_labels(facts, facts.detection)
    return verdict, tuple(
        sentence for sentence in (facts.threshold.sentence, *_kept(facts), *_beside(facts)) if sentence
    )


def _without_labels(facts: Facts) -> str:
    flagged = sum(row.flagged for row in facts.strangest)
    strange = f"; the strangest of them is {facts.strangest[0].row}" if flagged else ""
    return (
        f"Trained on {facts.trained:,} rows of {facts.features:,} features. Without known anomalies nothing tells how "
        f"many it finds{strange}."
    )


def _with_labels(facts: Facts, found: Detection) -> str:
    forest = facts.rival(FOREST)
    compared = "" if forest is None else f"{_compared(forest)}: "
    beside = "" if forest is None else f", the forest's {forest.detection.auroc:.3f}"
    return (
        f"{compared}of {found.anomalies:,} known anomalies and {found.normal:,} normal rows, none of them trained on, "
        f"an anomaly is the stranger one of a pair in {100 * found.auroc:.1f} % "
        f"(AUROC {_with_interval(found)}{beside})."
    )


def _compared(forest: Rival) -> str:
    difference = forest.difference
    if not difference.distinguishable:
        return "Not distinguishable from an isolation forest on these rows"
    return "Better than an isolation forest" if difference.auroc > 0 else "Worse than an isolation forest"


def _with_interval(found: Detection) -> str:
    return f"{found.auroc:.3f} [{found.auroc_low:.3f}, {found.auroc_high:.3f}]"


def _kept(facts: Facts) -> tuple[str, ...]:
    """Say what the threshold did on rows that were not trained on."""
    there = facts.at_threshold
    if there is None:
        if facts.threshold.kind in ("cross_fitted", "false_alarms"):
            return ("No rows were held out to check the threshold on.",)
        return ("No rows were held out, so that nothing tells what the threshold does on rows to come.",)
    said = (
        f"On held-out normal rows it flags {there.alarms:,} of {there.normal:,} ({100 * there.false_alarm_rate:.3g} %)"
    )
    if not there.anomalies:
        return (f"{said}.",)
    precision = (
        "" if there.precision is None else f"; of all that it flags here, {100 * there.precision:.0f} % are anomalies"
    )
    return (f"{said}, and it finds {there.found:,} of {there.anomalies:,} known anomalies{precision}.",)


def _beside(facts: Facts) -> tuple[str, ...]:
    """Say how each rival does."""
    if facts.detection is None:
        return ()
    ours = facts.detection
    said = [
        f"Average precision is {ours.average_precision:.3f} [{ours.ap_low:.3f}, {ours.ap_high:.3f}], where guessing "
        f"gives {ours.share:.2g}."
    ]
    for rival in facts.rivals:
        difference = rival.difference
        word = "apart" if difference.distinguishable else "not distinguishable"
        said.append(
            f"{rival.name[:1].upper()}{rival.name[1:]}: AUROC {_with_interval(rival.detection)}, average precision "
            f"{rival.detection.average_precision:.3f}; ours less its AUROC is {difference.auroc:+.3f} "
            f"[{difference.auroc_low:+.3f}, {difference.auroc_high:+.3f}], {word}."
        )
    return tuple(said)
