"""The pictures of a detector's report, with their captions."""

from __future__ import annotations

from trasunto.figures import detection_curves, detection_histogram, detection_reasons
from trasunto.figures.theme import Picture
from trasunto.models.detection_facts import Facts
from trasunto.studies import Findings


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`."""
    facts: Facts = findings.facts
    drawn = [_histogram(facts)]
    if facts.detection is not None:
        drawn.append(_curves(facts))
    if facts.strangest:
        drawn.append(_reasons(facts))
    return drawn


def _histogram(facts: Facts) -> Picture:
    held = "held-out normal rows" if facts.at_threshold is not None else "training rows"
    known = "and known anomalies" if sum(facts.histogram.anomalies) else "(no anomalies are known)"
    return Picture(
        "detection-scores",
        f"Scores of {held} {known}; further to the right is stranger. Rows to the right of the dashed line, the "
        f"threshold at {facts.threshold.value:.4g}, are flagged.",
        detection_histogram.draw(facts),
    )


def _curves(facts: Facts) -> Picture:
    assert facts.detection is not None
    return Picture(
        "detection-curves",
        f"Left: the share of anomalies found against the share of normal rows flagged, as the threshold falls; a guess "
        f"is the diagonal. Right: the share of anomalies among flagged rows against the share found; a guess is the "
        f"dashed line. {facts.detection.anomalies:,} anomalies and {facts.detection.normal:,} normal rows that no "
        "detector was trained on. In brackets: 95 % bootstrap intervals over rows.",
        detection_curves.draw(facts),
    )


def _reasons(facts: Facts) -> Picture:
    return Picture(
        "detection-reasons",
        "The strangest rows and why: for each, the columns whose errors are rarest. A bar is the column's squared "
        "error in multiples of its mean over the training rows; longer is stranger. Beside it: the value, and what the "
        "network expected.",
        detection_reasons.draw(facts),
        shows_rows=True,
    )
