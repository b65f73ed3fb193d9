"""Verdict on the drawings of an image, with the paper's numbers beside ours."""

from __future__ import annotations

from trasunto.studies.demonstration_facts import (
    CLAIMED_IMAGE,
    PAPER_HIDDEN,
    PAPER_IMAGE,
    Drawing,
    Facts,
    Moment,
)
from trasunto.studies.divergence import NOTHING, left_out
from trasunto.studies.findings import Comparison
from trasunto.studies.papers import DRAWING_ERRORS
from trasunto.studies.phrases import listed, percent, several
from trasunto.studies.sentences import beside
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.trained_enough import Reached, too_little


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    lost = left_out(facts.diverged)
    if not facts.epochs:
        return NOTHING, lost
    names = [drawing.image for drawing in facts.drawings]
    origin = _origin(facts) if subject.paper else ()
    details = (*(_course(name, facts.of(name)) for name in names), *_rows(facts), *_seeds(facts), *origin, *lost)
    return _verdict(facts, names[0]), details


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's error after each epoch beside ours, where its image was drawn by a network of its size."""
    if facts.hidden != PAPER_HIDDEN or not facts.of(PAPER_IMAGE.name):
        return ()
    ours = {moment.epoch: moment for moment in facts.of(PAPER_IMAGE.name)}
    return tuple(_comparison(epoch, paper, ours.get(epoch), facts) for epoch, paper in DRAWING_ERRORS.items())


def _comparison(epoch: int, paper: float, ours: Moment | None, facts: Facts) -> Comparison:
    what = f"error of {PAPER_IMAGE.name} (MSE per pixel) after {several(epoch, 'epoch')}, {facts.hidden} hidden units"
    if ours is None:
        note = f"not drawn: this run shows epochs {listed([str(shown) for shown in facts.epochs])}"
        return beside(f"A6.epoch-{epoch}", what, None, paper=paper, note=note)
    note = f"mean of {several(len(ours.error.by_seed), 'seed')}"
    return beside(f"A6.epoch-{epoch}", what, ours.error, paper=paper, note=note)


def _verdict(facts: Facts, image: str) -> str:
    first, *later = facts.of(image)
    if not later:
        return f"After {several(first.epoch, 'epoch')} the drawing of {image} has an error of {first.error.mean:.4f}."
    last = later[-1]
    change = (
        f"from {first.error.mean:.4f} after {several(first.epoch, 'epoch')} to {last.error.mean:.4f} after "
        f"{last.epoch}, {last.distance:.2f} per pixel"
    )
    if last.error.mean >= first.error.mean:
        return f"The drawing of {image} does not come closer to it: its error goes {change}."
    untrained = first.error.mean if first.epoch == 0 else None
    if untold := too_little(
        [Reached(f"which draws {image}", last.error.mean, untrained)], several(last.epoch, "epoch")
    ):
        return untold
    steps = zip([first, *later], later, strict=False)
    backwards = [
        f"{before.epoch} and {after.epoch}" for before, after in steps if after.error.mean >= before.error.mean
    ]
    if backwards:
        return (
            f"The drawing of {image} comes closer to it, though not at every step (not between epochs "
            f"{listed(backwards)}): its error goes {change}."
        )
    return f"The drawing of {image} comes closer at every epoch shown: its error falls {change}."


def _course(image: str, moments: tuple[Moment, ...]) -> str:
    told = [f"{moment.error.mean:.6f} after {moment.epoch}" for moment in moments]
    start, end = moments[0], moments[-1]
    left = "" if len(moments) < 2 else f", which leaves {percent(end.error.mean / start.error.mean)} of the first"
    return f"Error of {image}: {listed(told, most=len(told))} epochs{left}."


def _rows(facts: Facts) -> tuple[str, ...]:
    known = [moment for moment in facts.of(facts.drawings[0].image) if moment.test_error is not None]
    if not known:
        return ()
    told = [f"{moment.test_error:.4f} after {moment.epoch}" for moment in known]
    return (f"All test images together: {listed(told, most=len(told))} epochs.",)


def _seeds(facts: Facts) -> tuple[str, ...]:
    counts = {moment.epoch: len(moment.error.by_seed) for moment in facts.moments}
    most = max(counts.values())
    alone = [str(epoch) for epoch, count in counts.items() if count < most]
    if most == 1:
        return ("One seed was trained, so that no error here has an interval.",)
    shared = f"Errors are means over {several(most, 'seed')}, and pictures are the first seed's"
    if not alone:
        return (f"{shared}.",)
    return (f"{shared}; only that one was trained on to epoch {listed(alone)}, which so has no interval.",)


def _origin(facts: Facts) -> tuple[str, ...]:
    """Say what is known about the paper's picture, where both images that it may be are shown."""
    drawn = {drawing.image: drawing for drawing in facts.drawings}
    paper, claimed = drawn.get(PAPER_IMAGE.name), drawn.get(CLAIMED_IMAGE.name)
    if paper is None or claimed is None:
        return ()
    return (
        f"The paper calls its picture test image {CLAIMED_IMAGE.index}, an 8 that the network has never seen; counted "
        f"from 0, that image is {_digit(claimed)} in the test file and {_digit(paper)} in the training file, which "
        f"the network learns from.{_nearer(facts)}",
    )


def _nearer(facts: Facts) -> str:
    """Say whose errors follow the paper's, if there are any after training to compare."""
    epochs = [epoch for epoch in facts.epochs if epoch in DRAWING_ERRORS and epoch > 0]
    if not epochs or facts.hidden != PAPER_HIDDEN:
        return ""
    away = {image.name: _away(facts.of(image.name), epochs) for image in (PAPER_IMAGE, CLAIMED_IMAGE)}
    nearest, other = sorted(away, key=away.__getitem__)
    return (
        f" The errors of {nearest} follow the paper's, at most {percent(away[nearest])} away; those of {other} are up "
        f"to {percent(away[other])} away."
    )


def _away(moments: tuple[Moment, ...], epochs: list[int]) -> float:
    """Return the largest distance from the paper's errors, as a share of them."""
    return max(
        abs(moment.error.mean / DRAWING_ERRORS[moment.epoch] - 1) for moment in moments if moment.epoch in epochs
    )


def _digit(drawing: Drawing) -> str:
    return f"an {drawing.label}" if drawing.label == "8" else f"a {drawing.label}"
