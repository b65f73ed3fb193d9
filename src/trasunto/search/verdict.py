"""Verdict on a search: sentences from its facts."""

from __future__ import annotations

from collections.abc import Iterator

from trasunto.analysis.intervals import APART
from trasunto.search.facts import Design, Facts, Score
from trasunto.search.importance import FEWEST
from trasunto.search.measures import MEASURES
from trasunto.search.trials import FINISHED
from trasunto.spec.space import told
from trasunto.studies.phrases import listed, several

SHOWN = 8
"""Designs of a front listed in a sentence."""


def question(facts: Facts) -> str:
    """Return the question that a search answers."""
    named = listed([MEASURES[name].what for name in facts.measures])
    how = ["lowest", "highest"][facts.up[0]] if len(facts.measures) == 1 else "best"
    return f"Which design of the space has the {how} {named}?"


def conclude(facts: Facts) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    if not facts.designs:
        return _nothing(facts), tuple(_course(facts))
    details = (*_front(facts), *_seeds(facts), *_pca(facts), *_importance(facts), *_course(facts), *_caution(facts))
    return f"{_best(facts)}; {_ties(facts)}.", details


def _nothing(facts: Facts) -> str:
    if not facts.asked and not facts.refused:
        return f"No design was trained: the budget ({facts.budget}) is too small for one."
    if not facts.asked:
        return f"No design was trained: {several(facts.refused, 'proposal')} broke a constraint or could not be built."
    if facts.running:
        return (
            f"No design has finished yet: the budget ({facts.budget}) ended with {several(facts.running, 'design')} in "
            "training."
        )
    ends = ((facts.pruned, "pruned"), (facts.diverged, "diverged"))
    return f"None of {several(facts.asked, 'design')} finished: {' and '.join(f'{n} {end}' for n, end in ends if n)}."


def _best(facts: Facts) -> str:
    best, first = facts.designs[0], MEASURES[facts.measures[0]]
    of = f"Best of {several(facts.finished, 'design')} that finished" if facts.finished > 1 else "One design finished"
    network = f"{best.network}, {best.parameters:,} parameters"
    return f"{of}: {told(best.assignment)} ({network}), whose {first.what} is {_value(best.scores[0])}"


def _ties(facts: Facts) -> str:
    if len(facts.designs) == 1:
        return "there is none to compare it with"
    rest = len(facts.designs) - 1
    ties = sum(design.tied is not False for design in facts.designs) - 1
    if facts.designs[0].tied is None and ties:
        few = "one seed" if facts.seeds == 1 else f"{facts.seeds} seeds"
        return f"{few} cannot rank; ask for {facts.seeds_needed}"
    if not ties:
        return f"over {several(facts.seeds, 'seed')} it can be told apart from all others"
    of = "the other one" if rest == 1 else f"all {rest} others" if ties == rest else f"{ties} of the {rest} others"
    return f"over {several(facts.seeds, 'seed')} it cannot be told apart from {of}"


def _seeds(facts: Facts) -> Iterator[str]:
    if facts.designs[0].tied is None and len(facts.designs) > 1:
        others = several(len(facts.designs) - 1, "other design")
        yield (
            f"With {facts.seeds_needed} seeds a difference of {APART:g} standard deviations over seeds would be "
            f"significant after Holm's correction for {others}; under another name the search reuses the networks in "
            "the store."
        )


def _front(facts: Facts) -> Iterator[str]:
    if len(facts.measures) < 2:
        return
    ahead = [design for design in facts.designs if design.front]
    ahead.sort(key=lambda design: design.scores[1].mean)
    named = [f"{told(design.assignment)} ({_scores(design)})" for design in ahead]
    more = f"; and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    yield (
        f"{several(len(ahead), 'design')} of {len(facts.designs)} {'is' if len(ahead) == 1 else 'are'} on the Pareto "
        f"front of {listed([MEASURES[name].what for name in facts.measures])}, by means over seeds: "
        f"{'; '.join(named[:SHOWN])}{more}."
    )


def _scores(design: Design) -> str:
    return listed([f"{score.measure} {_number(score, score.mean)}" for score in design.scores])


def _pca(facts: Facts) -> Iterator[str]:
    if facts.pca is None or facts.pca.value is None:
        return
    components, what = several(facts.pca.components, "component"), MEASURES[facts.measures[0]].what
    yield (
        f"For PCA with {components}, as many as the best design has latent units, the {what} is {facts.pca.value:.4g}."
    )


def _importance(facts: Facts) -> Iterator[str]:
    found = facts.importances
    if found is None:
        few = f" from {several(facts.asked, 'design')}: at least {FEWEST} are needed" if facts.asked < FEWEST else ""
        yield f"No importances{few or ': the designs or their results do not differ'}."
        return
    if not found.trusted:
        yield (
            f"No importances: a random forest predicts the ranks of {found.designs} designs poorly (cross-validated R² "
            f"{found.explained:.2f})."
        )
        return
    told_of = [f"{one.parameter} ({one.importance:.2f})" for one in found.parameters]
    yield (
        f"Most important for the {MEASURES[found.measure].what} after {several(found.epoch, 'epoch')}: "
        f"{listed(told_of)}, by the drop in R², from {found.explained:.2f}, when a parameter's values are shuffled."
    )


def _course(facts: Facts) -> Iterator[str]:
    ends = (
        (facts.finished, "finished"),
        (facts.pruned, f"pruned ({facts.pruner})"),
        (facts.diverged, "diverged"),
        (facts.running, "wait for a larger budget"),
    )
    untrained = ((facts.refused, "broke a constraint or cannot be trained"), (facts.repeated, "had been tried before"))
    yield (
        f"{facts.sampler} proposed {several(facts.asked, 'design')} with {several(facts.seeds, 'seed')} each: "
        f"{listed([f'{count} {what}' for count, what in ends if count])}. In all {several(facts.networks, 'network')} "
        f"were trained for {several(facts.network_epochs, 'network-epoch')}."
    )
    if facts.refused or facts.repeated:
        told_of = [f"{several(count, 'proposal')} that {what}" for count, what in untrained if count]
        yield f"Not trained: {listed(told_of)}."
    stalled = sum(design.status != FINISHED for design in facts.designs)
    if stalled:
        yield (
            f"{several(stalled, 'design')} of those that finished {'has' if stalled == 1 else 'have'} networks that "
            "stalled: after training they are no better than before."
        )
    if facts.over == "space":
        yield "The search ended before the budget was spent: no new designs were proposed."


def _caution(facts: Facts) -> Iterator[str]:
    if facts.finished > 1:
        yield (
            "The best design was chosen on the rows that it is measured on, which flatters it: measure it again on "
            "rows that the search has not seen."
        )


def _value(score: Score) -> str:
    mean = _number(score, score.mean)
    if score.low is None or score.high is None or score.low == score.high:
        return mean
    return f"{mean} [{_number(score, score.low)}, {_number(score, score.high)}]"


def _number(score: Score, value: float) -> str:
    return f"{value:,.0f}" if score.measure == "parameters" else f"{value:.4g}"
