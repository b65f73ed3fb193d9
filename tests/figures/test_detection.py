from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trasunto.analysis.detection import detection, paired_difference
from trasunto.analysis.explanation import FeatureExplanation
from trasunto.analysis.thresholds import from_contamination
from trasunto.figures import detection_curves, detection_histogram, detection_reasons
from trasunto.figures.detection import pictures
from trasunto.figures.theme import png
from trasunto.models.detection_facts import AtThreshold, Facts, Histogram, Rival
from trasunto.models.strangest import StrangeRow
from trasunto.studies import Findings


def reason(feature: str, value: object, excess: float) -> FeatureExplanation:
    return FeatureExplanation(feature, value, 20.0, "higher", 1.0, 0.001, excess, f"{feature} is {value}.")


@pytest.fixture
def facts() -> Facts:
    chance = np.random.default_rng(0)
    scores = [np.concatenate([chance.normal(5, 1, 300), chance.normal(mean, 1, 30)]) for mean in (9, 7, 6)]
    labels = np.repeat([False, True], [300, 30])
    rivals = tuple(
        Rival(name, detection(theirs, labels), paired_difference(scores[0], theirs, labels))
        for name, theirs in zip(
            ("isolation forest", "PCA (3 components, chosen by these labels)"), scores[1:], strict=True
        )
    )
    edges = np.geomspace(1, 20, 11)
    normal, strange = (np.histogram(scores[0][part], edges)[0] for part in (~labels, labels))
    return Facts(
        trained=900,
        features=4,
        networks={"[2 tanh] > linear": 1},
        score="standardised",
        threshold=from_contamination(scores[0][:300], 0.01),
        at_threshold=AtThreshold(3, 300, 25, 30),
        detection=detection(scores[0], labels),
        rivals=rivals,
        histogram=Histogram(tuple(edges), tuple(normal.tolist()), tuple(strange.tolist())),
        strangest=(
            StrangeRow("row 7", "1", 19.5, True, (reason("amount", 950.0, 4000.0), reason("country", "x" * 60, 0.01))),
            StrangeRow("row 9", "", 2.5, False, (reason("amount", -3.0, 12.0),)),
        ),
    )


def findings(facts: Facts) -> Findings:
    return Findings("detection", (), "?", "", (), facts, (), {}, "", 0.0)


def test_everything_there_is_is_drawn(facts: Facts) -> None:
    drawn = pictures(findings(facts))
    assert [picture.name for picture in drawn] == ["detection-scores", "detection-curves", "detection-reasons"]
    for picture in drawn:
        assert picture.caption.endswith(".")
        assert png(picture.figure).startswith(b"\x89PNG")


def test_what_there_is_not_is_not_drawn(facts: Facts) -> None:
    without = replace(
        facts,
        detection=None,
        rivals=(),
        strangest=(),
        at_threshold=None,
        histogram=replace(facts.histogram, anomalies=(0,) * 10),
    )
    (only,) = pictures(findings(without))
    assert only.name == "detection-scores"
    assert "training rows (no anomalies are known)" in only.caption


def test_the_histogram_shows_shares_of_each_group_and_the_threshold(facts: Facts) -> None:
    (axes,) = detection_histogram.draw(facts).axes
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "normal rows (300)",
        "known anomalies (30)",
        "threshold",
    ]
    outlines = [patch for patch in axes.patches if not patch.get_fill()]
    for patch, counts in zip(outlines, (facts.histogram.normal, facts.histogram.anomalies), strict=True):
        assert np.allclose(patch.get_data().values, np.asarray(counts) / sum(counts))  # type: ignore[attr-defined]
    (line,) = axes.lines
    assert line.get_xdata()[0] == facts.threshold.value  # type: ignore[index]


def test_the_curves_carry_their_areas(facts: Facts) -> None:
    roc, precision = detection_curves.draw(facts).axes
    assert facts.detection is not None
    found = {"autoencoder": facts.detection, "isolation forest": facts.rivals[0].detection}
    found["PCA (3 components)"] = facts.rivals[1].detection
    for axes, area, curve in ((roc, "auroc", "roc"), (precision, "average_precision", "precision_recall")):
        lines = {str(line.get_label()).partition(":")[0]: line for line in axes.lines}
        for name, detected in found.items():
            assert f": {getattr(detected, area):.3f} [" in str(lines[name].get_label())
            assert tuple(lines[name].get_ydata()) == getattr(detected, curve).y  # type: ignore[arg-type]


def test_reasons_are_bars_with_value_and_expectation(facts: Facts) -> None:
    (axes,) = detection_reasons.draw(facts).axes
    texts = [text.get_text() for text in axes.texts]
    assert "row 7, labelled 1: score 19.5" in texts
    assert "row 9: score 2.5, not flagged" in texts
    assert "950, expected 20" in texts
    assert f"{'x' * 27}…, expected 20" in texts
    assert [text.get_text() for text in axes.get_yticklabels()] == ["amount", "country", "amount"]
    assert [bar.get_x() + bar.get_width() for bar in axes.patches] == pytest.approx([4000.0, 0.1, 12.0])  # type: ignore[attr-defined]
