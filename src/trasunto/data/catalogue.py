"""Catalogue of data sets by name: embedded ones, registered ones, and folders in ``$TRASUNTO_DATA``.

To register one that users fetch by hand, add an :class:`Entry` to `REGISTERED`; to embed one, give its files' MD5s too.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from trasunto.data.arrays import RawArrays, assemble, drawn_from
from trasunto.data.creditcard import load_creditcard
from trasunto.data.files import read
from trasunto.data.idx import read_idx
from trasunto.data.options import beside_drawing, drawing_of
from trasunto.data.places import is_text
from trasunto.data.sampling import Drawing
from trasunto.data.table import Provenance, Table
from trasunto.errors import DataError, one_of

VARIABLE = "TRASUNTO_DATA"
CREDITCARD = "creditcard"


@dataclass(frozen=True)
class Entry:
    """One data set of the catalogue.

    Attributes
    ----------
    name
        Name for :func:`load`.
    description
        Its rows in a few words.
    source
        Its author, and where to fetch it.
    licence
        Its licence.
    embedded
        MD5 of each unpacked IDX file by name, for data in the package.
    """

    name: str
    description: str
    source: str = ""
    licence: str = ""
    embedded: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def place(self) -> str:
        """Folder that its files are in, or belong into."""
        return f"trasunto/data/{self.name}" if self.embedded else str(_folder() / self.name)

    @property
    def present(self) -> bool:
        """Whether it can be loaded now."""
        return bool(self.embedded) or (_folder() / self.name).is_dir()


REGISTERED = (
    Entry(
        name="mnist",
        description="handwritten digits, 60,000 and 10,000 images of 28 x 28 pixels",
        source="Y. LeCun, C. Cortes, C. J. C. Burges, http://yann.lecun.com/exdb/mnist/",
        licence="CC BY-SA 3.0",
        embedded={
            "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
            "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
            "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
            "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
        },
    ),
    Entry(
        name="fashion-mnist",
        description="pictures of clothes, 60,000 and 10,000 images of 28 x 28 pixels",
        source="Zalando Research, https://github.com/zalandoresearch/fashion-mnist",
        licence="MIT",
    ),
    Entry(
        name=CREDITCARD,
        description="card transactions of two days in 2013, 284,807 rows of 29 columns, 492 of them frauds",
        source="Machine Learning Group, ULB, https://www.openml.org/d/1597",
        licence="Open Database License / DbCL 1.0",
    ),
)


def catalogue() -> tuple[Entry, ...]:
    """List the registered data sets, then the other folders placed in ``$TRASUNTO_DATA``; nothing is read.

    Examples
    --------
    >>> [entry.name for entry in catalogue() if entry.embedded]
    ['mnist']
    """
    known = {entry.name for entry in REGISTERED}
    folders = [folder for folder in sorted(_folder().glob("[!.]*/")) if is_text(folder.name)]
    return (*REGISTERED, *(Entry(folder.name, "placed by hand") for folder in folders if folder.name not in known))


def where_files_go() -> str:
    """Return a sentence on the folder for files fetched by hand."""
    return f"files fetched by hand go into ${VARIABLE}/NAME ({VARIABLE} is {os.environ.get(VARIABLE) or 'not set'})"


def load(name: str, **options: Any) -> Table:
    """Load a data set of the catalogue by its name.

    Parameters
    ----------
    name
        As :func:`catalogue` lists it.
    **options
        For ``creditcard``: the options of :func:`read` in place of ``label="Class"``, ``normal=0``, standard scaling
        and a random 80/20 split, so that frauds are the table's ``anomalies``; `path`, a file of its rows; and `time`,
        whether Time is a feature (or, as ``time="Time"``, what a split goes by). Unless a file is named or lies in
        ``$TRASUNTO_DATA/creditcard``, it is fetched from OpenML. Of images, `rows` of :func:`read` are drawn
        with its `seed`; the other data sets are read as they are.

    Raises
    ------
    DataError
        If the name is not in the catalogue, its files are not on this machine, or they are damaged; if its rows cannot
        be prepared as the options say.

    Examples
    --------
    >>> table = load("mnist")
    >>> table.n, table.test.n, table.image_shape
    (60000, 10000, (28, 28))
    """
    entries = {entry.name: entry for entry in catalogue()}
    if name not in entries:
        raise DataError(f"{one_of('data set', name, entries)}; {where_files_go()}")
    entry = entries[name]
    if name == CREDITCARD:
        origin = Provenance(name, "", "", entry.source, entry.licence)
        return load_creditcard(origin, _folder() / name, **options)
    if entry.embedded:
        drawing, asked = drawing_of(options), beside_drawing(options)
        if asked:
            raise DataError(f"the data set '{name}' holds images; {', '.join(asked)} cannot be used with it")
        return _embedded(entry, drawing)
    if not entry.present:
        raise DataError(
            f"the data set '{name}' is not on this machine: fetch it from {entry.source}; {where_files_go()}"
        )
    return read(_folder() / name, name=name, source=entry.source, licence=entry.licence, **options)


def _folder() -> Path:
    """Return the folder of hand-fetched data; if unset, the non-existent path ``$TRASUNTO_DATA``."""
    return Path(os.environ.get(VARIABLE) or f"${VARIABLE}")


def _embedded(entry: Entry, drawing: Drawing) -> Table:
    folder = resources.files("trasunto.data") / entry.name

    def found(part: str) -> RawArrays:
        images, labels = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
        return RawArrays(
            read_idx(folder / f"{images}.xz", 3, md5=entry.embedded[images]),
            read_idx(folder / f"{labels}.xz", 1, md5=entry.embedded[labels]),
            place=images,
        )

    origin = Provenance(entry.name, entry.place, sha256="", source=entry.source, licence=entry.licence)
    return assemble(drawn_from(found("train"), drawing), found("t10k"), origin)
