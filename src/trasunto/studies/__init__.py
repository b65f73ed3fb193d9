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
        module="trasunto.studies.sizes.hidden_size",
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
    Study(
        name="good-autoencoder",
        experiments=("B1",),
        question="Which autoencoder with at most 24 latent units leaves an error of at most 0.01 on training and "
        "held-out rows?",
        paper_answer="The best of those tried left 0.0152 on training and 0.0101 on test rows (94.71 % and 96.16 % "
        "accuracy), without over-fitting.",
        module="trasunto.studies.good_autoencoder",
        data="creditcard",
    ),
    Study(
        name="depth-loss",
        experiments=("B2",),
        question="Does the depth of an autoencoder change its final loss?",
        paper_answer="No direct relation: the loss depends on input and output only (argued, not measured).",
        module="trasunto.studies.sizes.depth_loss",
        data="creditcard",
    ),
    Study(
        name="depth-separation",
        experiments=("B3",),
        question="Does a deeper autoencoder set normal and anomalous rows further apart in its latent space?",
        paper_answer="Yes, by looking: pictures of 3 and 5 layers are very similar, with differences at the edges.",
        module="trasunto.studies.depth_separation",
        data="creditcard",
    ),
    Study(
        name="latent-loss",
        experiments=("B4",),
        question="Does the number of latent units change the final loss, and where does the gain stop?",
        paper_answer="Yes, indirectly: test losses 0.2252, 0.0909, 0.0136 and 0.0050 with 4, 8, 16 and 32 units.",
        module="trasunto.studies.sizes.latent_loss",
        data="creditcard",
    ),
    Study(
        name="latent-separation",
        experiments=("B5",),
        question="Do more latent units set normal and anomalous rows further apart in latent space?",
        paper_answer="Yes, by looking: the number of latent units decides how the rows are divided.",
        module="trasunto.studies.latent_separation",
        data="creditcard",
    ),
    Study(
        name="bad-latent",
        experiments=("B6",),
        question="What is bad about a latent space made bad on purpose, and do anomalies still show?",
        paper_answer="Several positions are never used, but anomalies are distinguishable by their squared error.",
        module="trasunto.studies.bad_latent",
        data="creditcard",
    ),
)

STUDIES: dict[str, Study] = {study.name: study for study in _ROWS}
