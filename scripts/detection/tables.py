"""Markdown tables of what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from scripts.detection.candidates import WORDS, Candidate
from scripts.detection.choice import Judged, criterion
from scripts.detection.frauds import Beside, BestPca, Measured, Split
from scripts.detection.others import Other
from scripts.detection.rates import Rate


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows of cells as a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def tried(found: Sequence[Mapping[Candidate, Judged]], among: Sequence[Split]) -> str:
    """Return every candidate, the highest mean criterion first: in how many splits it has the highest, what it finds.

    Parameters
    ----------
    found
        The candidates as judged on each of the splits `among`.
    """
    means = {candidate: criterion(candidate, found) for candidate in found[0]}
    firsts = [max(split, key=lambda candidate: split[candidate].criterion) for split in found]
    rows = []
    for candidate in sorted(means, key=lambda one: -means[one]):
        measured = [split.measured(one[candidate].scores) for one, split in zip(found, among, strict=True)]
        first = str(firsts.count(candidate) or "")
        rows.append([*candidate.words, f"{means[candidate]:.4f}", first, *_means(measured)])
    return table([*WORDS, "criterion", "first in", "AUROC", "AP"], rows)


def beside_pca(found: Sequence[Beside], pca: Sequence[BestPca]) -> str:
    """Return what was found on each split beside the best PCA, with the difference's interval over rows."""
    heads = ["split", "AUROC", "best PCA", "difference", "AP", "best PCA", "difference"]
    return table(heads, [_cells(number, *pair) for number, pair in enumerate(zip(found, pca, strict=True))])


def means(found: Mapping[str, Sequence[Measured]]) -> str:
    """Return means over splits, by name."""
    return table(["", "AUROC", "AP"], [[name, *_means(each)] for name, each in found.items()])


def other_tables(found: Sequence[Other]) -> str:
    """Return the AUROC of every score and rival on other tables, and the means."""
    names = list(found[0].aurocs)
    rows = [
        [one.name, str(one.train), str(one.features), *(f"{one.aurocs[name]:.3f}" for name in names)] for one in found
    ]
    mean = ["mean", "", "", *(f"{np.mean([one.aurocs[name] for one in found]):.3f}" for name in names)]
    return table(["table", "training rows", "features", *names], [*rows, mean])


def flagged(found: Sequence[Rate]) -> str:
    """Return the shares of later normal rows that are flagged: means over tables, with their deviation."""
    heads = ["rows", "training rows", "columns", "nothing said", "1 % of the training rows", "isolation forest"]
    cells = [[one.kind, f"{one.n:,}", str(one.d), *map(_share, (one.usual, one.training, one.forest))] for one in found]
    return table(heads, cells)


def _share(of: NDArray[np.float64]) -> str:
    return f"{of.mean():.2f} % ({of.std():.2f})"


def _means(found: Sequence[Measured]) -> list[str]:
    return [f"{mean:.4f}" for mean in np.mean(found, axis=0)]


def _cells(number: int, ours: Beside, pca: BestPca) -> list[str]:
    auroc, precision = ours.auroc, ours.average_precision
    by_auroc, by_precision = pca.components
    return [
        str(number),
        f"{ours.measured.auroc:.4f}",
        f"{pca.measured.auroc:.4f} ({by_auroc})",
        f"{auroc.auroc:+.4f} ({auroc.auroc_low:+.4f} to {auroc.auroc_high:+.4f})",
        f"{ours.measured.average_precision:.4f}",
        f"{pca.measured.average_precision:.4f} ({by_precision})",
        f"{precision.average_precision:+.4f} ({precision.ap_low:+.4f} to {precision.ap_high:+.4f})",
    ]
