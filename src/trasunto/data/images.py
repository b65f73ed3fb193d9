"""Reader of a picture file as one row of grey pixels."""

from __future__ import annotations

import io
import warnings
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trasunto.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

ALWAYS = 10_000_000
"""Pixels allowed in any picture."""

PIXELS_PER_BYTE = 100
"""Pixels per byte allowed in a larger picture; photographs have about ten."""


def read_image(path: str | PathLike[str], shape: tuple[int, int]) -> np.ndarray:
    """Read any picture as one grey row of pixels.

    The picture is rotated by its EXIF orientation, composited on black, converted to grey and resized to `shape`. It is
    not inverted or cropped: to look like MNIST, it should be light on dark and fill the frame.

    Parameters
    ----------
    path
        A picture file, in any format that Pillow reads.
    shape
        Height and width of the images that the network knows, as in ``table.image_shape``.

    Returns
    -------
    np.ndarray
        ``(d,)`` pixels, uint8, 0 for black.

    Raises
    ------
    DataError
        If there is no such file, or it is not a picture.
    """
    from PIL import Image, ImageOps

    if not Path(path).is_file():
        raise DataError(f"there is no picture file {path}")
    height, width = shape
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # From memory: from a file, Pillow reads blocks as long as headers claim, and Python allocates all of it.
            content = Path(path).read_bytes()
            with Image.open(io.BytesIO(content), formats=_formats()) as picture:
                _refuse_promises(picture, len(content))
                ImageOps.exif_transpose(picture, in_place=True)
                grey = _grey(picture)
                return np.asarray(grey.resize((width, height), Image.Resampling.LANCZOS)).reshape(-1)
    # Pillow's decoders raise whatever their format's parser does (SyntaxError for PNG, struct.error for TIFF, ...).
    except Exception as fault:
        raise DataError(f"{path} cannot be read as a picture ({fault})") from fault


def _formats() -> list[str]:
    """Return every format but PostScript, for which Pillow would run Ghostscript on the file."""
    from PIL import Image

    Image.init()
    return [name for name in Image.ID if name != "EPS"]


def _refuse_promises(picture: Picture, size: int) -> None:
    """Refuse a header that claims more pixels than `size` bytes can hold: each claimed pixel takes memory."""
    pixels = picture.width * picture.height
    if pixels > max(ALWAYS, PIXELS_PER_BYTE * size):
        raise ValueError(f"its header promises {pixels:,} pixels, and the file has {size:,} bytes")


def _grey(picture: Picture) -> Picture:
    from PIL import Image

    if picture.mode == "F":
        raise ValueError("its pixels are floating-point numbers of no known range")
    if picture.mode.startswith("I"):
        # 16 bits a pixel; convert("L") would clip at 255 and turn nearly everything white.
        return Image.fromarray((np.asarray(picture).clip(0, 65535) // 257).astype(np.uint8))
    if picture.has_transparency_data:
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "black"), picture.convert("RGBA"))
    return picture.convert("L")
