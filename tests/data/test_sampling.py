"""Uniform samples of rows: which rows are drawn, from where they are read, and what is refused for memory."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Records, Table, load, read, read_records, sampling
from trasunto.data.sampling import Sample, draw
from trasunto.errors import DataError

N = 60


@pytest.fixture
def frame() -> pd.DataFrame:
    """Rows that are told by `at`, in no order that could be a counter's."""
    rng = np.random.default_rng(0)
    at = rng.permutation(N)
    word = rng.choice(["a", "b"], N)
    return pd.DataFrame({"at": at, "x": rng.normal(size=N), "word": word, "y": at % 3, "w": at + 1.0})


@pytest.fixture(params=["csv", "csv.gz", "parquet", "frame", "csvs", "parquets"])
def rows(request: pytest.FixtureRequest, frame: pd.DataFrame, tmp_path: Path) -> Any:
    """The same rows in every way that they can be read."""
    if request.param == "frame":
        return frame
    if request.param.endswith("s"):
        for part, (first, last) in enumerate([(0, 13), (13, 14), (14, N)]):
            some = frame[first:last]
            if request.param == "csvs":
                some.to_csv(tmp_path / f"part-{part}.csv", index=False)
            else:
                some.to_parquet(tmp_path / f"part-{part}.parquet", row_group_size=7, index=False)
        return tmp_path
    path = tmp_path / f"rows.{request.param}"
    if request.param == "parquet":
        frame.to_parquet(path, row_group_size=11, index=False)
    else:
        frame.to_csv(path, index=False)
    return path


def let_be_free(monkeypatch: pytest.MonkeyPatch, free: float) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=free))


def test_the_rows_are_those_with_the_smallest_keys_of_a_stream_that_the_seed_begins() -> None:
    keys = np.random.Philox(5).random_raw(1000)
    assert draw(1000, 40, seed=5).tolist() == sorted(np.argsort(keys)[:40].tolist())


def test_a_draw_does_not_depend_on_how_many_keys_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draw(5000, 300, seed=1).tolist()
    for at_once in (1, 7, 299, 300, 4999):
        monkeypatch.setattr(sampling, "KEYS_AT_ONCE", at_once)
        assert draw(5000, 300, seed=1).tolist() == whole


def test_every_row_and_every_pair_of_rows_is_drawn_as_often_as_any_other() -> None:
    times, seeds = np.zeros((12, 12)), 6000
    for seed in range(seeds):
        rows = draw(12, 4, seed)
        times[np.ix_(rows, rows)] += 1
    # A row is drawn with probability 4 / 12, so that a seed adds p (1 - p) to a count's variance; the counts add up to
    # 4 a seed, which leaves 11 degrees of freedom, of whose chi-square 31.3 is the 99.9 % point.
    p = 4 / 12
    chi = ((times.diagonal() - seeds * p) ** 2).sum() / (seeds * p * (1 - p)) * (11 / 12)
    assert chi < 31.3
    # A pair is drawn with probability (4 / 12) (3 / 11); 66 counts stay within five standard deviations.
    both = p * 3 / 11
    pairs = times[np.triu_indices(12, 1)]
    assert np.abs(pairs - seeds * both).max() < 5 * np.sqrt(seeds * both * (1 - both))


def test_the_same_rows_are_drawn_of_the_same_rows_however_they_are_kept(rows: Any, frame: pd.DataFrame) -> None:
    records = read_records(rows, label="y", weight="w", rows=17, seed=3, drop_unusable=True)
    numbers = draw(N, 17, seed=3)
    assert records.features["at"].tolist() == frame["at"][numbers].tolist()
    assert records.features["word"].tolist() == frame["word"][numbers].tolist()
    assert records.y is not None
    assert records.y.tolist() == frame["y"][numbers].tolist()
    assert records.weights is not None
    assert records.weights.tolist() == frame["w"][numbers].tolist()
    assert records.provenance.sample == Sample(17, N, 3)
    assert records.remarks[0] == "The rows are 17 of 60 rows, drawn with seed 3."


@pytest.mark.parametrize("wanted", [N, N + 1, 10**12])
def test_of_no_more_rows_than_wanted_all_are_read_without_a_word(rows: Any, wanted: int) -> None:
    records = read_records(rows, rows=wanted)
    assert (records.n, records.provenance.sample, records.remarks) == (N, None, ())


def test_a_sample_is_read_in_blocks_of_any_size(
    rows: Any, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trasunto.data.drawn_files.BLOCK", 64)
    monkeypatch.setattr("trasunto.data.drawn_files.ROWS_AT_ONCE", 1)
    monkeypatch.setattr("trasunto.data.drawn_files.PARQUET_ROWS_AT_ONCE", 3)
    drawn = read_records(rows, rows=20, seed=1)
    assert drawn.features["at"].tolist() == frame["at"][draw(N, 20, 1)].tolist()


def test_values_of_a_role_are_given_for_all_rows_and_drawn_with_them(rows: Any) -> None:
    records = read_records(rows, label=np.arange(N) + 5, rows=9, seed=2)
    assert records.y is not None
    assert records.y.tolist() == (draw(N, 9, 2) + 5).tolist()
    with pytest.raises(DataError, match="has 60 rows and 9 values of label; one a row is needed"):
        read_records(rows, label=np.arange(9), rows=9)


def test_a_refusal_counts_rows_as_the_file_does(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    lines = [f"{number},{number % 7}" for number in range(500)]
    bad = int(draw(500, 30, 0)[12])
    lines[bad] = "inf,1"
    path.write_text("\n".join(["a,b", *lines]))
    with pytest.raises(
        DataError, match=rf"column 'a' holds inf in row {bad + 2} of .*rows.csv \(the header is row 1\)"
    ):
        read_records(path, rows=30)


@pytest.mark.parametrize(
    ("early", "late"),
    [("", "2.5"), ("1", "0.5"), ("true", "5 apples"), ("2013-09-01", "never")],
    ids=["empty", "fractions", "truths", "dates"],
)
def test_a_column_holds_what_the_whole_file_says_whatever_it_begins_with(
    early: str, late: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rows.csv"
    cells = [early, early] * 90 + [late, f"{late}0"] * 10
    path.write_text("\n".join(["a,b", *(f"{number * 7 % 200},{cell}" for number, cell in enumerate(cells))]))
    monkeypatch.setattr("trasunto.data.drawn_files.BLOCK", 256)
    monkeypatch.setattr("trasunto.data.drawn_files.ROWS_AT_ONCE", 1)
    whole = read_records(path, drop_unusable=True).features
    drawn = read_records(path, rows=150, drop_unusable=True).features
    pd.testing.assert_frame_equal(drawn, whole.iloc[draw(200, 150, 0)].reset_index(drop=True))


def test_words_among_numbers_are_refused_where_they_were_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.csv"
    late = draw(200, 150, 0).tolist()[-10:]
    cells = ["word" if row in late else str(row % 9) for row in range(200)]
    path.write_text("\n".join(["a,b", *(f"{row * 7 % 200},{cell}" for row, cell in enumerate(cells))]))
    monkeypatch.setattr("trasunto.data.drawn_files.BLOCK", 256)
    monkeypatch.setattr("trasunto.data.drawn_files.ROWS_AT_ONCE", 1)
    with pytest.raises(DataError, match=rf"column 'b' holds 'word' in row {late[0] + 2} of .*rows.csv"):
        read_records(path, rows=150)


@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("options", [{}, {"scaling": "none"}])
def test_arrays_in_files_are_drawn_from_a_piece_at_a_time(
    labelled: bool, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trasunto.data.numpy_files.PIECE", 100)
    x = np.random.default_rng(0).normal(size=(N, 3))
    y = np.arange(N)
    if labelled:
        np.savez_compressed(tmp_path / "rows.npz", x_train=x, y_train=y, x_test=x[:7], y_test=y[:7])
    else:
        np.save(tmp_path / "rows.npy", x)
    extra: dict[str, Any] = {} if labelled or not options else {"test": 0.0}
    table = read(tmp_path / f"rows.{'npz' if labelled else 'npy'}", rows=11, seed=4, **options, **extra)
    numbers = draw(N, 11, 4)
    assert table.x.tolist() == x[numbers].tolist()
    assert table.provenance.sample == Sample(11, N, 4)
    if labelled:
        assert table.y is not None
        assert table.y.tolist() == numbers.tolist()
        assert table.test is not None
        assert table.test.x.tolist() == x[:7].tolist()


def test_an_array_kept_column_by_column_is_drawn_from_too(tmp_path: Path) -> None:
    x = np.asfortranarray(np.arange(120.0).reshape(40, 3))
    np.save(tmp_path / "rows.npy", x)
    assert read(tmp_path / "rows.npy", rows=5).x.tolist() == x[draw(40, 5, 0)].tolist()


def test_images_are_drawn_with_their_labels_and_test_images_stay(mnist: Table) -> None:
    whole, drawn = mnist, load("mnist", rows=50, seed=9)
    numbers = draw(60_000, 50, 9)
    assert np.array_equal(drawn.x, whole.x[numbers])
    assert whole.y is not None
    assert drawn.y is not None
    assert drawn.y.tolist() == whole.y[numbers].tolist()
    assert drawn.test is not None
    assert drawn.test.n == 10_000
    assert drawn.remarks == ("The rows are 50 of 60,000 rows, drawn with seed 9.",)


def test_all_parts_of_a_table_are_of_the_sample_and_its_fingerprint_of_these_rows_alone(rows: Any) -> None:
    def table(**options: Any) -> Any:
        return read_records(rows, label="y", **options).table(normal=0, drop_unusable=True)

    drawn = table(rows=30)
    assert drawn.n + drawn.test.n + drawn.anomalies.n == 30
    assert drawn.anomalies.provenance.sample == drawn.provenance.sample == Sample(30, N, 0)
    assert drawn.fingerprint == table(rows=30).fingerprint != table(rows=30, seed=1).fingerprint
    assert table(rows=N).fingerprint == table().fingerprint


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"rows": 0}, "rows is 0; it must be the number of rows to draw, at least 1, or 'fit'"),
        ({"rows": -5}, "rows is -5; it must be the number"),
        ({"rows": True}, "rows is True; it must be the number"),
        ({"rows": 2.5}, "rows is 2.5; it must be the number"),
        ({"rows": "most"}, "rows is 'most'; it must be the number"),
        ({"rows": 5, "seed": -1}, "seed is -1; it must be a whole number of at least 0"),
    ],
)
def test_what_is_no_number_of_rows_is_refused(options: dict[str, Any], sentence: str, frame: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=sentence):
        read_records(frame, **options)


def test_a_table_too_large_for_memory_is_refused_before_it_is_read_with_how_many_rows_fit(
    tmp_path: Path, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = pd.concat([frame] * 40)
    many.to_csv(tmp_path / "rows.csv", index=False)
    many.to_csv(tmp_path / "packed.csv.gz", index=False)
    many.to_parquet(tmp_path / "rows.parquet", index=False)
    np.save(tmp_path / "rows.npy", np.ones((100_000, 4)))
    let_be_free(monkeypatch, 200_000)
    monkeypatch.setattr("trasunto.data.tabular_files._tables", None)
    for name in ("rows.csv", "packed.csv.gz", "rows.parquet"):
        about = "" if name == "rows.parquet" else "about "
        sentence = (
            rf"all {about}2,400 rows of .*{name} need about .* of memory and 195 KiB is free; draw (\d+) at random"
        )
        with pytest.raises(DataError, match=sentence):
            read_records(tmp_path / name)
    with pytest.raises(DataError, match=r"all 100,000 rows of .*rows.npy need about .*\(--rows 2500\)"):
        read(tmp_path / "rows.npy")
    with pytest.raises(DataError, match=r"2,000 of the 2,400 rows of .*rows.csv need"):
        read_records(tmp_path / "rows.csv", rows=2000)


def test_as_many_rows_as_fit_are_drawn(rows: Any, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    let_be_free(monkeypatch, 12_000)
    records: Records = read_records(rows, rows="fit", seed=1)
    told = records.provenance.sample
    assert told is not None
    assert 10 < told.rows < N
    assert told == Sample(told.rows, N, 1, fitted=True)
    assert records.features["at"].tolist() == frame["at"][draw(N, told.rows, 1)].tolist()
    let_be_free(monkeypatch, 12_100)
    assert read_records(rows, rows="fit", seed=1).n == told.rows
    let_be_free(monkeypatch, 10**9)
    assert read_records(rows, rows="fit").provenance.sample is None
    let_be_free(monkeypatch, 10)
    with pytest.raises(DataError, match=r"has rows of about [0-9,]+ bytes each, and 0 KiB of memory is free"):
        read_records(rows, rows="fit")


def test_categories_of_columns_that_are_no_features_need_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.DataFrame({"x": np.arange(1000) % 7, "town": [f"town {row % 400}" for row in range(1000)]})
    frame.to_parquet(tmp_path / "rows.parquet", index=False)
    let_be_free(monkeypatch, 1_000_000)
    with pytest.raises(DataError, match=r"all 1,000 rows of .* need about .* of memory"):
        read_records(tmp_path / "rows.parquet")
    assert read_records(tmp_path / "rows.parquet", drop="town").n == 1000
    assert read_records(tmp_path / "rows.parquet", group="town").n == 1000


def test_how_many_fit_has_two_digits() -> None:
    assert [sampling._rounded_down(number) for number in (0, 7, 99, 123, 98_765)] == [0, 7, 99, 120, 98_000]


def test_more_rows_than_there_can_be_are_refused() -> None:
    with pytest.raises(DataError, match=r"rows\.parquet claims to hold 1,000,000,000,000,000 rows"):
        sampling.Drawing(5).drawn_of(10**15, 8.0, "rows.parquet")
