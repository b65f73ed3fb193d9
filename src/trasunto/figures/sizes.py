"""The pictures of the three studies of a size, in reading order, with their captions."""

from __future__ import annotations

from trasunto.figures import error_by_epoch, hourglass, layer_table, size_errors
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.papers import LATENT_LOSSES
from trasunto.studies.sizes import depth_loss as depth
from trasunto.studies.sizes.facts import Facts
from trasunto.studies.sizes.gain import GainFacts


def hidden_size(findings: Findings) -> list[Picture]:
    """Draw what more hidden units gain; nothing where every network diverged."""
    facts: GainFacts = findings.facts
    if not facts.sizes:
        return []
    per = findings.subject.per
    drawn = [_curves("a5-curves", facts, "hidden units", per)]
    if facts.gaps:
        figure = size_errors.draw(facts, size_errors.gains(facts), "hidden units", per=per)
        drawn.append(Picture("a5-gain", _errors(facts, "hidden units", gains=True), figure))
    return drawn


def latent_loss(findings: Findings) -> list[Picture]:
    """Draw what more latent units gain, beside the paper's table for its own rows."""
    facts: GainFacts = findings.facts
    if not facts.sizes:
        return []
    per, papers = findings.subject.per, LATENT_LOSSES if findings.comparisons else None
    caption = _errors(facts, "latent units", gains=bool(facts.gaps), paper=bool(papers))
    figure = size_errors.draw(facts, size_errors.gains(facts), "latent units", per=per, papers=papers)
    network = f"the network with {facts.sizes[-1].size} latent units; the others differ in that layer alone"
    return [
        Picture("b4-errors", caption, figure),
        _curves("b4-curves", facts, "latent units", per),
        *_network("b4", facts, network),
    ]


def depth_loss(findings: Findings) -> list[Picture]:
    """Draw what more hidden layers do to the error."""
    facts: depth.Facts = findings.facts
    if not facts.sizes:
        return []
    per = findings.subject.per
    figure = size_errors.draw(facts, size_errors.contrasts(facts.contrasts, per), "hidden layers a side", per=per)
    network = "the deepest network; one of k hidden layers a side has the first and the last k of them"
    right = f" Right: what more layers add to it.{_bars(facts)}" if facts.contrasts else ""
    return [
        Picture("b2-errors", f"{_errors(facts, 'hidden layers a side')}{right}", figure),
        _curves("b2-curves", facts, "hidden layers", per),
        *_network("b2", facts, network),
    ]


def _errors(facts: Facts, units: str, *, gains: bool = False, paper: bool = False) -> str:
    linear = any(size.times_pca is not None for size in facts.sizes)
    pca = "PCA with as many components" if linear else "a PCA with as many components that leaves no error"
    points = f" Small points are the {facts.seeds} seeds." if facts.seeds > 1 else ""
    papers = "the paper's table and " if paper else ""
    right = f" Right: the share of it that each doubling of the {units} takes off.{_bars(facts)}" if gains else ""
    return (
        f"Error after {facts.epochs} epochs by number of {units}, with parameters below, beside "
        f"{papers}{pca}.{points}{right}"
    )


def _bars(facts: Facts) -> str:
    return f" Bars: 95 % t-intervals over {facts.seeds} seeds, paired." if facts.seeds > 1 else ""


def _curves(name: str, facts: Facts, units: str, per: str) -> Picture:
    lines = f" Thick: mean over {facts.seeds} seeds; thin: each seed." if facts.seeds > 1 else ""
    names = [f"{size.size}{' (wide)' if size.widened else ''}" for size in facts.sizes]
    train, test = [size.train for size in facts.sizes], [size.test for size in facts.sizes]
    return Picture(
        name,
        f"Training error (averaged over each epoch) and test error by epoch and number of {units}, from epoch 1 on."
        f"{lines}",
        error_by_epoch.draw(names, train, test, units, per=per),
    )


def _network(name: str, facts: Facts, called: str) -> list[Picture]:
    table = facts.plain[-1].table
    return [
        Picture(f"{name}-layers", f"Layers of {called}.", layer_table.draw(table)),
        Picture(
            f"{name}-network",
            "Shape of the same network: bars are as tall as layers are wide, with units above and activations below.",
            hourglass.draw(table),
        ),
    ]
