"""What the facts of several hidden sizes say, in sentences, and the paper's words beside them."""

from __future__ import annotations

from trasunto.studies.divergence import NOTHING, left_out
from trasunto.studies.evidence import last_part
from trasunto.studies.findings import Comparison
from trasunto.studies.hidden_size_facts import Facts, Gap, Size
from trasunto.studies.phrases import chance, listed, percent, several
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little

PAPER_CLAIMS: tuple[tuple[int, int, str, str], ...] = (
    (64, 128, "64 units are too few", "gain"),
    (256, 512, "256 and 512 units hardly differ", "slight"),
)
"""What the paper says of two neighbouring sizes, and the kind of gap that would bear it out."""


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    lost = left_out(facts.diverged, [f"with {hidden} hidden units" for hidden in facts.lost])
    if not facts.sizes:
        return NOTHING, lost
    untold = _too_little(facts)
    details = (
        *map(_gap, facts.gaps),
        *(_claims(facts) if subject.paper and not untold else ()),
        *_linear(facts),
        _size(facts),
        _unfinished(facts),
        _dropout(),
        *lost,
    )
    return untold or _verdict(facts), details


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return what the paper says of the sizes beside the gaps measured."""
    untold = "not trained enough to tell" if _too_little(facts) else ""
    return tuple(
        Comparison(
            id=f"A5.gap-{smaller}-{larger}",
            what=f"share that {larger} hidden units take off the test error of {smaller}",
            paper=None,
            ours=gap.relative,
            paper_says=says,
            note=f"after {several(facts.epochs, 'epoch')}; {untold or _judged(gap, wanted)}",
            low=gap.share_low if larger == 2 * smaller else None,
            high=gap.share_high if larger == 2 * smaller else None,
        )
        for smaller, larger, says, wanted in PAPER_CLAIMS
        if (gap := _between(facts, smaller, larger)) is not None
    )


def _too_little(facts: Facts) -> str | None:
    reached = [
        Reached(f"with {size.hidden} hidden units", size.test_error, curves.mean_test[0], size.pca_test_error)
        for size, curves in zip(facts.sizes, facts.curves, strict=True)
    ]
    return too_little(reached, several(facts.epochs, "epoch"))


def _verdict(facts: Facts) -> str:
    if not facts.gaps:
        only = facts.sizes[0]
        return (
            f"With {only.hidden} hidden units the test error is {only.test_error:.4f}; where the gain stops takes more "
            "than one size to say."
        )
    return f"After {several(facts.epochs, 'epoch')}, {_where(facts)}: {_steps(facts.gaps)}."


def _where(facts: Facts) -> str:
    first, last = facts.sizes[0].hidden, facts.sizes[-1].hidden
    if facts.enough is not None:
        return f"{facts.enough} hidden units are enough"
    if all(gap.kind == "gain" for gap in facts.gaps):
        return f"the gain does not stop between {first} and {last} hidden units"
    seeds = several(facts.seeds, "seed")
    if facts.gaps[-1].kind == "gain":
        return f"the gain has not stopped at {last} hidden units, although {seeds} cannot vouch for every step"
    gains = [gap.larger for gap in facts.gaps if gap.kind == "gain"]
    if gains:
        return f"the gain goes on to {gains[-1]} hidden units at least, and {seeds} cannot say whether it stops there"
    return f"{seeds} cannot say whether there is a gain worth its units between {first} and {last}"


def _steps(gaps: tuple[Gap, ...]) -> str:
    """Say what each step does, the unit written once: "going from 64 to 128 takes 30 % off the test error, ..."."""
    first, *rest = gaps
    direction = "takes" if first.relative >= 0 else "adds"
    relation = "off" if first.relative >= 0 else "to"
    start = (
        f"going from {first.smaller} to {first.larger} {direction} {percent(abs(first.relative))} {relation} "
        f"the test error{_doubled(first)}"
    )
    return ", ".join([start, *(_step(gap) for gap in rest)])


def _step(gap: Gap) -> str:
    change = percent(abs(gap.relative))
    return f"from {gap.smaller} to {gap.larger} {change if gap.relative >= 0 else f'adds {change}'}{_doubled(gap)}"


def _doubled(gap: Gap) -> str:
    """Say what the step is per doubling where it is not one, since that is what a gain is judged by."""
    return "" if gap.larger == 2 * gap.smaller else f" ({100 * gap.per_doubling:.1f} % per doubling)"


def _gap(gap: Gap) -> str:
    direction = "lower" if gap.difference >= 0 else "higher"
    sentence = (
        f"{gap.larger} units leave a test error {abs(gap.difference):.4f} {direction} than {gap.smaller}"
        f"{_bounds(gap.low, gap.high)}, {percent(abs(gap.per_doubling))} {direction} per doubling"
    )
    if gap.p is None or gap.adjusted is None:
        return f"{sentence}; one seed allows no test."
    effect = "" if gap.effect is None else f"d = {gap.effect:.3g}, "
    return f"{sentence} ({effect}{chance(gap.adjusted)} after Holm, {gap.test})."


def _bounds(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" (difference {low:.4f} to {high:.4f})"


def _claims(facts: Facts) -> tuple[str, ...]:
    told = [
        f'"{says}" {_judged(gap, wanted)}'
        for smaller, larger, says, wanted in PAPER_CLAIMS
        if (gap := _between(facts, smaller, larger)) is not None
    ]
    if not told:
        return ()
    rule = f"a doubling counts as a gain from {percent(facts.worthwhile)} of the error on"
    return (f"Of the paper's answer, {listed(told)}; {rule}.",)


def _judged(gap: Gap, wanted: str) -> str:
    if gap.kind == "open":
        return "is left open by these seeds"
    return "is borne out" if gap.kind == wanted else "is not borne out"


def _linear(facts: Facts) -> tuple[str, ...]:
    compared = [size for size in facts.sizes if size.times_pca is not None]
    if not compared:
        return ("PCA with as many components as features leaves no error, so that there is no line to beat.",)
    beaten = [size for size in compared if size.test_error < size.pca_test_error]
    head = {
        0: "PCA with as many components leaves less than the network at every size",
        len(compared): "The network leaves less than PCA with as many components at every size",
    }.get(
        len(beaten), f"The network beats PCA with as many components at {listed([str(s.hidden) for s in beaten])} units"
    )
    return (f"{head}: {'; '.join(map(_beside, compared))}.",)


def _beside(size: Size) -> str:
    linear = f"{size.pca_test_error:.4f}" if size.pca_test_error >= 1e-3 else f"{size.pca_test_error:.6f}"
    return f"{size.test_error:.4f} against {linear} at {size.hidden}"


def _size(facts: Facts) -> str:
    counts = [f"{size.parameters:,} with {size.hidden}" for size in facts.sizes]
    return f"Parameters: {listed(counts)}."


def _unfinished(facts: Facts) -> str:
    falls = [f"{percent(size.last_fall)} with {size.hidden}" for size in facts.sizes]
    last = last_part(facts.epochs)
    epochs = "the last epoch" if last == 1 else f"the last {last} epochs"
    return f"Over {epochs} the test error still fell by {listed(falls)} units: the gaps are those of this moment."


def _dropout() -> str:
    return "Training error is measured while training, with dropout on, and so lies above the test error at equal fit."


def _between(facts: Facts, smaller: int, larger: int) -> Gap | None:
    return next((gap for gap in facts.gaps if (gap.smaller, gap.larger) == (smaller, larger)), None)
