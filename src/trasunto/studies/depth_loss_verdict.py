"""What the facts of several depths say, in sentences, and the paper's words beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trasunto.studies.depth_loss_facts import Contrast, Depth, Facts, Trend
from trasunto.studies.divergence import NOTHING, left_out
from trasunto.studies.evidence import last_part
from trasunto.studies.findings import Comparison
from trasunto.studies.phrases import chance, listed, percent, several
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little

PAPER_SAYS = "no direct relation"


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    lost = left_out(facts.diverged, [f"with {several(layers, 'hidden layer')} a side" for layers in facts.lost])
    if not facts.depths:
        return NOTHING, lost
    untold = _too_little(facts)
    details = (
        *(_paper(facts) if subject.paper and not untold else ()),
        *_trend(facts),
        *_contrasts(facts),
        *_at_equal_parameters(facts),
        _linear(facts),
        _training(facts),
        _widths(facts, subject),
        _unfinished(facts),
        *lost,
    )
    return untold or _verdict(facts), details


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's words beside what each further layer adds to the error."""
    if facts.trend is None:
        return ()
    depths = [depth.layers for depth in facts.plain]
    return (
        Comparison(
            id="B2.per-layer",
            what=f"share that each further hidden layer adds to the held-out error, {depths[0]} to {depths[-1]} a side",
            paper=None,
            ours=facts.trend.per_layer,
            paper_says=PAPER_SAYS,
            note=f"{facts.latent} latent units, after {several(facts.epochs, 'epoch')}; below 0, depth helps",
            low=facts.trend.low,
            high=facts.trend.high,
        ),
    )


def _too_little(facts: Facts) -> str | None:
    reached = [
        Reached(
            f"with {several(depth.layers, 'hidden layer')} a side",
            depth.test_error.mean,
            course.mean[0],
            facts.pca.test_error,
        )
        for depth, course in zip(facts.depths, facts.test, strict=True)
        if not depth.widened
    ]
    return too_little(reached, several(facts.epochs, "epoch"))


def _verdict(facts: Facts) -> str:
    errors = listed([f"{depth.test_error.mean:.4f} with {depth.layers}" for depth in facts.plain])
    measured = f"with {facts.latent} latent units the held-out error is {errors} hidden layers a side"
    if not facts.contrasts:
        return f"One depth cannot say: {measured}."
    return f"{_answer(facts)}: {measured}{_rate(facts.trend)}."


def _answer(facts: Facts) -> str:
    told = [contrast for contrast in facts.contrasts if not contrast.widened and contrast.verdict != "open"]
    trend = facts.trend.verdict if facts.trend else "open"
    verdicts = {contrast.verdict for contrast in told} | ({trend} - {"open"})
    if not verdicts:
        return f"None that {several(facts.seeds, 'seed')} could tell"
    if verdicts == {"helps"}:
        return "Yes, depth lowers the loss"
    if verdicts == {"harms"}:
        return "Yes, depth raises the loss"
    return "Yes, but not in one direction"


def _rate(trend: Trend | None) -> str:
    if trend is None:
        return ""
    direction = "adds" if trend.per_layer >= 0 else "takes"
    relation = "to" if trend.per_layer >= 0 else "off"
    return f"; on average a further layer {direction} {percent(abs(trend.per_layer))} {relation} it"


def _paper(facts: Facts) -> tuple[str, ...]:
    if not facts.contrasts:
        return ()
    answer = _answer(facts)
    judged = "stands, as far as these seeds can tell" if answer.startswith("None") else "is not borne out"
    return (
        f'The paper\'s "{PAPER_SAYS}" {judged}: its argument, that the formula of the loss does not name the depth, is '
        "true and says nothing about which loss training ends at.",
    )


def _trend(facts: Facts) -> Iterator[str]:
    trend = facts.trend
    if trend is None:
        return
    sentence = f"Over all depths a further layer changes the held-out error by {100 * trend.per_layer:+.1f} %"
    if trend.low is None or trend.high is None or trend.adjusted is None:
        yield f"{sentence}; one seed allows no test."
        return
    yield (
        f"{sentence} ({100 * trend.low:+.1f} to {100 * trend.high:+.1f} %, {_effect(trend.effect)}"
        f"{chance(trend.adjusted)} after Holm, {trend.test}): the slope of each seed's line through the logarithm of "
        "the error."
    )


def _contrasts(facts: Facts) -> Iterator[str]:
    for contrast in facts.contrasts:
        if not contrast.widened:
            compared = f"{_difference(contrast)} {contrast.shallower}{_tested(contrast)}"
            yield f"{_layers(contrast.deeper)} a side leave {compared}."


def _at_equal_parameters(facts: Facts) -> Iterator[str]:
    """Set depth apart from size: deeper networks have more parameters too."""
    few, many = facts.plain[0].table.parameters, facts.plain[-1].table.parameters
    growth = f"Parameters grow with depth, from {few:,} to {many:,}"
    for contrast in facts.contrasts:
        if contrast.widened:
            wide = facts.depths[-1]
            yield (
                f"{growth}. At equal size, against {_layers(contrast.shallower)} a side widened to "
                f"{wide.table.parameters:,} parameters (held-out error {wide.test_error.mean:.4f}), {contrast.deeper} "
                f"leave {_difference(contrast)} that{_tested(contrast)}."
            )
            return
    if facts.contrasts:
        yield f"{growth}: the two are not told apart here."


def _difference(contrast: Contrast) -> str:
    direction = "lower" if contrast.difference < 0 else "higher"
    return f"a held-out error {percent(abs(contrast.relative))} {direction} than"


def _tested(contrast: Contrast) -> str:
    if contrast.low is None or contrast.high is None or contrast.adjusted is None:
        return "; one seed allows no test"
    return (
        f" (difference {contrast.low:+.4f} to {contrast.high:+.4f}, {_effect(contrast.effect)}"
        f"{chance(contrast.adjusted)} after Holm, {contrast.test})"
    )


def _effect(effect: float | None) -> str:
    return "" if effect is None else f"d = {effect:.3g}, "


def _layers(count: int) -> str:
    return several(count, "hidden layer")


def _linear(facts: Facts) -> str:
    beaten = [depth for depth in facts.plain if _upper(depth) < facts.pca.test_error]
    head = {
        0: "No depth leaves surely less than PCA",
        len(facts.plain): "Every depth leaves less than PCA",
    }.get(len(beaten), f"Only {_named(beaten)} hidden layers a side leave surely less than PCA")
    return f"{head} with {facts.pca.components} components, which leaves {facts.pca.test_error:.4f} on held-out rows."


def _upper(depth: Depth) -> float:
    return depth.test_error.mean if depth.test_error.high is None else depth.test_error.high


def _training(facts: Facts) -> str:
    told = [f"{depth.train_error.mean:.4f} with {depth.layers}" for depth in facts.plain]
    return (
        f"On training rows the error, averaged over the last epoch, is {listed(told)} hidden layers a side (PCA "
        f"{facts.pca.train_error:.4f})."
    )


def _widths(facts: Facts, subject: Subject) -> str:
    """State how wide the layers are, which the paper does not."""
    ours = ", ours since the paper gives none" if subject.paper else ""
    deepest = facts.plain[-1]
    widths = [str(line.width) for line in deepest.table.lines if line.layer.startswith("encoder")]
    counts = [f"{depth.table.parameters:,} with {depth.layers}" for depth in facts.plain]
    return (
        f"Encoder widths{ours}: the first of {listed(widths, most=len(widths))}, mirrored "
        f"in the decoder; parameters {listed(counts)}."
    )


def _unfinished(facts: Facts) -> str:
    last = last_part(facts.epochs)
    epochs = "the last epoch" if last == 1 else f"the last {last} epochs"
    changes = [f"{100 * -depth.last_fall:+z.1f} % with {depth.layers}" for depth in facts.plain]
    return f"Over {epochs} the held-out error changed by {listed(changes)}: a deeper network may only be slower."


def _named(depths: Sequence[Depth]) -> str:
    return listed([str(depth.layers) for depth in depths])
