"""Laws over the registry: every study is complete, and listing them costs nothing."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import trasunto.studies
from trasunto.studies import STUDIES, Study

IMAGES = ("learning-rate-momentum", "long-run", "hidden-size", "demonstration", "loss", "pretraining")
FRAUD = ("good-autoencoder", "depth-loss", "depth-separation", "latent-loss", "latent-separation", "bad-latent")


def test_the_papers_experiments_are_all_asked_about() -> None:
    assert tuple(STUDIES) == (*IMAGES, *FRAUD)
    assert [experiment for study in STUDIES.values() for experiment in study.experiments] == [
        *(f"A{number}" for number in range(2, 9)),
        *(f"B{number}" for number in range(1, 7)),
    ]
    assert {study.data for name, study in STUDIES.items() if name in FRAUD} == {"creditcard"}


@pytest.mark.parametrize("study", STUDIES.values(), ids=lambda study: str(study.name))
def test_every_study_has_a_question_settings_in_two_sizes_and_its_functions(study: Study) -> None:
    assert study.question.endswith("?")
    assert study.paper_answer.endswith((".", ")."))
    assert isinstance(study.settings.reduced(), study.settings)
    assert study.settings.reduced() != study.settings()
    module = importlib.import_module(study.module)
    for function in ("requests", "measure", "conclude", "comparisons", "investigate"):
        assert callable(getattr(module, function))
    assert isinstance(module.Facts, type)


def test_listing_the_studies_imports_nothing_heavy() -> None:
    code = (
        "import sys, trasunto.studies as s; [x.question for x in s.STUDIES.values()]; "
        "print([m for m in ('numpy', 'pandas', 'scipy', 'sklearn', 'jax', 'matplotlib') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_everything_on_the_public_list_is_there() -> None:
    assert all(hasattr(trasunto.studies, name) for name in trasunto.studies.__all__)
