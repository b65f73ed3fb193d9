"""The answer of a search: what any answer has, and its designs as a table and as networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trasunto.api.answer import Answer
from trasunto.errors import TrasuntoError
from trasunto.search.facts import Design, Facts, rank_of
from trasunto.search.measures import MEASURES

if TYPE_CHECKING:
    import pandas as pd

    from trasunto.api.trainer import Trainer
    from trasunto.data import Table
    from trasunto.report.composition import Draw
    from trasunto.runs.cohort import Cohort
    from trasunto.runs.trained import TrainedMember
    from trasunto.search import Sweep
    from trasunto.studies import Findings


class SweepAnswer(Answer):
    """What a search found."""

    def __init__(
        self,
        findings: Findings,
        table: Table,
        trainer: Trainer,
        call: str,
        draw: Draw,
        sweep: Sweep,
        cohort: Cohort | None,
    ) -> None:
        super().__init__(findings, table, trainer, call, draw)
        self._sweep, self._cohort = sweep, cohort

    def frame(self) -> pd.DataFrame:
        """Return a row per design that was measured: those that finished, the best first, then the others.

        Columns: trial; one for each parameter of the space (missing where a design does not have it); rank and network
        (of those that finished); status ("finished", "stalled" or how many of its networks did, "pruned", "diverged" or
        "running"); epochs; for each measure its mean over seeds and, as ``_low`` and ``_high``, the ends of its 95 %
        interval; p, of no difference from the best design after Holm. Of a design that did not finish, only the mean of
        the first measure is known. A parameter with the name of another column is ``space.NAME``.
        """
        import pandas as pd

        facts: Facts = self.facts
        own = ("trial", "rank", "network", "status", "epochs", "p", *facts.measures)
        names = [one.name for one in self._sweep.space.parameters]
        parameters = {name: f"space.{name}" if name in own else name for name in names}
        finished = {design.trial: place for place, design in enumerate(facts.designs)}
        rows = []
        for one in sorted(facts.tried, key=lambda one: (finished.get(one.trial, len(finished)), one.trial)):
            place = finished.get(one.trial)
            design = None if place is None else facts.designs[place]
            rows.append(
                {
                    "trial": one.trial,
                    **{shown: one.assignment.get(name) for name, shown in parameters.items()},
                    "rank": "" if place is None else rank_of(place, facts.designs),
                    "network": "" if design is None else design.network,
                    "status": one.state if design is None else design.status,
                    "epochs": one.epoch,
                    **({facts.measures[0]: one.value} if design is None else _scores(design)),
                    "p": None if design is None else design.p,
                }
            )
        scored = [f"{name}{end}" for name in facts.measures for end in ("", "_low", "_high")]
        columns = ["trial", *parameters.values(), "rank", "network", "status", "epochs", *scored, "p"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.astype(dict.fromkeys([*scored, "p"], "float64"))

    def best(self) -> TrainedMember:
        """Return the network of the best design, by the first measure, that has the best value of its seeds.

        Raises
        ------
        TrasuntoError
            No design finished.
        """
        facts: Facts = self.facts
        if not facts.designs or self._cohort is None:
            raise TrasuntoError(f"sweep '{self._sweep.name}' has no best design: {self.verdict}")
        first, design = MEASURES[facts.measures[0]], facts.designs[0]
        values = design.scores[0].by_seed
        place = min(range(len(values)), key=lambda i: first.better(values[i]))
        wanted = self._sweep.space.recipe(design.assignment), self._sweep.seeds[place]
        return next(one for one in self._cohort.members if (one.recipe, one.seed) == wanted)


def _scores(design: Design) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for score in design.scores:
        found |= {score.measure: score.mean, f"{score.measure}_low": score.low, f"{score.measure}_high": score.high}
    return found
