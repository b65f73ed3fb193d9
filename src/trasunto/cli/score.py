"""``trasunto score``: a file of rows scored by a detector, of any length."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trasunto.cli.options import Encoding, Header, Json, examples
from trasunto.cli.printing import print_json, say
from trasunto.cli.progress import progress
from trasunto.wording import amount, duration, number

if TYPE_CHECKING:
    from trasunto.models.streaming import ScoringSummary

EXAMPLES = examples(
    "trasunto score cards.trasunto new-cards.parquet --out scores.parquet",
    "trasunto score cards.trasunto new-cards.csv.gz --id card --id time --out scores.parquet",
)


def score(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="A file that `trasunto detect` wrote.", show_default=False)
    ],
    rows: Annotated[
        Path,
        typer.Argument(
            metavar="ROWS",
            help="A file, folder or pattern of files (.parquet, .csv, .tsv), with the training columns in any order.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(metavar="FILE.parquet", help="The new file that the scores are written to.", show_default=False),
    ],
    id: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="COLUMN", help="A column of the rows to hand on; repeat it for others."),
    ] = None,
    header: Header = None,
    encoding: Encoding = None,
    as_json: Json = False,
) -> None:
    """Score every row of a file, or of several; higher is stranger.

    Files are read a piece at a time, so that their length does not matter. The scores are in the order of the rows:
    the columns asked for (or the row's number), anomaly_score, and flagged for those above the detector's threshold.
    """
    from trasunto.api.watching import Told
    from trasunto.models.file import open_model
    from trasunto.models.streaming import score_file

    detector = open_model(model)
    with progress() as watch:
        summary = score_file(
            detector,
            rows,
            out,
            ids=id or (),
            header=header,
            encoding=encoding,
            observe=lambda share: watch(Told("scoring", share)),
        )
    if as_json:
        print_json(
            {
                "scores": str(summary.path),
                "rows": summary.rows,
                "flagged": summary.flagged,
                "threshold": detector.threshold.value,
                "unseen_categories": summary.unseen,
                "seconds": summary.seconds,
                "rows_per_second": summary.rows_per_second,
            }
        )
        return
    _print(summary, detector.threshold.value)


def _print(summary: ScoringSummary, threshold: float) -> None:
    from trasunto.studies.phrases import percent

    share = f" ({percent(summary.flagged / summary.rows)})" if summary.rows else ""
    pace = f"{number(summary.rows_per_second, 3)} a second"
    say(
        f"{amount(summary.rows, 'row')} scored in {duration(summary.seconds)} ({pace})",
        f"{summary.flagged:,} flagged{share}: scores above {number(threshold)}",
        *(
            f"{amount(count, 'row')} with a category of column '{column}' that training did not know"
            for column, count in summary.unseen.items()
        ),
        str(summary.path),
    )
