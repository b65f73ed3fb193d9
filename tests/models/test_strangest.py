from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Table
from trasunto.models import batches
from trasunto.models.model import Model
from trasunto.models.reasons import Reasons
from trasunto.models.strangest import strangest_of_file, strangest_of_table


@pytest.mark.parametrize(("name", "counted", "first"), [("r.parquet", "counted from 0", 0), ("r.csv", "header is", 2)])
def test_the_strangest_rows_of_a_file_are_named_as_the_file_counts_them(
    model: Model,
    frame: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    counted: str,
    first: int,
) -> None:
    monkeypatch.setattr(batches, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(batches, "BYTES_AT_ONCE", 2048)
    path = tmp_path / name
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_csv(path, index=False)
    found = strangest_of_file(model, path, 5, "Class")
    scores = model.score(frame)
    order = np.argsort(-scores, kind="stable")[:5]
    assert [row.score for row in found] == scores[order].tolist()
    for row, position in zip(found, order, strict=True):
        assert row.row.startswith(f"row {position + first} (")
        assert counted in row.row
        assert row.label == str(frame["Class"].iloc[position])
        assert row.flagged == (row.score > model.threshold.value)
        assert len(row.reasons) == 3
        assert row.reasons == model.explain(frame.iloc[[position]], 3)[0].features


def test_the_strangest_rows_of_a_table_are_named_by_their_part(model: Model, table: Table) -> None:
    found = strangest_of_table(model, table, 6)
    assert [row.score for row in found] == sorted((row.score for row in found), reverse=True)
    assert table.anomalies is not None
    assert found[0].score == model.score_prepared(table.anomalies.values()).max()
    assert found[0].row.startswith("anomaly row ")
    assert found[0].label == "1"


def test_the_strangest_rows_of_a_file_are_explained_in_one_call(
    model: Model, frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame.to_parquet(tmp_path / "r.parquet")
    asked: list[int] = []
    really = Model.explain

    def explain(self: Model, rows: pd.DataFrame, most: int = 5) -> tuple[Reasons, ...]:
        asked.append(len(rows))
        return really(self, rows, most)

    monkeypatch.setattr(Model, "explain", explain)
    assert len(strangest_of_file(model, tmp_path / "r.parquet", 5)) == 5
    assert asked == [5]
    frame.iloc[:0].to_parquet(tmp_path / "none.parquet")
    assert strangest_of_file(model, tmp_path / "none.parquet", 5) == ()
