"""The pictures of the good-autoencoder study, in reading order, with their captions."""

from __future__ import annotations

from trasunto.figures import hourglass, layer_table, loss_accuracy, search_frontier
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.good_autoencoder_facts import Facts
from trasunto.studies.tabular_networks import LayerTable


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`."""
    facts: Facts = findings.facts
    paper, search, subject = facts.paper, facts.search, findings.subject
    name, called = ("paper", "the paper's network") if subject.paper else ("reference", "the reference network")
    seeds = f" Thick: mean over {paper.seeds} seeds; thin: each seed." if paper.seeds > 1 else ""
    drawn = [
        Picture(
            "b1-curves",
            f"Loss and accuracy (rows whose largest output is at the feature of their largest input) of {called} "
            f"by epoch, from epoch 1 on, on training rows (averaged over each epoch) and held-out rows.{seeds}",
            loss_accuracy.draw(paper, facts.target, beside=subject.paper, per=subject.per),
        ),
        *_network(f"b1-{name}", called, paper.table),
    ]
    if search.frontier:
        drawn.append(
            Picture(
                "b1-frontier",
                "Held-out error of every network of the search by latent size, the best one with each size on its two "
                "sets of rows, and PCA with as many components. Filled: the error asked for was reached on both sets.",
                search_frontier.draw(search, per=subject.per),
            )
        )
    if search.found is not None:
        drawn += _network("b1-found", "the network found", search.found.table)
    return drawn


def _network(name: str, called: str, table: LayerTable) -> list[Picture]:
    return [
        Picture(f"{name}-layers", f"Layers of {called}, {table.parameters:,} parameters.", layer_table.draw(table)),
        Picture(
            f"{name}-network",
            f"Shape of {called}: bars are as tall as layers are wide, with units above and activations below.",
            hourglass.draw(table),
        ),
    ]
