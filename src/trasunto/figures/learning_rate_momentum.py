"""The pictures of the learning-rate-momentum study, in reading order, with their captions."""

from __future__ import annotations

from trasunto.figures import error_curves, error_surface, learning_curves, one_number, outcome_map
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.learning_rate_momentum_facts import Facts
from trasunto.studies.subject import Subject


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`; a grid in which nothing learnt has only its map."""
    facts: Facts = findings.facts
    what = f"Test error after {facts.epochs} epochs{_over(facts.seeds)}"
    subject = findings.subject
    chart = Picture("a3-map", f"{what}. {_marks(facts)}", outcome_map.draw(facts, per=subject.per))
    learning = _learning(facts, subject)
    if facts.best is None:
        return [*learning, chart]
    return [*learning, *_two_views(facts, what, subject), chart, _one_number(facts, what, subject)]


def _learning(facts: Facts, subject: Subject) -> list[Picture]:
    if not facts.reach:
        return []
    caption = f"Test error by epoch{_over(facts.seeds)}; epoch 0 is the untrained network. Dashed: {facts.goal:g}."
    figure = learning_curves.draw(facts.reach, facts.loss, goal=facts.goal, per=subject.per, paper=subject.paper)
    return [Picture("a2-learning", caption, figure)]


def _two_views(facts: Facts, what: str, subject: Subject) -> list[Picture]:
    first, second = ("The paper's first view. ", "The paper's second view. ") if subject.paper else ("", "")
    gaps = "" if facts.all_finished else " Cells that diverged or stalled are left out."
    curves = Picture(
        "a3-curves",
        f"{first}{what}, on a logarithmic scale: along the learning rate with a line for each "
        f"momentum, and the other way round.{gaps}",
        error_curves.draw(facts, per=subject.per),
    )
    if min(len(facts.learning_rates), len(facts.momenta)) < 2:
        return [curves]
    surface = Picture(
        "a3-surface",
        f"{second}{what}, over both settings. If each acted independently, every line across the "
        f"surface would be the same line, only higher or lower.{gaps}",
        error_surface.draw(facts, per=subject.per),
    )
    return [curves, surface]


def _one_number(facts: Facts, what: str, subject: Subject) -> Picture:
    return Picture(
        "a3-one-number",
        f"{what}, against learning rate / (1 - momentum), the step that training settles into. Where one number is "
        "enough, cells of every momentum fall on one line.",
        one_number.draw(facts, per=subject.per),
    )


def _over(seeds: int) -> str:
    return "" if seeds == 1 else f", mean over {seeds} seeds"


def _marks(facts: Facts) -> str:
    best = facts.best
    if best is None:
        return "No cell learnt; diverged cells show the epoch at which they did."
    if best.alike is None:
        return "Outlined: the lowest error (one seed, so nothing is said about how sure that is)."
    return (
        "Outlined boldly: the lowest error; thinly: cells that cannot be told from it "
        f"({best.test} over {facts.seeds} shared seeds, Holm-adjusted)."
    )
