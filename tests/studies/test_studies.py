"""Laws over the registry: every study is complete, and listing them costs nothing."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import trasunto.studies
from trasunto.studies import STUDIES, Study
from trasunto.studies.papers import PAPERS

IMAGES = ("learning-rate-momentum", "long-run", "hidden-size", "demonstration", "loss", "pretraining")
FRAUD = ("good-autoencoder", "depth-loss", "depth-separation", "latent-loss", "latent-separation", "bad-latent")


def test_the_papers_experiments_are_all_asked_about() -> None:
    assert tuple(STUDIES) == (*IMAGES, *FRAUD)
    assert [experiment for study in STUDIES.values() for experiment in study.experiments] == [
        *(f"A{number}" for number in range(2, 9)),
        *(f"B{number}" for number in range(1, 7)),
    ]
    assert {study.paper.data for name, study in STUDIES.items() if name in FRAUD and study.paper} == {"creditcard"}
    assert {*PAPERS["mnist"].studies, *PAPERS["fraud"].studies} == set(STUDIES)


@pytest.mark.parametrize("study", STUDIES.values(), ids=lambda study: str(study.name))
def test_every_study_has_a_question_settings_in_two_sizes_and_its_functions(study: Study[Any, Any]) -> None:
    assert study.question.endswith("?")
    assert isinstance(study.settings.reduced(), study.settings)
    assert study.settings.reduced() != study.settings()
    assert study.paper is None or study.paper.answers[study.name].answer.endswith((".", ")."))


def test_listing_the_studies_imports_nothing_heavy() -> None:
    code = (
        "import sys, trasunto.studies as s; [x.question for x in s.STUDIES.values()]; "
        "print([m for m in ('pandas', 'scipy', 'sklearn', 'jax', 'matplotlib') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_everything_on_the_public_list_is_there() -> None:
    assert all(hasattr(trasunto.studies, name) for name in trasunto.studies.__all__)
