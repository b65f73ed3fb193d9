"""One picture file as one row."""

from __future__ import annotations

import warnings
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trasunto.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image as Picture


def read_image(path: str | PathLike[str], shape: tuple[int, int]) -> np.ndarray:
    """Read any picture as one grey row of pixels.

    The picture is turned upright as its camera noted, laid on black where it is transparent, made grey and stretched to
    `shape`. Nothing is inverted or cropped: to look like MNIST, it should be light on dark and fill the frame.

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
            with Image.open(path) as picture:
                grey = _grey(ImageOps.exif_transpose(picture))
                return np.asarray(grey.resize((width, height), Image.Resampling.LANCZOS)).reshape(-1)
    # Pillow's decoders raise whatever their format's parser does (SyntaxError for PNG, struct.error for TIFF, ...).
    except Exception as fault:
        raise DataError(f"{path} cannot be read as a picture ({fault})") from fault


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
