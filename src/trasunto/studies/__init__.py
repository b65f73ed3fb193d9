"""Questions: each with what to train, what to measure and the plain sentence that the facts support.

A study returns :class:`~trasunto.studies.findings.Findings` and draws nothing (see ``figures``). Errors are
reconstruction errors: lower is better. Modules are imported when a study is used, so that listing them is instant.

To add a study: write its module as :mod:`trasunto.studies.findings` describes, add its row here, and its drawers in
``figures/__init__.py``.
"""

from __future__ import annotations

from trasunto.studies.findings import Comparison, Findings, Request, Study

__all__ = ["STUDIES", "Comparison", "Findings", "Request", "Study"]

_ROWS = (
    Study(
        name="learning-rate-momentum",
        experiments=("A2", "A3"),
        question="How do learning rate and momentum change the error, and does each act independently of the other?",
        paper_answer="The error falls with each parameter, independently of the other; high values are best.",
        module="trasunto.studies.learning_rate_momentum",
    ),
    Study(
        name="long-run",
        experiments=("A4",),
        question="Does the ranking of learning rates and momenta after 5 epochs still hold after a long training?",
        paper_answer="Yes: high values stay good over 150 epochs, so both are set to 0.95 from then on.",
        module="trasunto.studies.long_run",
    ),
    Study(
        name="hidden-size",
        experiments=("A5",),
        question="How many hidden units are enough, and where does the gain stop?",
        paper_answer="64 units are too few; 256 and 512 hardly differ.",
        module="trasunto.studies.hidden_size",
    ),
    Study(
        name="demonstration",
        experiments=("A6",),
        question="What does the network draw of one image as training goes on?",
        paper_answer="Close after 10 epochs; after 100 the eye takes it for the original; details need many more.",
        module="trasunto.studies.demonstration",
    ),
    Study(
        name="loss",
        experiments=("A7",),
        question="Does binary cross entropy work as well as the mean squared error?",
        paper_answer="Cross entropy could replace the squared error and the network would go on working (not shown).",
        module="trasunto.studies.loss",
    ),
    Study(
        name="pretraining",
        experiments=("A8",),
        question="Does an autoencoder's encoder make a better start for a classifier than random weights?",
        paper_answer="An autoencoder normally serves to set more convenient initial weights (said, not shown).",
        module="trasunto.studies.pretraining",
    ),
)

STUDIES: dict[str, Study] = {study.name: study for study in _ROWS}
