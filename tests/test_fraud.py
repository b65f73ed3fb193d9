"""Document B on real rows: the whole of it from one call, and a detector that must be worth having."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import trasunto
from trasunto.analysis.detection import detection, paired_difference
from trasunto.analysis.detection_baselines import isolation_forest_scores
from trasunto.data import Records, Table
from trasunto.report import load_facts

pytestmark = pytest.mark.heavy

QUESTIONS = ("good-autoencoder", "depth-loss", "latent-loss", "depth-separation", "latent-separation", "bad-latent")


@pytest.fixture(scope="module")
def again(
    cards_file: Path, creditcard_sample: Records, tmp_path_factory: pytest.TempPathFactory
) -> trasunto.Reproduction:
    folder = tmp_path_factory.mktemp("fraud")
    with pytest.MonkeyPatch.context() as patch:
        if "V1" not in creditcard_sample.columns:  # tumours, which the catalogue rightly does not take for cards
            patch.setattr("trasunto.api.reproduction.load", lambda name, path: creditcard_sample.table(normal=0))
        return trasunto.reproduce("fraud", path=cards_file, out=folder / "out", store=folder / "runs")


def test_the_paper_is_run_again_from_one_call(again: trasunto.Reproduction) -> None:
    assert tuple(again.answers) == QUESTIONS
    report = load_facts(again.page.parent)
    assert report.run.outcomes["finished"] > 0
    names = {figure.name for figure in report.figures}
    assert {"b1-curves", "b1-paper-layers", "b1-paper-network", "b3-latent-space", "b5-latent-space"} <= names
    assert {"b4-errors", "b6-latent-space", "b6-error-histogram", "b6-error-strip"} <= names
    assert all((again.page.parent / "figures" / f"{name}.png").stat().st_size > 5000 for name in names)


def test_every_loss_stands_beside_pcas(again: trasunto.Reproduction) -> None:
    sizes = again.answers["latent-loss"].facts.sizes
    assert [size.size for size in sizes] == [4, 8, 16, 32]
    errors, linear = [size.test_error.mean for size in sizes], [size.pca.test_error for size in sizes]
    assert errors == sorted(errors, reverse=True), "the paper's order"
    assert linear == sorted(linear, reverse=True)
    assert linear[0] > 0


def test_a_space_made_bad_on_purpose_is_called_bad_and_its_control_is_not(again: trasunto.Reproduction) -> None:
    assert "the latent space is bad" in again.answers["bad-latent"].verdict


@pytest.fixture(scope="module")
def parted(creditcard_sample: Records) -> Table:
    return creditcard_sample.table(normal=0, scaling="none")


def test_the_detector_tells_anomalies_better_than_an_isolation_forest(parted: Table) -> None:
    assert parted.test is not None
    assert parted.anomalies is not None
    rows = np.vstack([parted.test.x, parted.anomalies.x])
    strange = np.repeat([False, True], [parted.test.n, parted.anomalies.n])
    ours = -trasunto.AutoencoderDetector(random_state=0).fit(parted.x).score_samples(rows)
    forest = isolation_forest_scores(parted.x, rows)
    found = detection(ours, strange)
    assert found.auroc > 0.95
    assert found.average_precision > 0.88
    assert paired_difference(ours, forest, strange).auroc > 0
