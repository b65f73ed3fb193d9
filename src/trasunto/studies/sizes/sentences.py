"""Sentences that the three studies of a size share, and where the gain of more units stops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trasunto.studies.divergence import left_out
from trasunto.studies.phrases import error, listed, percent, several
from trasunto.studies.sentences import certainty, last_epochs
from trasunto.studies.sizes.facts import Facts, Size
from trasunto.studies.sizes.gain import GainFacts, Gap
from trasunto.studies.trained_enough import Reached, too_little


@dataclass(frozen=True)
class Axis:
    """What the networks differ in.

    Attributes
    ----------
    unit
        One of it: "hidden unit".
    each
        Behind a number of them: " a side".
    """

    unit: str
    each: str = ""

    @property
    def units(self) -> str:
        """Several of them."""
        return f"{self.unit}s{self.each}"

    def named(self, size: int) -> str:
        """Name a size: "with 64 hidden units"."""
        return f"with {several(size, self.unit)}{self.each}"


def untrained(facts: Facts, axis: Axis) -> str | None:
    """Return the verdict on sizes none of which was trained enough, or None."""
    reached = [
        Reached(axis.named(size.size), size.test_error.mean, size.test.mean[0], size.pca.test_error)
        for size in facts.plain
    ]
    return too_little(reached, several(facts.epochs, "epoch"))


def lost(facts: Facts, axis: Axis) -> tuple[str, ...]:
    """Say which seeds and sizes took no part."""
    return left_out(facts.diverged, list(map(axis.named, facts.lost)))


def errors(sizes: Sequence[Size]) -> str:
    """List test errors: "0.2000 with 4 and 0.1000 with 8"."""
    return listed([f"{error(size.test_error.mean)} with {size.size}" for size in sizes])


def common(facts: Facts, axis: Axis) -> Iterator[str]:
    """Yield what can be said of any sizes: PCA, the training error, the last epochs, parameters, what was left out."""
    yield from _beside_pca(facts, axis)
    training = [
        f"{error(size.train_error.mean)} with {size.size} (PCA {error(size.pca.train_error)})" for size in facts.plain
    ]
    yield f"The training error, averaged over the last epoch, is {listed(training)} {axis.units}."
    changes = [f"{-100 * size.last_fall:+z.1f} % with {size.size}" for size in facts.plain]
    yield f"Over {last_epochs(facts.epochs)} the test error changed by {listed(changes)} {axis.units}."
    counts = [f"{size.table.parameters:,} with {size.size}" for size in facts.plain]
    yield f"Parameters: {listed(counts)} {axis.units}."
    yield from lost(facts, axis)


def _beside_pca(facts: Facts, axis: Axis) -> Iterator[str]:
    exact = [size for size in facts.plain if size.times_pca is None or size.pca.components >= facts.features]
    told = []
    for side, words in (
        ("more", "a lower error than the network"),
        ("less", "a higher error than the network"),
        ("open", "an error that the seeds cannot tell from that of the network"),
    ):
        sizes = [size for size in facts.plain if size.against_pca == side and size not in exact]
        if sizes:
            beside = "; ".join(f"{error(one.pca.test_error)} against {error(one.test_error.mean)}" for one in sizes)
            told.append(f"{words} with {listed([str(one.size) for one in sizes])} {axis.units} ({beside})")
    if told:
        yield f"On test rows, PCA with as many components has {', and '.join(told)}."
    if exact:
        yield (
            f"With {listed([str(size.size) for size in exact])} {axis.units} nothing has to be compressed: a row has "
            f"{facts.features} features, and PCA with as many components has no error."
        )


def gain_verdict(facts: GainFacts, axis: Axis) -> str:
    """Return the verdict on numbers of units: where the gain stops, and the errors."""
    if not facts.gaps:
        return f"One size cannot say where the gain stops: the test error is {errors(facts.sizes)} {axis.units}."
    after = several(facts.epochs, "epoch")
    better = [str(size.size) for size in facts.sizes if size.against_pca == "more"]
    pca = f"; with {listed(better)}, PCA has a lower error" if better else ""
    answer = _where(facts, axis)
    return f"{answer[0].upper()}{answer[1:]}: after {after} the test error is {errors(facts.sizes)} {axis.units}{pca}."


def _where(facts: GainFacts, axis: Axis) -> str:
    first, last = facts.sizes[0].size, facts.sizes[-1].size
    gains = [gap.larger for gap in facts.gaps if gap.verdict == "more"]
    seeds = several(facts.seeds, "seed")
    if facts.enough == first:
        return (
            f"{first} {axis.units} are enough, since no step up to {last} lowers the error by "
            f"{percent(facts.worthwhile)} per doubling"
        )
    if facts.enough is not None:
        return f"more {axis.units} lower the error up to {facts.enough}, where the gain stops"
    if len(gains) == len(facts.gaps):
        return f"more {axis.units} lower the error, and the gain does not stop between {first} and {last}"
    if gains and gains[-1] == last:
        return f"more {axis.units} lower the error up to {last}, although {seeds} cannot tell at every step"
    if gains:
        return (
            f"more {axis.units} lower the error up to {gains[-1]}, and {seeds} cannot tell whether the gain stops there"
        )
    return f"{seeds} cannot tell whether more {axis.units} lower the error"


def gap_sentence(gap: Gap, axis: Axis) -> str:
    """Say what one step to more units does to the error."""
    direction = "lower" if gap.difference >= 0 else "higher"
    return (
        f"{gap.larger} {axis.units} have a test error {error(abs(gap.difference))} {direction} than {gap.smaller}, "
        f"{percent(abs(gap.per_doubling))} {direction} per doubling{certainty(gap, error)}."
    )
