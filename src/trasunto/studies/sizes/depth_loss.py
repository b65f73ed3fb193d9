"""B2: how the number of hidden layers changes the final loss, at equal latent size.

Rows are standardised, and the networks carry no penalties, so that loss and error are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.intervals import adjust, paired
from trasunto.spec.hourglass import hourglass_text
from trasunto.studies.cells import require_test_rows
from trasunto.studies.divergence import NOTHING
from trasunto.studies.evidence import Compared
from trasunto.studies.findings import Comparison, Request, Train
from trasunto.studies.phrases import listed, percent, several
from trasunto.studies.sentences import beside, certainty
from trasunto.studies.sizes.facts import Facts as SizeFacts
from trasunto.studies.sizes.facts import Measured, train_sizes
from trasunto.studies.sizes.sentences import Axis, common, errors, lost, untrained
from trasunto.studies.study import Study
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.tabular_facts import require_some
from trasunto.studies.tabular_networks import depth_recipe, trained_as_the_paper

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.spec import Recipe

AXIS = Axis("hidden layer", " a side")

PAPER_SAYS = "no direct relation"


@dataclass(frozen=True)
class Settings:
    """What is trained; the paper answers by argument alone, so the sizes are ours.

    Depth is the paper's: how many layers the encoder has before the latent one.

    Attributes
    ----------
    layers
        Numbers of hidden layers on each side of the latent one.
    widened
        Whether the shallowest network is trained once more, so wide that it has as many parameters as the deepest: a
        deeper network has more of them, and would else be better for either reason.
    """

    layers: tuple[int, ...] = (1, 2, 3, 4, 5)
    latent: int = 16
    epochs: int = 100
    seeds: int = 10
    widened: bool = True

    @classmethod
    def reduced(cls) -> Settings:
        """Return 12 epochs and 3 seeds, without the depths in between."""
        return cls(layers=(1, 2, 5), epochs=12, seeds=3)

    @property
    def depths(self) -> tuple[int, ...]:
        """The numbers of layers in ascending order, each once."""
        return tuple(sorted(set(self.layers)))


@dataclass(frozen=True, kw_only=True)
class Contrast(Compared):
    """The test error of a deeper network minus a shallower one's: "less" where depth helps.

    Attributes
    ----------
    relative
        The difference as a share of the shallower network's mean error.
    widened
        Whether the shallower one is the widened network: the same contrast at equal parameters.
    """

    shallower: int
    deeper: int
    relative: float
    widened: bool


@dataclass(frozen=True, kw_only=True)
class Facts(SizeFacts):
    """What the depths reached.

    Attributes
    ----------
    latent
        The latent size that all of them share.
    trend
        The share that each further layer adds to the test error, from the slope of each seed's line through the
        error's logarithm over the number of layers; None with fewer than three depths.
    """

    latent: int
    contrasts: tuple[Contrast, ...]
    trend: Compared | None


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return one network per depth, and last the widened one.

    Raises
    ------
    TrasuntoError
        The table has no test rows, or a depth is not defined or none asked for.
    """
    require_some("depth-loss", layers=settings.layers)
    require_test_rows(table, "depth-loss")
    recipes = [depth_recipe(layers, settings.latent) for layers in settings.depths]
    if settings.widened and len(recipes) > 1:
        recipes.append(widened_recipe(recipes[-1].parameters(table.d), settings.latent, table.d, settings.depths[0]))
    return (Request(recipes, settings.seeds, settings.epochs),)


def widened_recipe(parameters: int, latent: int, d: int, layers: int = 1) -> Recipe:
    """Return the network of so many layers a side whose width, one for all of them, comes nearest to `parameters`.

    Examples
    --------
    >>> widened_recipe(29421, 16, 29).parameters(29)
    29393
    """
    widths = range(1, max(2, parameters // (2 * (d + latent)) + 2))
    recipes = (
        trained_as_the_paper(hourglass_text([width] * layers, latent, latent_activation="relu")) for width in widths
    )
    return min(recipes, key=lambda recipe: abs(recipe.parameters(d) - parameters))


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train the depths and compare them over seeds."""
    (request,) = requests(table, settings)
    return measure(train_sizes(table, request, train, settings.depths), settings.latent)


def measure(found: Measured, latent: int) -> Facts:
    """Return the facts of networks of several depths."""
    common: dict[str, Any] = found.common
    depths = found.sizes[:-1] if found.widened else found.sizes
    contrasts, trend = compare(depths, found.final)
    return Facts(**common, latent=latent, contrasts=contrasts, trend=trend)


def compare(depths: Sequence[int], final: NDArray[np.float64]) -> tuple[tuple[Contrast, ...], Compared | None]:
    """Return the contrasts of last errors (networks, seeds) and their trend, tested together.

    Neighbours first, then each other depth with the shallowest, then the deepest with the widened network if there is
    one beyond `depths`.
    """
    count, last = len(depths), len(depths) - 1
    pairs = [(i, i + 1) for i in range(last)] + [(0, i) for i in range(2, count)]
    if len(final) > count:
        pairs.append((count, last))
    with_trend = count > 2
    family = len(pairs) + with_trend
    differences = [paired(final[deeper], final[shallower], family=family) for shallower, deeper in pairs]
    if with_trend:
        slopes = np.polyfit(np.asarray(depths, dtype=np.float64), np.log(final[:count]), 1)[0]
        differences.append(paired(slopes, np.zeros_like(slopes), family=family))
    tested = adjust(differences)
    contrasts = tuple(
        Contrast.of(
            difference,
            shallower=depths[0 if shallower == count else shallower],
            deeper=depths[deeper],
            relative=difference.mean / float(final[shallower].mean()),
            widened=shallower == count,
        )
        for (shallower, deeper), difference in zip(pairs, tested, strict=False)
    )
    if not with_trend:
        return contrasts, None
    slope = tested[-1]
    low, high = (None if bound is None else float(np.expm1(bound)) for bound in (slope.low, slope.high))
    return contrasts, Compared.of(replace(slope, mean=float(np.expm1(slope.mean)), low=low, high=high))


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    if not facts.sizes:
        return NOTHING, lost(facts, AXIS)
    untold = untrained(facts, AXIS)
    details = (
        *(_paper(facts) if subject.paper and not untold else ()),
        *_trend(facts),
        *_contrasts(facts),
        *_at_equal_parameters(facts),
        _widths(facts, subject),
        *common(facts, AXIS),
    )
    return untold or _verdict(facts), details


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's words beside what each further layer adds to the error."""
    if facts.trend is None:
        return ()
    first, last = facts.plain[0].size, facts.plain[-1].size
    return (
        beside(
            "B2.per-layer",
            f"share that each further hidden layer adds to the test error, {first} to {last} a side",
            facts.trend,
            paper_says=PAPER_SAYS,
            note=f"{facts.latent} latent units, after {several(facts.epochs, 'epoch')}; below 0, depth helps",
        ),
    )


def _verdict(facts: Facts) -> str:
    measured = f"with {facts.latent} latent units the test error is {errors(facts.plain)} {AXIS.units}"
    if not facts.contrasts:
        return f"One depth cannot say: {measured}."
    rate = ""
    if facts.trend is not None:
        does = "adds {} to" if facts.trend.difference >= 0 else "takes {} off"
        rate = f"; on average a further layer {does.format(percent(abs(facts.trend.difference)))} it"
    return f"{_answer(facts)}: {measured}{rate}."


def _answer(facts: Facts) -> str:
    plain = [contrast for contrast in facts.contrasts if not contrast.widened]
    verdicts = {one.verdict for one in (*plain, *([facts.trend] if facts.trend else []))} - {"open"}
    if not verdicts:
        return f"None that {several(facts.seeds, 'seed')} could tell"
    if verdicts == {"less"}:
        return "Yes, depth lowers the loss"
    return "Yes, depth raises the loss" if verdicts == {"more"} else "Yes, but not in one direction"


def _paper(facts: Facts) -> tuple[str, ...]:
    if not facts.contrasts:
        return ()
    judged = "stands, as far as these seeds can tell" if _answer(facts).startswith("None") else "is not borne out"
    return (
        f'The paper\'s "{PAPER_SAYS}" {judged}: its argument, that the formula of the loss does not name the depth, is '
        "true and says nothing about which loss training ends at.",
    )


def _trend(facts: Facts) -> Iterator[str]:
    if facts.trend is not None:
        yield (
            "By the slope of each seed's line through the logarithm of the error, a further layer changes it by "
            f"{_share(facts.trend.difference)} on average{certainty(facts.trend, _share)}."
        )


def _contrasts(facts: Facts) -> Iterator[str]:
    for contrast in facts.contrasts:
        if not contrast.widened:
            layers = f"{several(contrast.deeper, AXIS.unit)}{AXIS.each}"
            yield f"{layers} have {_difference(contrast)} {contrast.shallower}{certainty(contrast, _signed)}."


def _at_equal_parameters(facts: Facts) -> Iterator[str]:
    """Set depth apart from size: deeper networks have more parameters too."""
    few, many = facts.plain[0].table.parameters, facts.plain[-1].table.parameters
    growth = f"Parameters grow with depth, from {few:,} to {many:,}"
    for contrast in facts.contrasts:
        if contrast.widened:
            wide = facts.sizes[-1]
            yield (
                f"{growth}. At equal size, against {several(contrast.shallower, AXIS.unit)} a side widened to "
                f"{wide.table.parameters:,} parameters (test error {wide.test_error.mean:.4f}), {contrast.deeper} "
                f"have {_difference(contrast)} that{certainty(contrast, _signed)}."
            )
            return
    if facts.contrasts:
        yield f"{growth}: their effects cannot be separated here."


def _difference(contrast: Contrast) -> str:
    direction = "lower" if contrast.difference < 0 else "higher"
    return f"a test error {percent(abs(contrast.relative))} {direction} than"


def _widths(facts: Facts, subject: Subject) -> str:
    """State how wide the layers are, which the paper does not."""
    ours = ", ours since the paper gives none" if subject.paper else ""
    widths = [str(line.width) for line in facts.plain[-1].table.lines if line.layer.startswith("encoder")]
    return f"Encoder widths{ours}: the first of {listed(widths, most=len(widths))}, mirrored in the decoder."


def _share(value: float) -> str:
    return f"{100 * value:+.1f} %"


def _signed(value: float) -> str:
    return f"{value:+.4f}"


STUDY = Study(
    name="depth-loss",
    question="Does the depth of an autoencoder change its final loss?",
    settings=Settings,
    requests=requests,
    investigate=investigate,
    conclude=conclude,
    comparisons=comparisons,
    pictures="trasunto.figures.sizes:depth_loss",
)
