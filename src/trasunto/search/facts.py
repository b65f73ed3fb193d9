"""Facts of a search: ranked designs with intervals over seeds, the Pareto front, parameter importances.

A tie is a design whose difference from the best, paired over shared seeds, is not significant after Holm's correction
for all other designs, although the seeds are enough for it to be.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trasunto.analysis.intervals import Difference, adjust, interval, paired, pairs_needed
from trasunto.cohort.outcome import STALLED
from trasunto.search.importance import Importances, importances
from trasunto.search.trials import (
    DIVERGED,
    FINISHED,
    PRUNED,
    REFUSED,
    REPEATED,
    RUNNING,
    Trial,
    network_epochs,
    networks,
)
from trasunto.spec import Recipe
from trasunto.spec.space import Assignment, told

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.runs.cohort import Cohort
    from trasunto.search.measures import Measure
    from trasunto.search.sweep import Sweep

LISTED = 20
"""Designs that a report's ranking lists at most."""


@dataclass(frozen=True)
class Score:
    """A measure of a design: mean over seeds with its t-interval (None with one seed), and each seed's value."""

    measure: str
    mean: float
    low: float | None
    high: float | None
    by_seed: tuple[float, ...]


@dataclass(frozen=True)
class Design:
    """A design that was trained to the end.

    Attributes
    ----------
    trial
        Number of its trial.
    scores
        In the order of the measures.
    tied
        Whether it ties with the best design in the first measure; None where the seeds are too few. The best one ties
        with itself.
    p
        p-value of the difference from the best, after Holm; None for the best, and with one seed.
    front
        Whether it is on the Pareto front: no other design is as good in every measure and better in one.
    status
        "finished", or how many of its networks are no better than before training: "stalled", "1 of 3 stalled".
    """

    trial: int
    assignment: Assignment
    network: str
    parameters: int
    scores: tuple[Score, ...]
    tied: bool | None
    p: float | None
    front: bool
    status: str = FINISHED


@dataclass(frozen=True)
class Ranked:
    """A line of the printed ranking; designs that tie with the best share its rank, "1=".

    `mean`, `low` and `high` are of the first measure, `others` the means of the others.
    """

    rank: str
    trial: int
    design: str
    parameters: int
    mean: float
    low: float | None
    high: float | None
    others: tuple[float, ...]
    p: float | None
    status: str = FINISHED


@dataclass(frozen=True)
class Tried:
    """A trial's latest result, for figures; its value is None where a network diverged."""

    trial: int
    assignment: Assignment
    state: str
    epoch: int
    value: float | None


@dataclass(frozen=True)
class Step:
    """The best mean of the first measure after this many networks were begun; None before the first finished."""

    networks: int
    best: float | None


@dataclass(frozen=True)
class Reference:
    """The first measure for PCA with as many components as the best design has latent units; None if undefined."""

    components: int
    value: float | None


@dataclass(frozen=True)
class Facts:
    """Facts of a search.

    Attributes
    ----------
    measures, up
        Their names, and whether higher is better.
    over
        Why it ended: "budget" or "space".
    asked
        Number of designs trained, at least to the first stage.
    finished, pruned, diverged, running
        How many of them ended so; running ones wait for a larger budget.
    refused, repeated
        Proposals that broke a constraint, or had been tried before: neither was trained.
    seeds_needed
        Seeds at which a difference of three standard deviations from the best would be significant.
    networks, network_epochs, seconds
        Totals over all calls.
    designs
        Finished designs, the best first.
    """

    measures: tuple[str, ...]
    up: tuple[bool, ...]
    sampler: str
    pruner: str
    epochs: int
    rungs: tuple[int, ...]
    seeds: int
    seeds_needed: int
    budget: str
    over: str
    asked: int
    finished: int
    pruned: int
    diverged: int
    running: int
    refused: int
    repeated: int
    networks: int
    network_epochs: int
    seconds: float
    ranking: tuple[Ranked, ...]
    designs: tuple[Design, ...]
    tried: tuple[Tried, ...]
    course: tuple[Step, ...]
    importances: Importances | None
    pca: Reference | None


def measure(
    sweep: Sweep, table: Table, trials: Sequence[Trial], over: str, seconds: float, cohort: Cohort | None = None
) -> Facts:
    """Return the facts of a search's trials; `cohort` gives the status of its networks."""
    counts = Counter(trial.state for trial in trials)
    seeds, first = len(sweep.seeds), sweep.measured[0]
    designs = rank(sweep, table, trials, _endings(cohort))
    return Facts(
        measures=sweep.measures,
        up=tuple(one.up for one in sweep.measured),
        sampler=sweep.sampler.name,
        pruner="" if sweep.pruner is None else sweep.pruner.name,
        epochs=sweep.space.epochs,
        rungs=sweep.rungs,
        seeds=seeds,
        seeds_needed=pairs_needed(len(designs) - 1),
        budget=str(sweep.budget),
        over=over,
        asked=sum(trial.trained for trial in trials),
        finished=counts[FINISHED],
        pruned=counts[PRUNED],
        diverged=counts[DIVERGED],
        running=counts[RUNNING],
        refused=counts[REFUSED],
        repeated=counts[REPEATED],
        networks=networks(trials, seeds),
        network_epochs=network_epochs(trials, seeds),
        seconds=seconds,
        ranking=tuple(_ranked(place, designs) for place in range(min(LISTED, len(designs)))),
        designs=designs,
        tried=tuple(_tried(trial, first) for trial in trials if trial.trained and trial.results),
        course=_course(trials, first, seeds),
        importances=_importances(sweep, trials),
        pca=_pca(sweep, table, designs),
    )


def rank(
    sweep: Sweep, table: Table, trials: Sequence[Trial], endings: Mapping[Recipe, Sequence[str]] | None = None
) -> tuple[Design, ...]:
    """Return the finished designs, ranked by the mean of the first measure; equals in order of proposal.

    `endings` are the statuses of each recipe's networks, one per seed.
    """
    first = sweep.measured[0]
    done = [trial for trial in trials if trial.state == FINISHED]
    scores = {trial.number: tuple(_score(trial, one.name) for one in sweep.measured) for trial in done}
    done.sort(key=lambda trial: (first.better(scores[trial.number][0].mean), trial.number))
    by_seed = [scores[trial.number][0].by_seed for trial in done]
    others = adjust(paired(one, by_seed[0], family=len(done) - 1) for one in by_seed[1:])
    ahead = front([[score.mean for score in scores[trial.number]] for trial in done], sweep.measured)
    ties = _ties(others, len(sweep.seeds))
    designs = []
    for place, trial in enumerate(done):
        recipe = sweep.space.recipe(trial.assignment)
        p = others[place - 1].adjusted if place else None
        designs.append(
            Design(
                trial=trial.number,
                assignment=trial.assignment,
                network=str(recipe.network),
                parameters=recipe.parameters(table.row_shape),
                scores=scores[trial.number],
                tied=ties[place],
                p=p,
                front=place in ahead,
                status=_status((endings or {}).get(recipe, ())),
            )
        )
    return tuple(designs)


def _ties(others: Sequence[Difference], seeds: int) -> list[bool | None]:
    """Say for each design, the best first, whether it ties with the best; None where the seeds are too few."""
    undecided = None if seeds < pairs_needed(len(others)) else True
    ties = [False if other.distinguishable else undecided for other in others]
    best = undecided if None in ties or seeds < 2 else True
    return [best, *ties]


def _endings(cohort: Cohort | None) -> dict[Recipe, list[str]]:
    ended: dict[Recipe, list[str]] = {}
    for member in () if cohort is None else cohort.members:
        ended.setdefault(member.recipe, []).append(member.status)
    return ended


def _status(words: Sequence[str]) -> str:
    stalled = sum(word == STALLED for word in words)
    if not stalled:
        return FINISHED
    return STALLED if stalled == len(words) else f"{stalled} of {len(words)} stalled"


def front(values: Sequence[Sequence[float]], measures: Sequence[Measure]) -> set[int]:
    """Return the indices of the Pareto front: no other is as good in every measure and better in one.

    Examples
    --------
    >>> from trasunto.search.measures import MEASURES
    >>> sorted(front([[0.1, 90], [0.2, 50], [0.2, 60]], [MEASURES["test_loss"], MEASURES["parameters"]]))
    [0, 1]
    """
    costs = [[one.better(value) for one, value in zip(measures, of, strict=True)] for of in values]

    def beaten(mine: list[float]) -> bool:
        return any(other != mine and all(a <= b for a, b in zip(other, mine, strict=True)) for other in costs)

    return {place for place, cost in enumerate(costs) if not beaten(cost)}


def _score(trial: Trial, name: str) -> Score:
    by_seed = tuple(value for value in trial.results[-1].values[name] if value is not None)
    over_seeds = interval(by_seed)
    return Score(name, over_seeds.mean, over_seeds.low, over_seeds.high, by_seed)


def rank_of(place: int, designs: Sequence[Design]) -> str:
    """Return a design's rank as printed; those that tie with the best share its rank."""
    ties = sum(bool(design.tied) for design in designs)
    return "1=" if designs[place].tied and ties > 1 else str(place + 1)


def _ranked(place: int, designs: Sequence[Design]) -> Ranked:
    one = designs[place]
    first, *others = one.scores
    return Ranked(
        rank=rank_of(place, designs),
        trial=one.trial,
        design=told(one.assignment),
        parameters=one.parameters,
        mean=first.mean,
        low=first.low,
        high=first.high,
        others=tuple(score.mean for score in others),
        p=one.p,
        status=one.status,
    )


def _tried(trial: Trial, measure: Measure) -> Tried:
    last = trial.results[-1]
    return Tried(trial.number, trial.assignment, trial.state, last.epoch, last.mean(measure.name))


def _course(trials: Sequence[Trial], measure: Measure, seeds: int) -> tuple[Step, ...]:
    """Return the best mean so far after each round, against the number of networks begun."""
    begun: Counter[int] = Counter(trial.round for trial in trials if trial.trained)
    ends: dict[int, list[float]] = {}
    for trial in trials:
        if trial.state == FINISHED and (mean := trial.results[-1].mean(measure.name)) is not None:
            ends.setdefault(trial.ended, []).append(mean)
    steps, total, best = [], 0, math.inf
    for round in sorted({*begun, *ends}):
        total += begun[round]
        best = min([best, *map(measure.better, ends.get(round, []))])
        steps.append(Step(total * seeds, None if best == math.inf else measure.better(best)))
    return tuple(steps)


def _importances(sweep: Sweep, trials: Sequence[Trial]) -> Importances | None:
    """Return importances at the first stage, which every design reached."""
    epoch, measure = sweep.stages[0], sweep.measured[0]
    came = [(trial.assignment, result) for trial in trials if (result := trial.at(epoch)) is not None]
    means = [result.mean(measure.name) for _, result in came]
    values = [math.inf if mean is None else measure.better(mean) for mean in means]
    return importances(sweep.space, [one for one, _ in came], values, measure.name, epoch)


def _pca(sweep: Sweep, table: Table, designs: Sequence[Design]) -> Reference | None:
    """Return PCA with the best design's latent size, if the first measure is defined for PCA."""
    if not designs or table.test is None:
        return None
    recipe, measure = sweep.space.recipe(designs[0].assignment), sweep.measures[0]
    components = min(recipe.network.encoder[-1].units, table.d, table.n)
    if measure in ("test_loss", "test_error") and recipe.loss == "mse" and not table.blocks:
        from trasunto.analysis.baselines import principal_components

        (linear,) = principal_components(table.values(), table.test.values(), [components])
        return Reference(components, linear.test_error)
    if measure == "auroc" and table.anomalies is not None and components < table.d:
        from sklearn.metrics import roc_auc_score

        from trasunto.analysis.detection_baselines import pca_scores
        from trasunto.search.measures import known_rows

        rows, labels = known_rows(table)
        scores = pca_scores(table.values(), rows, [components])[components]
        return Reference(components, float(roc_auc_score(labels, scores)))
    return None
