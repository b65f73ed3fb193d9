from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trasunto.data.images import read_image
from trasunto.errors import DataError


@pytest.fixture
def picture() -> np.ndarray:
    return np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".gif", ".pgm"])
def test_a_grey_picture_of_the_right_size_is_read_pixel_by_pixel(
    suffix: str, picture: np.ndarray, tmp_path: Path
) -> None:
    Image.fromarray(picture).save(tmp_path / f"p{suffix}")
    row = read_image(tmp_path / f"p{suffix}", (4, 6))
    assert row.dtype == np.uint8
    np.testing.assert_array_equal(row, picture.reshape(-1))


def test_a_large_colour_picture_is_made_grey_and_small(tmp_path: Path) -> None:
    halves = np.zeros((80, 60, 3), dtype=np.uint8)
    halves[:40] = (200, 200, 200)
    Image.fromarray(halves).save(tmp_path / "p.jpg", quality=100)
    small = read_image(tmp_path / "p.jpg", (8, 6)).reshape(8, 6)
    np.testing.assert_allclose(small[:3], 200, atol=8)
    np.testing.assert_allclose(small[5:], 0, atol=8)


def test_transparency_is_black(picture: np.ndarray, tmp_path: Path) -> None:
    alpha = np.where(picture > 100, 255, 0).astype(np.uint8)
    Image.merge("LA", [Image.fromarray(picture), Image.fromarray(alpha)]).save(tmp_path / "p.png")
    expected = np.where(picture > 100, picture, 0).reshape(-1)
    np.testing.assert_array_equal(read_image(tmp_path / "p.png", (4, 6)), expected)


def test_sixteen_bits_a_pixel_are_not_clipped(picture: np.ndarray, tmp_path: Path) -> None:
    Image.fromarray(picture.astype(np.uint16) * 257).save(tmp_path / "p.png")
    np.testing.assert_array_equal(read_image(tmp_path / "p.png", (4, 6)), picture.reshape(-1))


def test_a_photograph_is_turned_upright(picture: np.ndarray, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # orientation: upside down
    Image.fromarray(picture).save(tmp_path / "p.png", exif=exif)
    np.testing.assert_array_equal(read_image(tmp_path / "p.png", (4, 6)), picture.reshape(-1)[::-1])


def test_colours_of_print_are_read(tmp_path: Path) -> None:
    Image.new("CMYK", (6, 4), (0, 0, 0, 0)).save(tmp_path / "p.tiff")
    assert read_image(tmp_path / "p.tiff", (4, 6)).min() == 255


def test_floating_point_pixels_are_refused(tmp_path: Path) -> None:
    Image.fromarray(np.ones((4, 6), dtype=np.float32)).save(tmp_path / "p.tiff")
    with pytest.raises(DataError, match=r"p.tiff cannot be read as a picture \(its pixels are floating-point"):
        read_image(tmp_path / "p.tiff", (4, 6))


def test_a_missing_picture_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.png", tmp_path):
        with pytest.raises(DataError, match=f"there is no picture file {path}"):
            read_image(path, (4, 6))


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_text("not a picture")
    with pytest.raises(DataError, match=r"p.png cannot be read as a picture"):
        read_image(tmp_path / "p.png", (4, 6))


def test_a_truncated_picture_is_refused(picture: np.ndarray, tmp_path: Path) -> None:
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)).save(tmp_path / "p.png")
    whole = (tmp_path / "p.png").read_bytes()
    (tmp_path / "p.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"p.png cannot be read as a picture"):
        read_image(tmp_path / "p.png", (4, 6))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("side", [10_000, 60_000])
def test_a_picture_that_claims_to_be_enormous_is_refused(side: int, tmp_path: Path) -> None:
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0), b"IDAT" + zlib.compress(b""))
    framed = [struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks]
    (tmp_path / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(framed))
    with pytest.raises(DataError, match=r"p.png cannot be read as a picture \(Image size .* exceeds limit"):
        read_image(tmp_path / "p.png", (4, 6))
