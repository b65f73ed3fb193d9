"""Detectors: networks with what makes them useful on new rows, as a value and as one file without code.

- :class:`~trasunto.models.model.Model` holds how rows come in, the networks, the score and the threshold;
- :func:`~trasunto.models.fitting.fit_model` trains one, and `goals` says what its threshold shall do;
- :func:`~trasunto.models.file.save` and :func:`~trasunto.models.file.open_model` write it to a file and read it back;
- :func:`~trasunto.models.streaming.score_file` scores files of any length in constant memory;
- `defaults` holds the default settings;
- `detection_facts` measures a detector, and `detection_verdict` says so in sentences.

A score is higher for more anomalous rows. Statistics of scores are in `analysis`.
"""

from __future__ import annotations
