"""A model's file: what goes in comes out, and whatever is no such file is refused in a sentence that says why."""

from __future__ import annotations

import errno
import json
import os
import re
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trasunto.analysis.scores import Scoring
from trasunto.data import from_arrays
from trasunto.errors import TrasuntoError
from trasunto.models import file as file_module
from trasunto.models.file import KEY, ModelFileError, open_model, save
from trasunto.models.fitting import fit_model
from trasunto.models.model import Model
from trasunto.models.scoring import SCORES, Judgement
from trasunto.spec import Recipe

KEPT = Path(__file__).parent / "files"


@pytest.fixture(scope="session")
def content(model: Model, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return save(model, tmp_path_factory.mktemp("models") / "model.trasunto").read_bytes()


@pytest.fixture
def written(content: bytes, tmp_path: Path) -> Callable[[bytes], Path]:
    """Write bytes as a model's file."""

    def write(changed: bytes = content) -> Path:
        path = tmp_path / "m.trasunto"
        path.write_bytes(changed)
        return path

    return write


def header_of(content: bytes) -> dict[str, Any]:
    (length,) = struct.unpack("<Q", content[:8])
    header: dict[str, Any] = json.loads(content[8 : 8 + length])
    return header


def with_header(content: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return the file with its header changed and everything else as it was."""
    (length,) = struct.unpack("<Q", content[:8])
    header = header_of(content)
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + length :]


def with_document(content: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return the file with its document changed."""

    def changed(header: dict[str, Any]) -> None:
        document = json.loads(header["__metadata__"][KEY])
        change(document)
        header["__metadata__"][KEY] = json.dumps(document)

    return with_header(content, changed)


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every checksum for right, as whoever means harm would make it, so that what lies behind it is tested."""
    monkeypatch.setattr(file_module, "_is_damaged", lambda *_: False)


def test_a_model_comes_back_as_it_was(model: Model, frame: pd.DataFrame, written: Callable[..., Path]) -> None:
    again = open_model(written())
    assert np.array_equal(again.score(frame), model.score(frame))
    assert np.array_equal(again.flag(frame), model.flag(frame))
    assert np.array_equal(again.encode(frame), model.encode(frame))
    assert again.explain(frame.iloc[:9], 3) == model.explain(frame.iloc[:9], 3)
    for name in ("recipe", "threshold", "seeds", "provenance", "n", "versions", "created", "feature_names"):
        assert getattr(again, name) == getattr(model, name), name
    assert again.entrance.ignored == ("id", "Time", "Class")
    assert [course.history["test_loss"] for course in again.courses] == [
        course.history["test_loss"] for course in model.courses
    ]
    for course, before in zip(again.courses, model.courses, strict=True):
        assert np.array_equal(course.history["train_loss"], before.history["train_loss"], equal_nan=True)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("network", ["[2 tanh drop=0.1] > linear", "4 relu l1=1e-3 > [2 linear] > mirror > linear"])
def test_every_kind_of_detector_comes_back(tmp_path: Path, score: str, network: str) -> None:
    rows = np.random.default_rng(0).normal(size=(50, 5))
    made = fit_model(from_arrays(rows), Recipe(network, epochs=1), score=score)
    assert np.array_equal(open_model(save(made, tmp_path / "m.trasunto")).score(rows), made.score(rows))


def test_a_tied_network_comes_back(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(50, 5))
    made = fit_model(from_arrays(rows), Recipe("4 relu > [2 linear] > mirror > linear", epochs=1, tied=True))
    assert np.array_equal(open_model(save(made, tmp_path / "m.trasunto")).score(rows), made.score(rows))


def test_saving_twice_gives_the_same_bytes(model: Model, content: bytes, tmp_path: Path) -> None:
    assert save(model, tmp_path / "again.trasunto").read_bytes() == content
    assert save(open_model(tmp_path / "again.trasunto"), tmp_path / "copy.trasunto").read_bytes() == content


def test_a_file_is_not_overwritten_and_nothing_is_left_of_the_attempt(model: Model, tmp_path: Path) -> None:
    (tmp_path / "mine.trasunto").write_text("mine")
    with pytest.raises(TrasuntoError, match="exists and is not overwritten"):
        save(model, tmp_path / "mine.trasunto")
    with pytest.raises(TrasuntoError, match=r"must end in \.trasunto"):
        save(model, tmp_path / "model.pkl")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.trasunto"]
    assert (tmp_path / "mine.trasunto").read_text() == "mine"


def test_the_file_holds_arrays_and_text_alone(content: bytes) -> None:
    header = header_of(content)
    assert set(header.pop("__metadata__")) == {KEY}
    assert header.pop("checksum")["dtype"] == "U8"
    assert {entry["dtype"] for entry in header.values()} == {"F32", "F64"}


@pytest.mark.parametrize("version", ["version-1", "version-2"])
def test_a_file_of_each_version_is_read_by_every_later_release(version: str) -> None:
    kept = open_model(KEPT / f"{version}.trasunto")
    expected = json.loads((KEPT / f"{version}.json").read_text())
    frame = pd.DataFrame(expected["rows"])
    assert kept.score(frame).tolist() == pytest.approx(expected["scores"], rel=1e-4)
    assert kept.flag(frame).tolist() == expected["flagged"]
    assert kept.threshold.value == expected["threshold"]


def test_what_is_no_file_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(TrasuntoError, match="a model must be the path of a file, not None"):
        open_model(None)  # type: ignore[arg-type]
    with pytest.raises(ModelFileError, match=r"model file '.*nowhere.trasunto' is not there"):
        open_model(tmp_path / "nowhere.trasunto")
    with pytest.raises(ModelFileError, match="is no file but a folder"):
        open_model(tmp_path)


@pytest.mark.parametrize(
    "foreign", [b"", b"short", b"PK\x03\x04" + b"\0" * 60, b"\x80\x05pickle" * 9, b'{"not": "ours"}' * 9, b"\0" * 999]
)
def test_a_foreign_file_is_refused_by_name(written: Callable[[bytes], Path], foreign: bytes) -> None:
    with pytest.raises(ModelFileError, match=r"m\.trasunto' is (damaged, or )?no model"):
        open_model(written(foreign))


@pytest.mark.parametrize(
    ("foreign", "said"),
    [
        (b"", "is no model: it is empty"),
        (b"amount,card\n1,red\n" * 9, "is no model: it holds text"),
        ("größe;café\n".encode() * 999, "is no model: it holds text"),
        (b"PAR1" + b"\x15\0" * 99, "is no model: it is a Parquet file"),
        (b"PK\x03\x04" + b"\0" * 99, "is no model: it is a zip archive, as checkpoints of PyTorch"),
        (b"\x80\x05\x95" + b"\0" * 99, "is no model: it is a pickle, which trasunto never opens"),
        (b"\xff\0" * 99, "is damaged, or no model at all: it is not written as trasunto writes models"),
    ],
)
def test_a_foreign_file_is_said_to_be_what_it_is_in_our_own_words(
    written: Callable[[bytes], Path], foreign: bytes, said: str
) -> None:
    with pytest.raises(ModelFileError, match=rf"m\.trasunto' {said}") as refusal:
        open_model(written(foreign))
    assert "header" not in str(refusal.value).lower()


@pytest.mark.parametrize(
    ("score", "change"),
    [
        ("standardised", lambda arrays: {"usual": arrays["usual"] * 0}),
        ("standardised", lambda arrays: {"usual": -arrays["usual"]}),
        ("standardised", lambda arrays: {"usual": arrays["usual"] * 1e-300}),
        ("mahalanobis", lambda arrays: {**arrays, "scale": arrays["scale"] * 0}),
        ("mahalanobis", lambda arrays: {**arrays, "scale": arrays["scale"] * 1e-300}),
        ("mahalanobis", lambda arrays: {**arrays, "precision": arrays["precision"] * 1e300}),
        ("mahalanobis", lambda arrays: {**arrays, "precision": -arrays["precision"]}),
        ("latent", lambda arrays: {**arrays, "precision": arrays["precision"] + np.triu(np.ones((2, 2)), 1)}),
        ("latent", lambda arrays: {**arrays, "precision": arrays["precision"] * 0}),
    ],
)
def test_arrays_that_make_every_score_nonsense_are_refused(
    model: Model, frame: pd.DataFrame, tmp_path: Path, score: str, change: Callable[..., dict[str, np.ndarray]]
) -> None:
    judgement = Judgement.fit(score, model.networks, model.prepare(frame), model.entrance.spans)
    right = replace(model, judgement=judgement)
    assert np.array_equal(open_model(save(right, tmp_path / "right.trasunto")).score(frame), right.score(frame))
    first = Scoring.from_arrays(judgement.scorings[0].kind, change(judgement.scorings[0].to_arrays()))
    wrong = replace(judgement, scorings=(judgement.scorings[1], first))
    with pytest.raises(ModelFileError, match=r"cannot be used: what the score of network 1 measured .* cannot be"):
        open_model(save(replace(model, judgement=wrong), tmp_path / "wrong.trasunto"))


def test_a_safetensors_file_of_someone_else_is_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"w": np.zeros(3)}, tmp_path / "other.trasunto")
    with pytest.raises(ModelFileError, match="was not written by trasunto"):
        open_model(tmp_path / "other.trasunto")


def test_a_newer_format_is_said_to_be_newer(content: bytes, written: Callable[[bytes], Path]) -> None:
    newer = with_document(content, lambda document: document.update(version=3, new="key"))
    with pytest.raises(ModelFileError, match="newer trasunto: its format is version 3, and this one reads up to 2"):
        open_model(written(newer))


@pytest.mark.parametrize("version", [None, True, "1", 0, -1, 1.0, [1]])
def test_a_version_that_is_none_is_refused(content: bytes, written: Callable[[bytes], Path], version: object) -> None:
    with pytest.raises(ModelFileError, match="does not say of which version"):
        open_model(written(with_document(content, lambda document: document.update(version=version))))


def test_a_file_without_its_checksum_is_damaged(content: bytes, written: Callable[[bytes], Path]) -> None:
    def rename(header: dict[str, Any]) -> None:
        header["checksun"] = header.pop("checksum")

    with pytest.raises(ModelFileError, match="array 'checksum' is missing"):
        open_model(written(with_header(content, rename)))


@pytest.mark.parametrize("length", [2**20, 2**40, 2**63, 2**64 - 1])
def test_a_header_that_claims_to_be_huge_is_refused(
    content: bytes, written: Callable[[bytes], Path], length: int
) -> None:
    with pytest.raises(ModelFileError, match="damaged"):
        open_model(written(struct.pack("<Q", length) + content[8:]))


def test_an_array_that_claims_to_be_huge_is_refused(content: bytes, written: Callable[[bytes], Path]) -> None:
    def lie(header: dict[str, Any]) -> None:
        header["weights/0/1.kernel"]["shape"] = [2**30, 2**30]

    with pytest.raises(ModelFileError, match="damaged"):
        open_model(written(with_header(content, lie)))


def test_a_network_that_claims_to_be_huge_is_refused_before_anything_is_made_of_it(
    content: bytes, written: Callable[[bytes], Path]
) -> None:
    def lie(document: dict[str, Any]) -> None:
        document["courses"][0]["recipe"]["network"] = "[999999999 tanh] > linear"

    with pytest.raises(ModelFileError, match=r"array 'weights/0/1.kernel' is \(4, 2\) .* needs \(4, 999999999\)"):
        open_model(written(with_document(content, lie)))


def test_a_changed_document_or_array_is_told_by_the_checksum(content: bytes, written: Callable[[bytes], Path]) -> None:
    def bend(document: dict[str, Any]) -> None:
        document["threshold"]["value"] = 1e9

    for changed in (with_document(content, bend), content[:-1] + bytes([content[-1] ^ 1])):
        with pytest.raises(ModelFileError, match="checksum is not that of what was written"):
            open_model(written(changed))


WRONG = [None, True, -1, 1.5, "text", [], [1], {}, {"a": 1}]
OPEN = {"preparation", "versions"}  # they hold objects, and are judged by those who read them


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_every_key_of_another_type_is_refused_with_its_name(
    content: bytes, written: Callable[[bytes], Path], unchecked: None, value: Any
) -> None:
    document = json.loads(header_of(content)["__metadata__"][KEY])
    for key, right in document.items():
        if type(right) is type(value) and key not in OPEN:
            continue
        changed = with_document(content, lambda document, key=key: document.update({key: value}))  # type: ignore[misc]
        try:
            open_model(written(changed))
        except ModelFileError as refusal:
            assert "cannot be used" in str(refusal) or "damaged" in str(refusal)  # noqa: PT017
        else:
            assert (key, value) in [("versions", {}), ("preparation", None)], (key, value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda document: document.pop("kind"), "wrong at 'kind': Field required"),
        (lambda document: document.update(kind="tree"), r"its kind of model 'tree' is not known \(legal: detector\)"),
        (lambda document: document.update(version=1), "wrong at 'kind': version 1 has none"),
        (lambda document: document.pop("score"), "wrong at 'score': Field required"),
        (lambda document: document.update(extra=1), "wrong at 'extra'"),
        (lambda document: document.update(score="sum"), "score 'sum' is not known"),
        (lambda document: document.update(precision="float16"), "precision 'float16' is not known"),
        (lambda document: document.update(scale=0), "scale is not a finite number"),
        (lambda document: document.update(blocks=[[3, 2]]), r"one-hot block \(3, 2\)"),
        (lambda document: document.update(courses=[]), "describes no network"),
        (lambda document: document.update(n=0), "trained on 0 rows"),
        (lambda document: document["threshold"].update(value="1"), "wrong at 'threshold.value'"),
        (lambda document: document["courses"][0]["recipe"].update(learning_rat=1), "learning_rat"),
        (lambda document: document["courses"][0]["recipe"].update(epochs="many"), "epochs"),
        (lambda document: document["courses"][0]["recipe"].update(loss="cross_entropy"), "classifier"),
        (lambda document: document["preparation"]["columns"].pop(), "other features"),
        (lambda document: document["courses"].pop(), "belongs to no part of the model"),
        (lambda document: document["courses"].append(document["courses"][0]), "array '.*/2.*' is missing"),
        (lambda document: document["courses"][0]["history"].update(x=["a"]), "wrong at 'courses.0.history.x.0'"),
    ],
)
def test_a_document_that_makes_no_sense_is_refused_with_what_is_wrong(
    content: bytes,
    written: Callable[[bytes], Path],
    unchecked: None,
    change: Callable[[dict[str, Any]], object],
    said: str,
) -> None:
    with pytest.raises(ModelFileError, match=said):
        open_model(written(with_document(content, change)))


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", "3", '{"a":' * 100_000, '{"scale": NaN}', '{"n": ' + "9" * 9999 + "}"]
)
def test_a_document_that_is_no_object_of_json_is_refused(
    content: bytes, written: Callable[[bytes], Path], text: str
) -> None:
    changed = with_header(content, lambda header: header["__metadata__"].update({KEY: text}))
    with pytest.raises(ModelFileError, match=r"its document (is|does not say)"):
        open_model(written(changed))


def test_a_network_of_numbers_that_are_none_is_refused(model: Model, tmp_path: Path) -> None:
    broken = replace(model, weights=({**model.weights[0], "1.bias": np.full(2, np.nan, np.float32)}, model.weights[1]))
    with pytest.raises(ModelFileError, match=r"array 'weights/0/1\.bias' holds numbers that are not finite"):
        open_model(save(broken, tmp_path / "m.trasunto"))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_flipped_bytes_are_refused_or_change_nothing(
    data: st.DataObject, content: bytes, tmp_path: Path, model: Model, frame: pd.DataFrame
) -> None:
    changed = bytearray(content)
    (header,) = struct.unpack("<Q", content[:8])
    # Half of the flips into the header, which is a small part of the file and all of its meaning.
    places = st.one_of(st.integers(0, 8 + header), st.integers(0, len(content) - 1))
    for place in data.draw(st.lists(places, min_size=1, max_size=3)):
        changed[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "flipped.trasunto"
    path.write_bytes(changed)
    try:
        again = open_model(path)
    except TrasuntoError as refusal:
        assert re.match(r"the model file '.*' ", str(refusal))  # noqa: PT017
    else:
        assert np.array_equal(again.score(frame), model.score(frame))
        assert again.threshold == model.threshold


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True), more=st.binary(max_size=40))
def test_a_truncated_file_is_refused_whatever_follows(
    content: bytes, tmp_path: Path, share: float, more: bytes
) -> None:
    path = tmp_path / "truncated.trasunto"
    path.write_bytes(content[: int(share * len(content))] + more)
    if path.read_bytes() != content:
        with pytest.raises(TrasuntoError, match="the model file"):
            open_model(path)


def test_a_file_that_may_not_be_read_is_refused(written: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = written()

    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    # Not by chmod: the superuser, as whom tests may run, reads everything.
    monkeypatch.setattr("safetensors.safe_open", refuse)
    with pytest.raises(ModelFileError, match="cannot be"):
        open_model(path)


def test_a_model_that_could_not_be_opened_again_is_not_written(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_module, "MOST_BYTES", 1_000)
    with pytest.raises(TrasuntoError, match=r"bytes of arrays, and a model file at most 1,000: take fewer networks"):
        save(model, tmp_path / "large.trasunto")
    assert not list(tmp_path.iterdir())
