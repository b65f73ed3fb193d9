"""Verdict on the separation in latent spaces, with the paper's words beside it."""

from __future__ import annotations

from collections.abc import Sequence

from trasunto.analysis.intervals import SIGNIFICANCE
from trasunto.studies.divergence import left_out
from trasunto.studies.evidence import Verdict
from trasunto.studies.findings import Comparison
from trasunto.studies.phrases import chance, error, listed, several
from trasunto.studies.sentences import beside, certainty, spread
from trasunto.studies.separation_facts import MEASURES, Contrast, Facts, Name, Space, Varied
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little

NAMES: dict[Name, str] = {
    "linear_auroc": "linear AUROC",
    "silhouette": "silhouette",
    "energy_coefficient": "energy coefficient",
}
"""What a reader calls the measures."""

EXPERIMENTS: dict[Varied, str] = {"layers": "B3", "latent": "B5"}

PAPER_ANSWER = "yes, by looking at the pictures"

_SUBJECTS: dict[Varied, str] = {"layers": "depth", "latent": "latent size"}

_VERDICTS: dict[Verdict, str] = {"more": "further apart", "less": "closer together", "alike": "as far apart"}


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    if not facts.spaces:
        return (
            f"Of {several(facts.asked, 'seed')} none was trained to the end by any network, so that there is no "
            "latent space to compare.",
            (),
        )
    untold = _too_little(facts)
    details = (
        *(_contrast(contrast, facts) for contrast in facts.contrasts),
        *(_claim(facts) if subject.paper and not untold else ()),
        *(_space(space, facts) for space in facts.spaces),
        *(_against(name, facts) for name in MEASURES),
        _chance(facts),
        _method(facts),
        *left_out(facts.asked - facts.seeds, [f"with {_called(lost, facts.varied)}" for lost in facts.lost]),
    )
    return untold or _verdict(facts), details


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's answer beside what each measure says of the first space and the last."""
    untold = "not trained enough to tell" if _too_little(facts) else ""
    return tuple(
        beside(
            f"{EXPERIMENTS[facts.varied]}.{contrast.measure.replace('_', '-')}",
            f"{NAMES[contrast.measure]} of normal against anomalous rows, {_second(contrast, facts)} less "
            f"{_first(contrast, facts)}",
            contrast,
            paper_says=PAPER_ANSWER,
            note=f"after {several(facts.epochs, 'epoch')}; {untold or _judged(contrast, facts)}",
        )
        for contrast in facts.contrasts
    )


def called(space: Space, varied: Varied) -> str:
    """Name a space by what varies: "3 layers", "16 latent units"."""
    return _called(space.layers if varied == "layers" else space.latent, varied)


def _called(count: int, varied: Varied) -> str:
    return several(count, "layer" if varied == "layers" else "latent unit")


def capital(words: str) -> str:
    """Return words that begin a sentence."""
    return words[0].upper() + words[1:]


def _too_little(facts: Facts) -> str | None:
    reached = [
        Reached(f"with {called(space, facts.varied)}", space.test_error.mean, space.untrained, space.pca)
        for space in facts.spaces
    ]
    return too_little(reached, several(facts.epochs, "epoch"))


def _verdict(facts: Facts) -> str:
    if not facts.contrasts:
        (space,) = facts.spaces
        found = [f"{NAMES[name]} {one.mean:.3f}" for name, one in space.measures.items()]
        return (
            f"With {called(space, facts.varied)} normal and anomalous rows stand apart by {listed(found)}; what "
            f"{_SUBJECTS[facts.varied]} changes takes more than one network to say."
        )
    steps = sorted({(contrast.first, contrast.second) for contrast in facts.contrasts})
    return f"{_head(facts)}: {'; '.join(_step(facts.between(*pair), facts) for pair in steps)}."


def _head(facts: Facts) -> str:
    subject = _SUBJECTS[facts.varied]
    verdicts = [contrast.verdict for contrast in facts.contrasts]
    told = sum(verdict in ("more", "less") for verdict in verdicts)
    if told == len(verdicts):
        return f"The {subject} changes how far normal and anomalous rows stand apart in latent space"
    if told:
        by = (
            f"{told} of {len(verdicts)} measures"
            if len(verdicts) == len(MEASURES)
            else f"{told} of {len(verdicts)} comparisons"
        )
        return f"The {subject} changes how far normal and anomalous rows stand apart in latent space, by {by}"
    if all(verdict == "alike" for verdict in verdicts):
        return f"The {subject} does not change how far normal and anomalous rows stand apart in latent space"
    seeds = several(facts.seeds, "seed")
    return (
        f"Whether {subject} changes how far normal and anomalous rows stand apart in latent space, {seeds} cannot say"
    )


def _step(pair: Sequence[Contrast], facts: Facts) -> str:
    """Say what one step does by each measure: "with 5 layers they stand further apart than with 3 by silhouette"."""
    parts = []
    for verdict, words in _VERDICTS.items():
        by = [_by(contrast, facts) for contrast in pair if contrast.verdict == verdict]
        if by:
            than = "as" if verdict == "alike" else "than"
            parts.append(f"{words} {than} with {_first(pair[0], facts)} by {listed(by)}")
    unsure = [_by(contrast, facts) for contrast in pair if contrast.verdict == "open"]
    if unsure:
        parts.append(f"{'open ' if parts else 'neither told apart nor alike '}by {listed(unsure)}")
    return f"with {_second(pair[0], facts)} they are {', '.join(parts)}"


def _by(contrast: Contrast, facts: Facts) -> str:
    before, after = (facts.spaces[place].measures[contrast.measure].mean for place in (contrast.first, contrast.second))
    return f"{NAMES[contrast.measure]} ({after:.3f} against {before:.3f})"


def _contrast(contrast: Contrast, facts: Facts) -> str:
    return (
        f"{capital(NAMES[contrast.measure])}: {_second(contrast, facts)} less {_first(contrast, facts)} is "
        f"{contrast.difference:+.3f}, where {contrast.worthwhile:g} would matter{certainty(contrast, _write)}."
    )


def _claim(facts: Facts) -> tuple[str, ...]:
    if not facts.contrasts:
        return ()
    judged: dict[str, list[str]] = {}
    for contrast in facts.contrasts:
        judged.setdefault(_judged(contrast, facts), []).append(NAMES[contrast.measure])
    told = [f"{judgement} by {listed(list(dict.fromkeys(names)))}" for judgement, names in judged.items()]
    return (f'The paper\'s answer, "{PAPER_ANSWER}", {listed(told)}.',)


def _judged(contrast: Contrast, facts: Facts) -> str:
    if contrast.verdict == "open":
        return f"is left open by {several(facts.seeds, 'seed')}"
    return "is not borne out" if contrast.verdict == "alike" else "is borne out"


def _space(space: Space, facts: Facts) -> str:
    found = [f"{NAMES[name]} {spread(one, _write)}" for name, one in space.measures.items()]
    return (
        f"With {called(space, facts.varied)} ({space.network}; {space.parameters:,} parameters): {listed(found)}; "
        f"{space.used:.3g} of {several(space.latent, 'latent unit')} in use, effective dimension "
        f"{space.effective_dimension:.2g}, test error {spread(space.test_error, error)}."
    )


def _against(name: Name, facts: Facts) -> str:
    """Say how the best space by one measure stands to what needs no network."""
    best = max(facts.spaces, key=lambda space: space.measures[name].mean)
    found = best.measures[name]
    low, high = (found.mean if bound is None else bound for bound in (found.low, found.high))
    groups: dict[str, list[str]] = {"ahead of": [], "behind": [], "not told from": []}
    for reference in facts.references:
        value = getattr(reference, name)
        word = "ahead of" if value < low else "behind" if value > high else "not told from"
        groups[word].append(f"{reference.name} ({value:.3f})")
    standing = [f"{word} {listed(group)}" for word, group in groups.items() if group]
    return (
        f"By {NAMES[name]} the best latent space, that with {called(best, facts.varied)} ({found.mean:.3f}"
        f"{_range(found.low, found.high)}), is {listed(standing)}."
    )


def _chance(facts: Facts) -> str:
    """Say whether the two kinds of rows differ at all in every space."""
    largest = max(space.energy_p for space in facts.spaces)
    if largest <= SIGNIFICANCE:
        return (
            "By the energy distance normal rows and anomalies differ beyond chance in every network of every seed "
            f"(largest {chance(largest)}, by permutation)."
        )
    return (
        "By the energy distance normal rows and anomalies do not differ beyond chance in every network of every seed "
        f"(largest {chance(largest)}, by permutation)."
    )


def _method(facts: Facts) -> str:
    seeds = several(facts.seeds, "seed")
    intervals = f"; intervals are t-intervals over {seeds}, differences paired" if facts.seeds > 1 else ""
    return (
        f"Measured after {several(facts.epochs, 'epoch')} between {facts.normals:,} held-out normal rows and "
        f"{several(facts.anomalies, 'anomaly', 'anomalies')}, none of which a network learnt from{intervals}."
    )


def _first(contrast: Contrast, facts: Facts) -> str:
    space = facts.spaces[contrast.first]
    return f"{space.layers if facts.varied == 'layers' else space.latent}"


def _second(contrast: Contrast, facts: Facts) -> str:
    return called(facts.spaces[contrast.second], facts.varied)


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f", {low:.3f} to {high:.3f}"


def _write(value: float) -> str:
    return f"{value:.3f}"
