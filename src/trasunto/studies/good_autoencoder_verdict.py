"""Verdict on the good autoencoder, with the paper's numbers beside ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import median

from trasunto.studies.divergence import left_out
from trasunto.studies.evidence import Estimate
from trasunto.studies.findings import Comparison
from trasunto.studies.good_autoencoder_facts import Facts, Fit, OnRows, PaperNetwork
from trasunto.studies.good_autoencoder_search import Best, Search
from trasunto.studies.papers import GOOD_NETWORK
from trasunto.studies.phrases import chance, listed, percent, several
from trasunto.studies.sentences import beside, last_epochs
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little

_NAMES = {"train": "training", "test": "held-out"}

_PAPERS, _REFERENCE = "the paper's network", "the reference network"
"""What the network beside the search is called for the paper's rows, and for all others."""

_STAGES = {
    "scan": "to scan latent sizes",
    "between": "with sizes between",
    "settle": "to settle on one with other seeds",
    "slim": "with narrower layers",
}


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    paper = facts.paper
    network = _PAPERS if subject.paper else _REFERENCE
    untold = (
        None
        if facts.search.found
        else too_little(_tried(facts.search), several(facts.search.epochs, "epoch"), chosen=True)
    )
    details = (
        *(_measured(rows, paper, network, subject) for rows in (paper.train, paper.test)),
        _scatter(paper),
        *(_sides(paper) if subject.paper else ()),
        *_fit(paper, subject),
        _searched(facts.search),
        *_found(facts.search),
        *map(_best, reversed(facts.search.frontier)),
        *left_out(paper.diverged),
    )
    answer = untold.rstrip(".") if untold else _answer(facts)
    return f"{answer}; {_beside(facts, network)}.", details


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's four figures beside its network's, over seeds."""
    paper = facts.paper
    return tuple(
        beside(
            f"B1.{rows.rows}-{what}",
            f"{what} of the paper's network on {_NAMES[rows.rows]} rows{unit}",
            ours,
            paper=said,
            note=f"after {several(paper.epochs, 'epoch')}{without}",
        )
        for rows in (paper.train, paper.test)
        for what, said, ours, unit, without in (
            (
                "loss",
                GOOD_NETWORK[rows.rows][0],
                rows.loss,
                " (MSE per feature and penalties)",
                f"; without penalties {rows.error.mean:.4f}",
            ),
            ("accuracy", GOOD_NETWORK[rows.rows][1], rows.accuracy, " (share of rows)", ""),
        )
    )


def _tried(search: Search) -> list[Reached]:
    return [
        Reached(f"with {several(best.latent, 'latent unit')}", best.test_error, best.untrained, best.pca.test_error)
        for best in search.frontier
    ]


def _answer(facts: Facts) -> str:
    search, target = facts.search, facts.target
    found = search.found
    if found is None:
        return (
            f"No network with at most {search.most_latent} latent units was found that leaves at most {target:g} on "
            f"training and held-out rows{_nearest(search)}"
        )
    told = (
        f"{several(found.latent, 'latent unit')} and {found.table.parameters:,} parameters ({found.table.network}) "
        f"leave {found.train_error.mean:.4f} on training rows and {found.test_error.mean:.4f} on held-out ones"
    )
    seeds = f"in {found.reached} of {several(found.seeds, 'seed')}"
    head = "Yes" if found.always else "Yes, but not with every seed"
    return f"{head}: {told}, at most {target:g} on both {seeds}"


def _nearest(search: Search) -> str:
    if not search.frontier:
        return ""
    best = min(search.frontier, key=lambda best: max(best.train_error, best.test_error))
    return (
        f"; the nearest, with {best.latent}, leaves {best.train_error:.4f} and {best.test_error:.4f} "
        f"({several(len(search.trials), 'network')} tried)"
    )


def _beside(facts: Facts, network: str) -> str:
    paper = facts.paper
    means = f"{paper.train.error.mean:.4f} and {paper.test.error.mean:.4f}"
    reached = "no seed" if not paper.reached else f"{paper.reached} of {several(paper.seeds, 'seed')}"
    what = network if network == _PAPERS else f"{network} ({paper.table.network})"
    return f"{what} leaves {means}, and reaches {facts.target:g} on both in {reached}"


def _measured(rows: OnRows, paper: PaperNetwork, network: str, subject: Subject) -> str:
    loss, accuracy = (f" (paper {said})" if subject.paper else "" for said in _said(rows))
    when = ", averaged over the last epoch" if rows.rows == "train" else ""
    return (
        f"{network.capitalize()} on {_NAMES[rows.rows]} rows{when}, {several(paper.seeds, 'seed')}: loss with "
        f"penalties {_estimate(rows.loss, 4)}{loss}, error without {_estimate(rows.error, 4)}, accuracy "
        f"{100 * rows.accuracy.mean:.2f} %{_bounds(rows.accuracy, 2, 100)}{accuracy}."
    )


def _said(rows: OnRows) -> tuple[str, str]:
    loss, accuracy = GOOD_NETWORK[rows.rows]
    return f"{loss}", f"{100 * accuracy:.2f} %"


def _scatter(paper: PaperNetwork) -> str:
    """Say how far single seeds lie apart."""
    told = [
        f"{min(rows.loss.by_seed):.4f} to {max(rows.loss.by_seed):.4f} (median {median(rows.loss.by_seed):.4f}) on "
        f"{_NAMES[rows.rows]} rows"
        for rows in (paper.train, paper.test)
    ]
    span = "" if paper.fit.part == 1 else f", and averaged over the last {paper.fit.part} epochs it is "
    if span:
        late = (_estimate(rows.late_loss, 4) for rows in (paper.train, paper.test))
        span += f"{' and '.join(late)}"
    return f"From seed to seed the last epoch's loss goes from {listed(told)}{span}."


def _sides(paper: PaperNetwork) -> tuple[str, ...]:
    """Say on which rows the loss is lower, since the paper has it lower on those it did not train on."""
    lower = sum(test < train for test, train in zip(paper.test.loss.by_seed, paper.train.loss.by_seed, strict=True))
    return (
        f"The paper's loss is lower on held-out rows (0.0101) than on training rows (0.0152); here it is so in {lower} "
        f"of {several(paper.seeds, 'seed')}.",
    )


def _fit(paper: PaperNetwork, subject: Subject) -> Iterator[str]:
    fit = paper.fit
    linear = f" (PCA: {fit.linear_ratio:.2f})" if fit.linear_ratio is not None else ""
    gap = "" if fit.gap_p is None else f", {chance(fit.gap_p)} for no difference"
    yield (
        f"Over {last_epochs(paper.epochs)} the held-out error is {fit.ratio.mean:.2f} times the training error"
        f"{_bounds(fit.ratio, 2)}{linear}{gap}."
    )
    reached = Reached("", paper.test.error.mean, paper.test.errors.mean[0], paper.pca.test_error)
    if not reached.enough:
        yield f"It is not trained enough to tell whether it over-fits: it {reached.said}."
        return
    both = ': the paper\'s "no signs of over-fitting" holds for the second only' if subject.paper else ""
    yield {
        "rises": (
            f"It over-fits: from its lowest, up to epoch {fit.lowest_epoch}, the held-out error rises by "
            f"{percent(fit.rise.mean)} to the end{_risen(fit)}."
        ),
        "gap": (
            f"It fits its training rows better than others, by more than those are harder for PCA, but training longer "
            f"did no harm{_rise(fit)}{both}."
        ),
        "none": f"No over-fitting shows{_rise(fit)}{', as the paper says' if subject.paper else ''}.",
        "open": "One seed cannot say whether it over-fits.",
    }[fit.kind]


def _rise(fit: Fit) -> str:
    if fit.rise.mean == 0 or fit.rise_p is None:
        return ": the held-out error is lowest at the end"
    return f": from its lowest the held-out error changes by {100 * fit.rise.mean:+.1f} %{_risen(fit)}"


def _risen(fit: Fit) -> str:
    return "" if fit.rise_p is None else f" ({chance(fit.rise_p)} after Holm, {fit.test})"


def _searched(search: Search) -> str:
    counts = Counter(trial.stage for trial in search.trials)
    told = f" ({listed([f'{count} {_STAGES[stage]}' for stage, count in counts.items()])})" if counts else ""
    cut = ", and would have trained more than it was allowed" if search.cut_short else ""
    return (
        f"The search trained {several(len(search.trials), 'network')}{told}{cut}: one hidden layer a side, a linear "
        f"latent layer, {several(search.epochs, 'epoch')} in minibatches of {search.batch_size} with a learning rate "
        f"that falls from {search.learning_rate:g} to 0."
    )


def _found(search: Search) -> Iterator[str]:
    found, smaller = search.found, search.smaller
    if found is None:
        return
    if smaller is not None:
        yield (
            f"With {several(smaller.latent, 'latent unit')}, {smaller.reached} of "
            f"{several(smaller.tried, 'network')} did: {several(found.latent, 'latent unit')} is the smallest size "
            "found, and no proof that a smaller one could not."
        )
    slimmer = [trial for trial in search.trials if trial.latent == found.latent and trial.stage == "slim"]
    if slimmer:
        widths = sorted({trial.width for trial in slimmer})
        narrowest = found.table.lines[1].width == widths[0]
        yield (
            f"Fewest parameters at that size: {found.table.parameters:,}; hidden layers of "
            f"{listed(list(map(str, widths)))} units were tried beside the widest"
            f"{', and none narrower, which might do too' if narrowest else ''}."
        )
    yield (
        "Networks were chosen by the held-out rows that they are judged by, which flatters the one chosen; only the "
        "seeds that it was not first seen with are new."
    )


def _best(best: Best) -> str:
    return (
        f"Lowest held-out error with {several(best.latent, 'latent unit')}: {best.test_error:.4f} (training "
        f"{best.train_error:.4f}; {best.network}, {best.parameters:,} parameters); PCA leaves "
        f"{best.pca.test_error:.4f} (training {best.pca.train_error:.4f})."
    )


def _estimate(value: Estimate, digits: int) -> str:
    return f"{value.mean:.{digits}f}{_bounds(value, digits)}"


def _bounds(value: Estimate, digits: int, times: float = 1.0) -> str:
    if value.low is None or value.high is None:
        return ""
    return f" [{times * value.low:.{digits}f}, {times * value.high:.{digits}f}]"
