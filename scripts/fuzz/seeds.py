"""Valid files, which damage begins with: small, and between them of every kind that a reader knows."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

MODEL = Path(__file__).parents[2] / "tests" / "models" / "files" / "version-1.trasunto"


SWEEPS = (
    """name = "rates"
data = "mnist"
seeds = 2
sampler = "grid"
[recipe]
network = "[8 relu] > linear"
epochs = 2
[space]
learning_rate = [0.001, 0.01]
[budget]
networks = 12
""",
    """data = { source = "cards.csv", label = "Class", normal = 0 }
seeds = [3, 5]
measure = ["auroc", "parameters"]
score = "mse"
sampler = { name = "TPESampler", n_startup_trials = 4 }
pruner = "halving"
rungs = [1, 3]
cohort = 8
seed = 1
[budget]
networks = 8
minutes = 1.5
[recipe]
network = { depth = 2, latent = 4 }
epochs = 9
[space]
width = { integers = [16, 64], log = true }
""",
    """constraints = ["latent < width", "parameters <= 50000"]
sampler = "random"
budget.epochs = 900
[recipe]
network = "{width} relu > [{latent} linear] > mirror > linear"
epochs = 5
[space]
width = [16, 32]
latent = { integers = [2, 8], step = 2, points = 3 }
optimizer = ["sgd", "adam"]
learning_rate = { range = [1e-4, 1e-2], log = true, points = 3 }
momentum = { range = [0.0, 0.9], when = { optimizer = "sgd" } }
""",
)


class Seed(NamedTuple):
    """A valid file: its name, by whose ending readers may choose, and its content."""

    name: str
    content: bytes


def idx() -> tuple[Seed, ...]:
    """Return images and labels of several element types, plain and packed."""
    images = np.arange(24, dtype=np.uint8).reshape(4, 3, 2)
    arrays = [(0x08, images), (0x08, np.arange(9, dtype=np.uint8)), (0x0D, images.astype(">f4")), (0x0C, images[0, 0])]
    plain = [_idx(code, array) for code, array in arrays]
    packed = [gzip.compress(plain[0], mtime=0), lzma.compress(plain[0]), gzip.compress(plain[1], mtime=0)]
    return tuple(Seed("rows", content) for content in (*plain, *packed))


def csv() -> tuple[Seed, ...]:
    """Return tables of numbers, categories, dates and gaps, in the dialects that are read."""
    numbers = "a,b\n" + "".join(f"{i},{i * 0.37 - 2}\n" for i in range(30))
    texts = (
        numbers,
        'a,b,"c, d",colour\n' + "".join(f'{i},,"x\ny",{("red", "blue", "NA")[i % 3]}\n' for i in range(20)),
        "\ufeffzeit;Größe;x\r\n" + "".join(f"2024-01-0{1 + i % 9};{i}.5;true\r\n" for i in range(12)),
        "a\tb\n" + "".join(f"{i}e-3\t{'é' * i}\n" for i in range(10)),
    )
    plain = [Seed("rows.csv", text.encode()) for text in texts]
    return (*plain, Seed("rows.csv.gz", gzip.compress(numbers.encode(), mtime=0)))


def parquet() -> tuple[Seed, ...]:
    """Return tables of every plain type, and of what is refused, with several encodings and compressions."""
    import pyarrow as pa
    from pyarrow import parquet as writer

    count = 12
    plain = pa.table({"a": np.arange(count) * 0.5, "b": np.arange(count)})
    columns: dict[str, Any] = {
        "number": pa.array([None, *np.arange(count - 1) * 1.5]),
        "small": pa.array(range(count), pa.int8()),
        "truth": pa.array([True, False, None] * 4),
        "word": pa.array(["red", "blue", None] * 4),
        "coded": pa.array(["x", "y", "z"] * 4).dictionary_encode(),
    }
    strange: dict[str, Any] = {
        "day": pa.array(range(count), pa.date32()),
        "moment": pa.array(range(count), pa.timestamp("us", "UTC")),
        "exact": pa.array(range(count), pa.int64()).cast(pa.decimal128(21, 2)),
        "bytes": pa.array([b"\xff"] * count),
        "list": pa.array([[1, 2]] * count),
        "record": pa.array([{"p": 1}] * count),
    }
    chosen: list[tuple[Any, dict[str, Any]]] = [
        (plain, {}),
        (pa.table(columns), {"compression": "none"}),
        (pa.table(columns), {"compression": "zstd", "version": "1.0", "row_group_size": 5}),
        (pa.table(columns), {"use_dictionary": False, "data_page_version": "2.0", "compression": "gzip"}),
        (pa.table({**columns, **strange}), {}),
    ]
    return tuple(
        Seed("rows.parquet", _written(partial(writer.write_table, table, **options))) for table, options in chosen
    )


def arrays() -> tuple[Seed, ...]:
    """Return npz and npy files, one of them of objects: were it unpickled, the process would end."""
    x, y = np.arange(24.0).reshape(6, 4), np.arange(6)
    images = np.arange(24, dtype=np.uint8).reshape(4, 3, 2)
    writes = {
        "plain.npz": lambda buffer: np.savez(buffer, x=x, y=y),
        "split.npz": lambda buffer: np.savez_compressed(
            buffer, x_train=images, y_train=y[:4], x_test=images, y_test=y[:4]
        ),
        "words.npz": lambda buffer: np.savez(buffer, X=x.astype(np.float16), y=np.array(list("abcabc"))),
        "rows.npy": lambda buffer: np.save(buffer, x),
        "fortran.npy": lambda buffer: np.save(buffer, np.asfortranarray(x.astype(">i4"))),
    }
    written = [Seed(name, _written(write)) for name, write in writes.items()]
    objects = _npy("|O", (1,)) + b"cos\n_exit\n(I99\ntR."
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.npy", objects)
    return (*written, Seed("objects.npy", objects), Seed("objects.npz", buffer.getvalue()))


def images() -> tuple[Seed, ...]:
    """Return pictures of the formats that people have, grey, in colour, transparent, of 16 bits and turned."""
    from PIL import Image

    colours = Image.fromarray(np.arange(8 * 9 * 3, dtype=np.uint8).reshape(8, 9, 3))
    clear = colours.convert("RGBA")
    clear.putalpha(120)
    deep = Image.fromarray(np.arange(72, dtype=np.uint16).reshape(8, 9) * 900)
    turned = Image.Exif()
    turned[0x0112] = 6
    return (
        _picture(colours.convert("L"), "PNG"),
        _picture(clear, "PNG"),
        _picture(colours.convert("P"), "PNG", transparency=3),
        _picture(deep, "PNG"),
        _picture(deep, "TIFF"),
        _picture(clear, "TIFF", compression="tiff_lzw"),
        _picture(colours, "JPEG", exif=turned),
        _picture(colours, "BMP"),
        _picture(colours.convert("P"), "GIF"),
        _picture(colours, "PPM"),
        _picture(clear, "WEBP", lossless=True),
        _picture(clear, "ICO"),
        _picture(colours, "TGA", compression="tga_rle"),
    )


def models() -> tuple[Seed, ...]:
    """Return a detector of the first format, an ensemble with categories."""
    return (Seed("model.trasunto", MODEL.read_bytes()),)


def recipes() -> tuple[Seed, ...]:
    """Return recipes that between them have every kind of field."""
    from trasunto.spec import Recipe

    made = (
        Recipe("[64 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.95, momentum=0.95, nesterov=True),
        Recipe("8 relu > [4 normal kl=0.5] > mirror > linear", loss="huber", schedule="cosine", clip_norm=1.0),
        Recipe("8 relu > [4 linear] > mirror > linear", tied=True, corruption="masking", noise=0.3, optimizer="adamw"),
    )
    return tuple(Seed("recipe.json", recipe.to_json().encode()) for recipe in made)


def networks() -> tuple[Seed, ...]:
    """Return networks in the notation."""
    texts = (
        "[64 sigmoid drop=0.1] > sigmoid",
        "64 relu > 32 tanh l1=1e-4 > [24 relu] > 32 relu l1=1e-4 > 64 tanh > linear",
        "128 relu > 64 relu l2=0.5 > [8 normal kl=1] > mirror > linear",
    )
    return tuple(Seed("network.txt", text.encode()) for text in texts)


def sweeps() -> tuple[Seed, ...]:
    """Return sweeps: a grid of rates, an hourglass with a pruner, and a space with conditions and constraints."""
    return tuple(Seed("sweep.toml", text.encode()) for text in SWEEPS)


def reports() -> tuple[Seed, ...]:
    """Return the facts of a report without figures, whose pictures would have to lie beside it."""
    from trasunto.report import DataUsed, Machine, Number, Report, Run, StudySection, Work
    from trasunto.report.facts import encode

    run = Run(
        title="Detector",
        subtitle="",
        command="trasunto detect",
        started="2026-03-01T09:30:00+01:00",
        seconds=1.5,
        machine=Machine(2, 7.7),
        work=Work(1, 0, 3),
        versions={"python": "3.11"},
        data=(DataUsed("rows", "ab" * 32, 3),),
        outcomes={"finished": 1},
        remarks=("So.",),
    )
    study = StudySection(
        study="loss",
        experiments=("A7",),
        question="Why?",
        verdict="So.",
        paper_answer="No.",
        details=("One.",),
        numbers=(Number("A7", "gap", 0.05, float("nan"), low=0.1, high=0.2),),
        figures=(),
        settings={"hidden": [1, 2]},
        facts={"best": 1, "cells": [{"units": 64, "error": 0.1}, {"units": 128, "error": 0.2}]},
        seconds=1.0,
    )
    return (Seed("facts.json", encode(Report(run, (study,), {})).encode()),)


def _idx(code: int, array: np.ndarray) -> bytes:
    content = array.astype(">i4").tobytes() if code == 0x0C else array.tobytes()
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape) + content


def _npy(kind: str, shape: Sequence[int]) -> bytes:
    header = f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': {tuple(shape)!r}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()


def _picture(picture: Image, kind: str, **options: Any) -> Seed:
    return Seed("picture", _written(lambda buffer: picture.save(buffer, kind, **options)))


def _written(write: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()
