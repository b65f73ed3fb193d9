"""What the facts of several latent sizes say, in sentences, and the paper's table beside them."""

from __future__ import annotations

from collections.abc import Sequence

from trasunto.studies.divergence import NOTHING, left_out
from trasunto.studies.evidence import last_part
from trasunto.studies.findings import Comparison
from trasunto.studies.hidden_size_facts import Gap
from trasunto.studies.latent_loss_facts import Facts, Size
from trasunto.studies.phrases import chance, error, listed, percent, several
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little

PAPER_TABLE: dict[int, tuple[float, float]] = {
    4: (0.2252, 0.2373),
    8: (0.0909, 0.0981),
    16: (0.0136, 0.0205),
    32: (0.0050, 0.0088),
}
"""Latent units -> the paper's losses, its test column and its validation column."""


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    lost = left_out(facts.diverged, [f"with {latent} latent units" for latent in facts.lost])
    if not facts.sizes:
        return NOTHING, lost
    untold = _too_little(facts)
    details = (
        *map(_gap, facts.gaps),
        *(() if untold else _order(facts, subject)),
        _linear(facts),
        *_whole(facts),
        _training(facts),
        _unfinished(facts),
        _parameters(facts),
        *lost,
    )
    return untold or _verdict(facts), details


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's two columns beside our one held-out set."""
    return tuple(
        Comparison(
            id=f"B4.{column}-{size.latent}",
            what=f"{column} loss (MSE per feature) with {size.latent} latent units",
            paper=paper,
            ours=size.test_error.mean,
            note=(
                f"ours: held-out rows after {several(facts.epochs, 'epoch')}, one set beside both of the paper's "
                f"columns; training rows {size.train_error.mean:.4f}"
            ),
            low=size.test_error.low,
            high=size.test_error.high,
        )
        for size in facts.sizes
        if size.latent in PAPER_TABLE
        for column, paper in zip(("test", "validation"), PAPER_TABLE[size.latent], strict=True)
    )


def _too_little(facts: Facts) -> str | None:
    reached = [
        Reached(f"with {size.latent} latent units", size.test_error.mean, course.mean[0], size.pca.test_error)
        for size, course in zip(facts.sizes, facts.test, strict=True)
    ]
    return too_little(reached, several(facts.epochs, "epoch"))


def _verdict(facts: Facts) -> str:
    errors = _listed_errors(facts.sizes)
    if not facts.gaps:
        return f"One latent size cannot say: the held-out error is {errors} latent units."
    return f"{_answer(facts)}: after {several(facts.epochs, 'epoch')} the held-out error is {errors}{_worse(facts)}."


def _answer(facts: Facts) -> str:
    first, last = facts.sizes[0].latent, facts.sizes[-1].latent
    gains = [gap for gap in facts.gaps if gap.kind == "gain"]
    if len(gains) == len(facts.gaps):
        return f"Yes, more latent units leave less, and the gain does not stop between {first} and {last}"
    if facts.enough == first:
        return f"No: from {first} to {last} latent units no step is worth its units"
    if facts.enough is not None and gains:
        return f"Yes, more latent units leave less, up to {facts.enough}, where the gain stops"
    seeds = several(facts.seeds, "seed")
    if gains:
        return f"Yes, more latent units leave less from {_spans(gains)}; of the other steps {seeds} cannot say enough"
    return f"{seeds} cannot say whether more latent units leave less".capitalize()


def _spans(gaps: Sequence[Gap]) -> str:
    return listed([f"{gap.smaller} to {gap.larger}" for gap in gaps])


def _listed_errors(sizes: Sequence[Size]) -> str:
    return listed([f"{error(size.test_error.mean)} with {size.latent}" for size in sizes])


def _worse(facts: Facts) -> str:
    worse = [size for size in facts.sizes if size.against_pca == "worse"]
    if not worse:
        return ""
    return f"; with {_named(worse)}, PCA leaves less"


def _gap(gap: Gap) -> str:
    direction = "lower" if gap.difference >= 0 else "higher"
    bounds = "" if gap.low is None or gap.high is None else f" (difference {error(gap.low)} to {error(gap.high)})"
    sentence = (
        f"{gap.larger} latent units leave a held-out error {error(abs(gap.difference))} {direction} than {gap.smaller}"
        f"{bounds}, {percent(abs(gap.per_doubling))} {direction} per doubling"
    )
    if gap.p is None or gap.adjusted is None:
        return f"{sentence}; one seed allows no test."
    effect = "" if gap.effect is None else f"d = {gap.effect:.3g}, "
    return f"{sentence} ({effect}{chance(gap.adjusted)} after Holm, {gap.test})."


def _order(facts: Facts, subject: Subject) -> tuple[str, ...]:
    if not facts.gaps:
        return ()
    held = f"{facts.in_order} of {several(facts.seeds, 'seed')}"
    if subject.paper:
        return (f"The paper's order, each larger latent layer leaving less, holds in {held}.",)
    return (f"Each larger latent layer leaves less than the one before in {held}.",)


def _linear(facts: Facts) -> str:
    """Say at which sizes PCA with as many components leaves more, less or cannot be told."""
    told = []
    for side, words in (("worse", "less than"), ("better", "more than"), ("open", "what cannot be told from")):
        sizes = [size for size in facts.sizes if size.against_pca == side]
        if sizes:
            told.append(f"{words} the network with {'; '.join(map(_beside, sizes))}")
    return f"On held-out rows, PCA with as many components leaves {', and '.join(told)}."


def _beside(size: Size) -> str:
    return f"{size.latent} ({error(size.pca.test_error)} against {error(size.test_error.mean)})"


def _whole(facts: Facts) -> tuple[str, ...]:
    """Warn of latent layers that need not compress anything."""
    wide = [size for size in facts.sizes if size.latent >= facts.features]
    if not wide:
        return ()
    return (
        f"A latent layer of {_named(wide)} units compresses nothing: a row has {facts.features} features, so that PCA "
        "leaves nothing but rounding.",
    )


def _training(facts: Facts) -> str:
    told = [
        f"{error(size.train_error.mean)} with {size.latent} (PCA {error(size.pca.train_error)})" for size in facts.sizes
    ]
    return f"On training rows the error, averaged over the last epoch, is {listed(told)} latent units."


def _unfinished(facts: Facts) -> str:
    last = last_part(facts.epochs)
    epochs = "the last epoch" if last == 1 else f"the last {last} epochs"
    changes = [f"{_fall(size.last_fall)} with {size.latent}" for size in facts.sizes]
    return f"Over {epochs} the held-out error changed by {listed(changes)} latent units."


def _fall(fall: float) -> str:
    return f"{'-' if fall > 0 else '+'}{percent(abs(fall))}"


def _parameters(facts: Facts) -> str:
    counts = [f"{size.table.parameters:,} with {size.latent}" for size in facts.sizes]
    return f"Only the latent layer differs, and with it the parameters: {listed(counts)}."


def _named(sizes: Sequence[Size]) -> str:
    return listed([str(size.latent) for size in sizes])
