"""What TensorBoard finds: read back record by record, as TFRecord files are."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasunto.api.writers import log_to
from trasunto.errors import TrasuntoError
from trasunto.runs.cohort import Cohort

pytestmark = pytest.mark.heavy


def events(folder: Path) -> Iterator[Any]:
    """Yield the events of a folder's files, oldest first, with every checksum checked."""
    from tensorboardX.crc32c import crc32c
    from tensorboardX.proto.event_pb2 import Event

    def masked(data: bytes) -> int:
        crc: int = crc32c(data)
        return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF

    for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns):
        assert path.name.startswith("events.out.tfevents.")
        content = path.read_bytes()
        while content:
            (length,) = struct.unpack("<Q", content[:8])
            data = content[12 : 12 + length]
            assert struct.unpack("<I", content[8:12])[0] == masked(content[:8])
            assert struct.unpack("<I", content[12 + length : 16 + length])[0] == masked(data)
            yield Event.FromString(data)
            content = content[16 + length :]


def curves(folder: Path) -> dict[tuple[int, str], float]:
    return {
        (event.step, value.tag): value.simple_value
        for event in events(folder)
        for value in event.summary.value
        if value.HasField("simple_value")
    }


def test_each_member_is_a_folder_with_its_curve(
    train_logged: Callable[..., Cohort], tmp_path: Path, nobody_is_reached: list[Any]
) -> None:
    cohort = train_logged("tensorboard:boards")
    history = cohort.history().set_index("id")
    assert {path.name for path in (tmp_path / "boards").iterdir()} == set(history.index)
    for id, curve in history.groupby(level=0):
        read = curves(tmp_path / "boards" / str(id))
        for row in curve.to_dict("records"):
            for metric in ("test_loss", "train_loss"):
                np.testing.assert_equal(np.float32(read.get((row["epoch"], metric), np.nan)), np.float32(row[metric]))


def test_numbers_and_outcomes_are_there(train_logged: Callable[..., Cohort], tmp_path: Path) -> None:
    from tensorboardX.proto.plugin_hparams_pb2 import HParamsPluginData

    cohort = train_logged("tensorboard")
    for row in cohort.frame().to_dict("records"):
        values = [value for event in events(tmp_path / "tensorboard" / str(row["id"])) for value in event.summary.value]
        tagged = {value.tag: value for value in values}
        outcome = tagged["outcome/text_summary"].tensor.string_val[0].decode()
        assert outcome == f"{row['status']}: {row['reason']}"
        session = HParamsPluginData.FromString(
            tagged["_hparams_/session_start_info"].metadata.plugin_data.content
        ).session_start_info.hparams
        assert session["learning_rate"].number_value == row["learning_rate"]
        assert session["1.drop"].number_value == 0.1
        assert session["network"].string_value == row["network"]
        assert "_hparams_/session_end_info" in tagged


def test_a_member_that_goes_on_goes_on_in_its_folder(train_logged: Callable[..., Cohort], tmp_path: Path) -> None:
    train_logged("tensorboard", epochs=2)
    cohort = train_logged("tensorboard", epochs=5)
    best = cohort.best()
    folder = tmp_path / "tensorboard" / best.id
    assert len(list(folder.iterdir())) == 2
    assert {epoch for epoch, metric in curves(folder) if metric == "test_loss"} == set(range(6))


@pytest.mark.parametrize("place", ["taken/boards", "s3://bucket/boards"])
def test_a_place_that_is_no_folder_is_refused(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(TrasuntoError, match="folder"), log_to(f"tensorboard:{place}"):
        pytest.fail("nothing is opened")
