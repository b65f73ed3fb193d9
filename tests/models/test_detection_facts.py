from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trasunto.data import Table
from trasunto.models.detection_facts import FOREST, Facts, measure
from trasunto.models.detection_verdict import conclude
from trasunto.models.model import Model
from trasunto.models.strangest import strangest_of_table


@pytest.fixture(scope="session")
def facts(model: Model, table: Table) -> Facts:
    return measure(model, table, strangest_of_table(model, table, 4))


def test_detection_is_measured_on_rows_that_were_not_trained_on(facts: Facts, model: Model, table: Table) -> None:
    assert table.test is not None
    assert table.anomalies is not None
    assert facts.detection is not None
    assert (facts.detection.normal, facts.detection.anomalies) == (table.test.n, table.anomalies.n)
    normal, strange = model.score_prepared(table.test.values()), model.score_prepared(table.anomalies.values())
    wins = (strange[:, None] > normal[None, :]).mean()
    assert facts.detection.auroc == pytest.approx(wins)
    assert facts.detection.auroc_low <= wins <= facts.detection.auroc_high


def test_the_threshold_is_judged_on_them_too(facts: Facts, model: Model, table: Table) -> None:
    there = facts.at_threshold
    assert there is not None
    assert table.test is not None
    assert there.alarms == model.threshold.flagged(model.score_prepared(table.test.values())).sum()
    assert there.false_alarm_rate == there.alarms / table.test.n
    assert there.recall == there.found / there.anomalies
    assert there.precision == there.found / (there.found + there.alarms)


def test_the_rivals_see_the_same_rows(facts: Facts) -> None:
    forest, as_many, best = (rival.name for rival in facts.rivals)
    assert forest == FOREST
    assert as_many == "PCA (2 components, as many as latent units)"
    assert best.endswith("chosen by these labels)")
    assert facts.detection is not None
    for rival in facts.rivals:
        assert rival.detection.normal == facts.detection.normal
        assert rival.difference.auroc == pytest.approx(facts.detection.auroc - rival.detection.auroc)


def test_every_row_is_in_the_histogram(facts: Facts, table: Table) -> None:
    assert table.test is not None
    assert table.anomalies is not None
    assert sum(facts.histogram.normal) == table.test.n
    assert sum(facts.histogram.anomalies) == table.anomalies.n
    assert (np.diff(facts.histogram.edges) > 0).all()
    assert facts.histogram.edges[0] <= facts.threshold.value <= facts.histogram.edges[-1]


def test_without_anomalies_nothing_is_said_of_detection(model: Model, table: Table) -> None:
    found = measure(model, replace(table, anomalies=None), ())
    assert (found.detection, found.rivals) == (None, ())
    assert found.at_threshold is not None
    assert (found.at_threshold.recall, found.at_threshold.precision) == (None, None)
    verdict, details = conclude(found)
    assert "Without known anomalies" in verdict
    assert details[0] == model.threshold.sentence
    assert any("On held-out normal rows it flags" in sentence for sentence in details)


def test_without_test_rows_the_training_rows_are_drawn(model: Model, table: Table) -> None:
    found = measure(model, replace(table, test=None), ())
    assert (found.detection, found.at_threshold) == (None, None)
    assert sum(found.histogram.normal) == table.n
    assert any("No rows were held out" in sentence for sentence in conclude(found)[1])


def with_difference(facts: Facts, low: float, mean: float, high: float) -> Facts:
    rivals = [
        replace(rival, difference=replace(rival.difference, auroc=mean, auroc_low=low, auroc_high=high))
        for rival in facts.rivals
    ]
    return replace(facts, rivals=tuple(rivals))


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        ((0.01, 0.02, 0.03), "Better than an isolation forest: "),
        ((-0.03, -0.02, -0.01), "Worse than an isolation forest: "),
        ((-0.01, 0.02, 0.03), "Not distinguishable from an isolation forest on these rows: "),
    ],
)
def test_the_verdict_turns_with_the_interval(facts: Facts, difference: tuple[float, float, float], said: str) -> None:
    verdict, details = conclude(with_difference(facts, *difference))
    assert verdict.startswith(said)
    assert verdict.endswith(").")
    for rival in facts.rivals:
        assert any(sentence.startswith(rival.name[:1].upper() + rival.name[1:]) for sentence in details)
