"""The pictures of a search over designs, in reading order, with their captions."""

from __future__ import annotations

from trasunto.figures import sweep_course, sweep_front, sweep_importances, sweep_ranking, sweep_slices
from trasunto.figures.theme import Picture
from trasunto.search.facts import Facts
from trasunto.search.measures import MEASURES
from trasunto.search.trials import PRUNED
from trasunto.studies import Findings


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`."""
    facts: Facts = findings.facts
    what = MEASURES[facts.measures[0]].what
    drawn = []
    if facts.designs:
        drawn.append(Picture("sweep-ranking", _ranking(facts, what), sweep_ranking.draw(facts)))
    if len(facts.measures) > 1 and facts.designs:
        second = MEASURES[facts.measures[1]].what
        drawn.append(
            Picture(
                "sweep-front",
                f"Every design that finished by {what} and {second}, means over {_seeds(facts)}; the line joins those "
                f"that no other beats in both.{_over(facts)}",
                sweep_front.draw(facts),
            )
        )
    if any(one.value is not None for one in facts.tried):
        pruned = " Crosses: designs that left early, where they were then." if _left_early(facts) else ""
        caption = f"The {what} of every design against each of its parameters, means over {_seeds(facts)}.{pruned}"
        drawn.append(Picture("sweep-slices", caption, sweep_slices.draw(facts)))
    if facts.importances is not None and facts.importances.trusted:
        drawn.append(Picture("sweep-importances", _importances(facts), sweep_importances.draw(facts.importances)))
    if any(step.best is not None for step in facts.course):
        caption = f"The best {what} so far (mean over {_seeds(facts)}) by how many networks had been begun."
        drawn.append(Picture("sweep-course", caption, sweep_course.draw(facts)))
    return drawn


def _ranking(facts: Facts, what: str) -> str:
    shown = min(sweep_ranking.MOST, len(facts.designs))
    of = "All designs" if shown == len(facts.designs) else f"The {shown} best of {len(facts.designs)} designs"
    ties = "" if facts.designs[0].tied is None else " Filled: the best, and those that cannot be told from it."
    return f"{of} that finished, by {what}: mean over {_seeds(facts)} and each seed.{ties}{_over(facts)}"


def _importances(facts: Facts) -> str:
    found = facts.importances
    assert found is not None
    return (
        f"How much worse a random forest foretells the rank of {found.designs} designs, after epoch {found.epoch}, "
        f"when one parameter's values are shuffled: fall of R² from {found.explained:.2f}, mean and deviation over "
        "shuffles."
    )


def _left_early(facts: Facts) -> bool:
    return any(one.state == PRUNED for one in facts.tried)


def _seeds(facts: Facts) -> str:
    return "one seed" if facts.seeds == 1 else f"{facts.seeds} seeds"


def _over(facts: Facts) -> str:
    return "" if facts.seeds < 2 else " Bars: 95 % intervals over seeds."
