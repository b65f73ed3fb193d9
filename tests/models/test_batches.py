"""Rows of any file that training reads are scored as they would be in memory."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trasunto.data import read_records
from trasunto.data.dialect import Layout
from trasunto.errors import DataError
from trasunto.models import batches
from trasunto.models.batches import find_source
from trasunto.models.entrance import Entrance
from trasunto.models.model import Model
from trasunto.models.streaming import score_file


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "ROWS_AT_ONCE", 33)
    monkeypatch.setattr(batches, "BYTES_AT_ONCE", 2048)
    monkeypatch.setattr(batches, "LONG_ROWS_AT_ONCE", 1)


def streamed(path: Path, columns: tuple[str, ...], layout: Layout = Layout()) -> np.ndarray:  # noqa: B008
    """Return numbers of a file as they are read to be scored, in several batches."""
    source, way = find_source(path, Entrance(columns), layout=layout), Entrance(columns)
    pieces = [(way.taken(source.frame(batch), batch.place), batch) for batch in source.batches()]
    assert [batch.first for _, batch in pieces] == np.cumsum([0, *(len(rows) for rows, _ in pieces[:-1])]).tolist()
    assert len(pieces) > 1
    return np.concatenate([rows for rows, _ in pieces])


LATE = {
    "truth values after nothing": ["", *[""] * 598, "true", "false"],
    "truth values after numbers": ["0", *["1"] * 598, "true", "false"],
    "truth values all along": ["true", "false"] * 300 + [""],
    "numbers after nothing": ["", *[""] * 598, "1.5", "2"],
    "whole numbers with gaps": ["1", "", "2"] * 200 + ["3"],
    "decimals after whole numbers": ["1"] * 600 + ["2.25"],
    "spaces around": [" 1", "2 "] * 300 + ["3"],
}


@pytest.mark.parametrize("cells", LATE.values(), ids=LATE)
def test_what_training_reads_is_read_to_be_scored(cells: list[str], tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "\n".join(f"{cell},{number}" for number, cell in enumerate(cells)) + "\n")
    values = {"true": 1.0, "false": 0.0, "": np.nan}
    expected = [values[cell] if cell in values else float(cell) for cell in cells]
    found = streamed(path, ("a", "b"))
    np.testing.assert_array_equal(found, np.column_stack([expected, np.arange(601)]))
    np.testing.assert_array_equal(read_records(path).features.to_numpy(), found)


def test_many_late_columns_of_truth_values_are_read_in_one_more_go(tmp_path: Path) -> None:
    columns = tuple(f"c{column}" for column in range(6))
    rows = pd.DataFrame(0, index=range(300), columns=columns).astype(object)
    rows.iloc[250:, 1:] = "true"
    rows.to_csv(tmp_path / "rows.csv", index=False)
    expected = np.zeros((300, 6))
    expected[250:, 1:] = 1
    np.testing.assert_array_equal(streamed(tmp_path / "rows.csv", columns), expected)


def parts(frame: pd.DataFrame, folder: Path, ending: str) -> Path:
    folder.mkdir()
    for number, start in enumerate((0, 150, 300)):
        rows, path = frame.iloc[start : start + 150], folder / f"part-{number}.{ending}"
        rows = rows[rows.columns[:: -1 if number == 1 else 1]]
        rows.to_parquet(path) if ending == "parquet" else rows.to_csv(path, index=False)
    return folder


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz"])
def test_folders_and_patterns_are_scored_as_one_table(
    model: Model, frame: pd.DataFrame, tmp_path: Path, ending: str
) -> None:
    folder = parts(frame, tmp_path / "rows", ending)
    for number, path in enumerate((folder, folder / "part-*")):
        shares: list[float] = []
        out = tmp_path / f"s{number}.parquet"
        summary = score_file(model, path, out, ids=["id", "Time"], observe=shares.append)
        found = pd.read_parquet(out)
        assert summary.rows == 400
        assert found["id"].tolist() == frame["id"].tolist()
        np.testing.assert_allclose(found["anomaly_score"], model.score(frame), rtol=1e-6)
        assert shares == sorted(shares)
        assert shares[-1] == pytest.approx(1)


def test_what_cannot_be_scored_in_a_folder_is_refused_with_the_file_and_the_row(
    model: Model, frame: pd.DataFrame, tmp_path: Path
) -> None:
    folder = parts(frame, tmp_path / "rows", "csv")
    rate = frame["rate"].astype(str).where(frame.index != 310, "much")
    frame.assign(rate=rate).iloc[300:].to_csv(folder / "part-2.csv", index=False)
    with pytest.raises(
        DataError, match=r"column 'rate' holds 'much' in row 12 of .*part-2.csv \(the header is row 1\)"
    ):
        score_file(model, folder, tmp_path / "s.parquet")
    frame.drop(columns="rate").to_csv(folder / "part-2.csv", index=False)
    with pytest.raises(DataError, match=r"part-2.csv lacks column 'rate'"):
        score_file(model, folder, tmp_path / "s.parquet")
    (tmp_path / "empty").mkdir()
    for name, said in (("empty", "is a folder without files of rows"), ("*.xls", "matches no files of rows")):
        with pytest.raises(DataError, match=f"{said}: what can be scored is .csv, .tsv"):
            score_file(model, tmp_path / name, tmp_path / "s.parquet")
    assert not (tmp_path / "s.parquet").exists()


@pytest.mark.parametrize("separator", [";", "\t", "|", " "])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_text_is_scored_however_it_is_written(
    model: Model, frame: pd.DataFrame, tmp_path: Path, separator: str, encoding: str, packed: bool
) -> None:
    path = tmp_path / "rows.txt"
    content = frame.to_csv(index=False, sep=separator).encode(encoding)
    path.write_bytes(gzip.compress(content) if packed else content)
    score_file(model, path, tmp_path / "s.parquet")
    found = pd.read_parquet(tmp_path / "s.parquet")["anomaly_score"]
    np.testing.assert_allclose(found, model.score(frame), rtol=1e-6)


def test_text_of_one_byte_a_letter_is_named_or_read(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    cards = frame["card"].where(frame.index != 350, "caf\xe9")
    frame.assign(card=cards).to_csv(path, index=False, encoding="latin-1")
    with pytest.raises(DataError, match="it is not UTF-8, perhaps in Windows-1252 or Latin-1"):
        score_file(model, path, tmp_path / "s.parquet")
    assert score_file(model, path, tmp_path / "s.parquet", encoding="latin-1").unseen == {"card": 1}


def test_rows_without_names_are_scored_by_a_model_that_learnt_from_such(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(200, 3))
    np.savetxt(tmp_path / "rows.csv", x, delimiter=",")
    for layout in (Layout(), Layout(header=False)):
        np.testing.assert_allclose(streamed(tmp_path / "rows.csv", ("x2", "x0", "x1"), layout), x[:, [2, 0, 1]])
    with pytest.raises(DataError, match="lacks columns 'x2', 'x0', 'x1'"):
        streamed(tmp_path / "rows.csv", ("x2", "x0", "x1"), Layout(header=True))


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_one_absurd_value_is_a_strange_row(model: Model, frame: pd.DataFrame, tmp_path: Path, name: str) -> None:
    rows = frame.assign(rate=frame["rate"].where(frame.index != 7, 1.7976931348623157e308))
    rows.to_parquet(tmp_path / name) if name.endswith("parquet") else rows.to_csv(tmp_path / name, index=False)
    score_file(model, tmp_path / name, tmp_path / "s.parquet")
    found = pd.read_parquet(tmp_path / "s.parquet")
    assert found["flagged"][7]
    assert found["anomaly_score"].idxmax() == 7
    np.testing.assert_allclose(found["anomaly_score"].drop(7), np.delete(model.score(frame), 7), rtol=1e-6)


def test_ids_of_several_files_become_one_column(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    folder = parts(frame, tmp_path / "rows", "parquet")
    frame.iloc[150:300].astype({"Time": "float64"}).to_parquet(folder / "part-1.parquet")
    score_file(model, folder, tmp_path / "s.parquet", ids=["Time"])
    assert pd.read_parquet(tmp_path / "s.parquet")["Time"].tolist() == list(range(400))
    frame.iloc[150:300].assign(Time="noon").to_parquet(folder / "part-1.parquet")
    with pytest.raises(DataError, match=r"'Time' holds .*string in .*part-1.parquet and int64 in the files before"):
        score_file(model, folder, tmp_path / "t.parquet", ids=["Time"])
    assert not (tmp_path / "t.parquet").exists()
