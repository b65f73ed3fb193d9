"""Files scored a piece at a time: the same scores as in memory, in order, and nothing left of what was refused."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from trasunto.data import read
from trasunto.errors import DataError, TrasuntoError
from trasunto.models import batches, streaming
from trasunto.models.fitting import fit_model
from trasunto.models.model import Model
from trasunto.models.streaming import score_file
from trasunto.spec import Recipe

RECIPE = Recipe("[2 tanh] > linear", epochs=2, batch_size=32)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 400 rows be many batches."""
    monkeypatch.setattr(batches, "ROWS_AT_ONCE", 33)
    monkeypatch.setattr(batches, "BYTES_AT_ONCE", 2048)


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path, row_group_size=100)
    else:
        frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["rows.parquet", "rows.csv", "rows.csv.gz"])
def test_a_file_scores_as_its_rows_do_in_memory(model: Model, frame: pd.DataFrame, tmp_path: Path, name: str) -> None:
    shares: list[float] = []
    summary = score_file(model, write(frame, tmp_path / name), tmp_path / "s.parquet", observe=shares.append)
    found = pd.read_parquet(tmp_path / "s.parquet")
    assert list(found.columns) == ["row", "anomaly_score", "flagged"]
    assert found["row"].tolist() == list(range(400))
    assert np.array_equal(found["anomaly_score"], model.score(frame))
    assert np.array_equal(found["flagged"], model.flag(frame))
    assert (summary.rows, summary.flagged, summary.unseen) == (400, int(found["flagged"].sum()), {})
    assert summary.rows_per_second > 0
    assert len(shares) > 5
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] <= 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "s.parquet"])


@pytest.mark.parametrize("name", ["rows.parquet", "rows.csv"])
def test_ids_are_handed_on_in_the_rows_order(model: Model, frame: pd.DataFrame, tmp_path: Path, name: str) -> None:
    rows = frame.assign(account=[f"{number:05}" for number in range(400)], rate=frame["rate"])
    score_file(model, write(rows, tmp_path / name), tmp_path / "s.parquet", ids=["account", "id"])
    found = pd.read_parquet(tmp_path / "s.parquet")
    assert list(found.columns) == ["account", "id", "anomaly_score", "flagged"]
    assert found["account"].tolist() == rows["account"].tolist()
    assert found["id"].tolist() == rows["id"].tolist()
    score_file(model, tmp_path / name, tmp_path / "one.parquet", ids="account")
    assert pd.read_parquet(tmp_path / "one.parquet")["account"].tolist() == rows["account"].tolist()
    assert np.array_equal(found["anomaly_score"], model.score(frame))


def test_an_id_may_be_a_feature_and_keeps_its_type(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    score_file(model, write(frame, tmp_path / "r.parquet"), tmp_path / "s.parquet", ids=["Time", "rate"])
    found = pd.read_parquet(tmp_path / "s.parquet")
    assert found[["Time", "rate"]].equals(frame[["Time", "rate"]])


def test_the_index_of_a_frame_is_no_column(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    score_file(model, write(frame.set_index("id"), tmp_path / "r.parquet"), tmp_path / "s.parquet")
    assert len(pd.read_parquet(tmp_path / "s.parquet")) == 400


def test_numbers_that_become_decimals_late_are_read(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    rows = frame.assign(amount=np.where(np.arange(400) < 390, 100, 100.5))
    path = write(rows, tmp_path / "rows.csv")
    path.write_text(path.read_text().replace("100.0,", "100,"))
    score_file(model, path, tmp_path / "s.parquet")
    assert np.array_equal(pd.read_parquet(tmp_path / "s.parquet")["anomaly_score"], model.score(rows))


def test_a_file_is_read_as_the_one_that_was_trained_on(tmp_path: Path) -> None:
    n = 120
    rows = pd.DataFrame(
        {
            "when": pd.date_range("2026-03-02", periods=n, freq="5h").astype(str),
            "price": [f"{1000 + 37 * number:,.2f} €" for number in range(n)],
            "paid": np.where(np.arange(n) % 3, "true", "false"),
            "zip": [f"0{2134 + number % 7}" for number in range(n)],
            "x": np.arange(n) % 11,
            "one": 1,
        }
    )
    path = write(rows, tmp_path / "rows.csv")
    table = read(path, categorical="zip", drop_unusable=True, test=0)
    assert table.feature_names[:5] == ("when.hour", "when.weekday", "when.days", "price", "paid")
    model = fit_model(table, RECIPE)
    scored = score_file(model, path, tmp_path / "scores.parquet")
    assert scored.unseen == {}
    found = pd.read_parquet(tmp_path / "scores.parquet")["anomaly_score"]
    np.testing.assert_array_equal(found, model.score_prepared(table.x))
    np.testing.assert_array_equal(found, model.score(rows))
    (reasons,) = model.explain(rows.iloc[[7]], 20)
    values = {feature.feature: feature.value for feature in reasons.features}
    assert values == {
        "when.hour": 11.0,
        "when.weekday": 1.0,
        "when.days": 35 / 24,
        "price": 1259.0,
        "paid": values["paid"],
        "zip": "02134",
        "x": 7.0,
    }


def test_unseen_categories_are_counted_over_all_batches(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    rows = frame.assign(card=np.where(np.arange(400) % 40 == 0, "green", frame["card"]))
    summary = score_file(model, write(rows, tmp_path / "r.parquet"), tmp_path / "s.parquet")
    assert summary.unseen == {"card": 10}


@pytest.mark.parametrize("name", ["rows.parquet", "rows.csv"])
def test_no_rows_give_no_scores(model: Model, frame: pd.DataFrame, tmp_path: Path, name: str) -> None:
    rows = write(frame.iloc[:0], tmp_path / name)
    for ids, first in (([], "row"), (["id"], "id")):
        summary = score_file(model, rows, tmp_path / f"{first}.parquet", ids=ids)
        assert (summary.rows, summary.flagged) == (0, 0)
        assert list(pd.read_parquet(tmp_path / f"{first}.parquet").columns) == [first, "anomaly_score", "flagged"]


def refused(model: Model, rows: Path, **options: object) -> str:
    """Return the sentence by which a file is refused, having seen that nothing was left behind."""
    before = sorted(path.name for path in rows.parent.iterdir())
    with pytest.raises(TrasuntoError) as caught:
        score_file(model, rows, rows.parent / "s.parquet", **options)  # type: ignore[arg-type]
    assert sorted(path.name for path in rows.parent.iterdir()) == before
    return str(caught.value)


@pytest.mark.parametrize("name", ["rows.parquet", "rows.csv"])
def test_other_columns_are_refused_by_name(model: Model, frame: pd.DataFrame, tmp_path: Path, name: str) -> None:
    for columns, said in [
        (["amount", "card"], "lacks column 'rate'"),
        (["amount", "rate", "card", "more"], "has column 'more'"),
    ]:
        path = write(frame.assign(more=1)[columns], tmp_path / name)
        sentence = refused(model, path)
        assert said in sentence
        assert str(path) in sentence
        path.unlink()


@pytest.mark.parametrize("name", ["rows.parquet", "rows.csv"])
def test_columns_are_taken_by_name_in_any_order(model: Model, frame: pd.DataFrame, tmp_path: Path, name: str) -> None:
    path = write(frame[["card", "id", "rate", "Class", "amount"]], tmp_path / name)
    score_file(model, path, tmp_path / "s.parquet")
    assert np.array_equal(pd.read_parquet(tmp_path / "s.parquet")["anomaly_score"], model.score(frame))


@pytest.mark.parametrize(("name", "row"), [("rows.parquet", "row 350"), ("rows.csv", "row 352")])
def test_a_value_that_cannot_be_used_is_refused_with_its_row_in_the_file(
    model: Model, frame: pd.DataFrame, tmp_path: Path, name: str, row: str
) -> None:
    infinite = frame.assign(rate=frame["rate"].where(frame.index != 350, np.inf))
    sentence = refused(model, write(infinite, tmp_path / name))
    assert "column 'rate' holds inf" in sentence
    assert row in sentence
    text = frame.assign(rate=frame["rate"].astype(str).where(frame.index != 350, "much"))
    sentence = refused(model, write(text, tmp_path / name))
    assert "column 'rate' holds 'much'" in sentence
    assert row in sentence


@pytest.mark.parametrize("written", ["1.8e308", "-2e400"])
def test_a_number_too_large_for_any_float_makes_its_row_strange(
    model: Model, frame: pd.DataFrame, tmp_path: Path, written: str
) -> None:
    rows = frame.assign(rate=frame["rate"].astype(str).where(frame.index != 350, written))
    score_file(model, write(rows, tmp_path / "rows.csv"), tmp_path / "s.parquet")
    found = pd.read_parquet(tmp_path / "s.parquet")
    others = found.index != 350
    assert np.isfinite(found["anomaly_score"]).all()
    assert found["anomaly_score"].idxmax() == 350
    assert found["flagged"][350]
    assert np.array_equal(found["anomaly_score"][others], model.score(frame)[others])


def test_a_line_with_too_many_values_is_refused_with_its_row(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    path = write(frame, tmp_path / "rows.csv")
    path.write_text(path.read_text() + "one,too,few\n")
    assert "row 402, where the header is row 1: expected 6 columns, got 3" in refused(model, path)


@pytest.mark.parametrize("content", [b"", b"PAR1 nonsense PAR1", b"\0" * 99])
def test_a_file_that_is_no_parquet_is_refused(model: Model, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rows.parquet").write_bytes(content)
    assert "rows.parquet cannot be read as Parquet" in refused(model, tmp_path / "rows.parquet")


def test_a_truncated_file_is_refused(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    path = write(frame, tmp_path / "rows.csv.gz")
    path.write_bytes(path.read_bytes()[:-900])
    assert "rows.csv.gz cannot be read as CSV" in refused(model, path)


def test_damage_in_the_middle_leaves_nothing_half_written(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    path = write(frame, tmp_path / "rows.parquet")
    place = parquet.ParquetFile(path).metadata.row_group(3).column(3).data_page_offset
    content = bytearray(path.read_bytes())
    content[place : place + 40] = b"\xff" * 40
    path.write_bytes(content)
    assert "rows.parquet cannot be read as Parquet" in refused(model, path)


def test_names_that_are_none_are_refused(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    path = write(frame.assign(flagged=1), tmp_path / "rows.parquet")
    assert "no column 'idd' for an id, did you mean 'id'?" in refused(model, path, ids=["idd"])
    assert "'flagged' has a name that the scores need" in refused(model, path, ids=["flagged"])
    assert "no file of rows" in refused(model, tmp_path / "rows.xlsx")
    (tmp_path / "rows.arff").write_text("a")
    sentence = refused(model, tmp_path / "rows.arff")
    assert (
        "'" + str(tmp_path / "rows.arff") + "' is no file of rows that can be scored: what can be scored is .csv"
        in sentence
    )


def test_two_columns_of_a_name_are_refused(model: Model, tmp_path: Path) -> None:
    table = pa.table([pa.array([1.0])] * 4, names=["amount", "rate", "card", "rate"])
    parquet.write_table(table, tmp_path / "rows.parquet")
    assert "more than one column 'rate'" in refused(model, tmp_path / "rows.parquet")


def test_a_file_of_scores_that_is_there_is_not_overwritten(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "s.parquet").write_text("mine")
    assert "exists and is not overwritten" in refused(model, write(frame, tmp_path / "rows.parquet"))
    assert (tmp_path / "s.parquet").read_text() == "mine"


def test_only_a_few_batches_are_held_at_a_time(
    model: Model, frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, most = 0, 0
    really = streaming._scored

    def scored(*given: object) -> streaming.Scored:
        nonlocal held, most
        held += 1
        most = max(most, held)
        return really(*given)  # type: ignore[arg-type]

    def done(_: float) -> None:
        nonlocal held
        held -= 1

    monkeypatch.setattr(streaming, "_scored", scored)
    monkeypatch.setattr(streaming, "cores", lambda: [0, 1])
    score_file(model, write(frame, tmp_path / "r.parquet"), tmp_path / "s.parquet", observe=done)
    assert 1 <= most <= 3
    assert held == 0


def test_whoever_watches_may_stop_it(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    path = write(frame, tmp_path / "rows.parquet")

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_file(model, path, tmp_path / "s.parquet", observe=stop)
    assert [left.name for left in tmp_path.iterdir()] == ["rows.parquet"]


def test_semicolons_and_a_byte_order_mark_are_read(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    text = frame.to_csv(index=False, sep=";")
    with gzip.open(tmp_path / "rows.csv.gz", "wb") as packed:
        packed.write(b"\xef\xbb\xbf" + text.encode())
    score_file(model, tmp_path / "rows.csv.gz", tmp_path / "s.parquet")
    assert np.array_equal(pd.read_parquet(tmp_path / "s.parquet")["anomaly_score"], model.score(frame))


def test_missing_values_take_the_place_that_training_gave_them(
    model: Model, frame: pd.DataFrame, tmp_path: Path
) -> None:
    rows = frame.assign(amount=frame["amount"].where(frame.index % 7 != 0))
    score_file(model, write(rows, tmp_path / "rows.csv"), tmp_path / "s.parquet")
    assert np.array_equal(pd.read_parquet(tmp_path / "s.parquet")["anomaly_score"], model.score(rows))


def test_a_missing_value_is_refused_where_training_refused_them(frame: pd.DataFrame, tmp_path: Path) -> None:
    from trasunto.data import read_records
    from trasunto.models.fitting import fit_model
    from trasunto.spec import Recipe

    strict = fit_model(
        read_records(frame[["amount", "rate"]]).table(missing="refuse"), Recipe("[1 linear] > linear", epochs=1)
    )
    rows = frame[["amount", "rate"]].assign(rate=frame["rate"].where(frame.index != 123))
    sentence = refused(strict, write(rows, tmp_path / "rows.csv"))
    assert "column 'rate' has no value in row 125" in sentence
    with pytest.raises(DataError):
        strict.score(rows)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"model": "m.trasunto"}, "model must be a Model, as trasunto.open_model gives it, not 'm.trasunto'"),
        ({"rows": pd.DataFrame({"a": [1]})}, "rows must be the path of a file"),
        ({"out": None}, "the new file must be the path of a file, not None"),
    ],
)
def test_what_is_no_model_and_no_path_is_refused_by_name(
    model: Model, tmp_path: Path, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(TrasuntoError, match=said):
        score_file(**{"model": model, "rows": tmp_path / "rows.csv", "out": tmp_path / "s.parquet", **given})
