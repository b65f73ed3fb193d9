"""Rows in: what the networks learn from.

Everything here makes a :class:`Table`: an immutable value of training rows, their labels where there are any, and the
rows to test on. Images lie flat, one per row, top row of pixels first, and stay uint8 until a network sees them; what
it sees is ``x * scale``, between 0 (black) and 1 (white) for such images.

- :func:`load` takes a name of the :func:`catalogue`: the embedded ``mnist``, or a folder placed in ``$TRASUNTO_DATA``.
- :func:`read` takes files: folders and pairs of IDX files, as MNIST and its successors come, ``.npz`` and ``.npy``, and
  files of columns, CSV and Parquet.
- :func:`from_arrays` takes what is in memory: arrays, and data frames of numbers.
- :func:`read_records` takes columns as they are, from files, data frames and arrays: numbers, categories, missing
  values, labels, weights, groups and times. :meth:`Records.table` splits them, fits a :class:`Preparation` on the
  training rows alone (scaling, imputing, one-hot codes) and makes the table. Where normal rows are told from others,
  only they are trained and tested on; the others are the table's ``anomalies``.
- :func:`as_table` takes any of these as they are, where a table is asked for.
- :func:`read_image` turns one picture into one row.

Rows that cannot be learned from (damaged files, numbers that are not finite, labels that do not match) are refused
here, in one sentence, so that nothing after this folder has to look. Nothing is downloaded but ``creditcard``, when it
is asked for and not found on this machine. There is no augmentation.
"""

from trasunto.data.arrays import from_arrays
from trasunto.data.catalogue import Entry, catalogue, load, where_files_go
from trasunto.data.files import read
from trasunto.data.given_rows import as_table, held_out_remark
from trasunto.data.images import read_image
from trasunto.data.options import TableOptions
from trasunto.data.preparation import Preparation
from trasunto.data.reading import read_records
from trasunto.data.records import Records
from trasunto.data.splits import split_rows, stratified_rows
from trasunto.data.table import Provenance, Table

__all__ = [
    "Entry",
    "Preparation",
    "Provenance",
    "Records",
    "Table",
    "TableOptions",
    "as_table",
    "catalogue",
    "from_arrays",
    "held_out_remark",
    "load",
    "read",
    "read_image",
    "read_records",
    "split_rows",
    "stratified_rows",
    "where_files_go",
]
