"""Data loading: files, arrays and data frames become tables of training rows.

Everything here makes a :class:`Table`: an immutable value of training rows, with labels and test rows where there are
any. Images are flattened, top row of pixels first, and stay uint8 in memory; networks see ``x * scale``, between 0
(black) and 1 (white) for such images.

- :func:`load` takes a name of the :func:`catalogue`: the embedded ``mnist``, or a folder placed in ``$TRASUNTO_DATA``.
- :func:`read` takes files: folders and pairs of IDX files, as MNIST and its successors come, ``.npz`` and ``.npy``, and
  files of columns, CSV and Parquet.
- :func:`from_arrays` takes arrays, and data frames of numbers.
- :func:`read_records` takes raw columns from files, data frames and arrays: numbers, categories, missing values,
  labels, weights, groups and times. :meth:`Records.table` splits them, fits a :class:`Preparation` on the training rows
  alone (scaling, imputation, one-hot codes) and makes the table. Where a label marks normal rows, only they are trained
  and tested on; the others are the table's ``anomalies``.
- :func:`as_table` takes any of these.
- :func:`read_image` turns one picture into one row.

Invalid rows (damaged files, numbers that are not finite, labels that do not match) are refused here, in one sentence,
so that no later folder has to check. Only ``creditcard`` is ever downloaded, if it is loaded and not on this machine.
There is no augmentation.
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
