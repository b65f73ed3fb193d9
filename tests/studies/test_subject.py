"""Whose rows a study is asked of, told by their content."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trasunto.data import Table, from_arrays
from trasunto.data.catalogue import REGISTERED
from trasunto.data.creditcard import FEATURES
from trasunto.studies.subject import Subject, is_papers, subject_of


def transactions(source: str, names: tuple[str, ...] = FEATURES) -> Table:
    rows = np.random.default_rng(0).standard_normal((12, len(names))).astype(np.float32)
    table = from_arrays(rows, test=rows[:4], feature_names=names, name="creditcard")
    return replace(table, provenance=replace(table.provenance, source=source))


def test_the_papers_images_are_known_by_their_content_whatever_they_are_called(mnist: Table) -> None:
    called = replace(mnist, provenance=replace(mnist.provenance, name="digits", source=""))
    assert is_papers(mnist, "mnist")
    assert is_papers(called, "mnist")
    assert not is_papers(mnist, "creditcard")


def test_other_images_of_that_name_and_a_part_of_the_papers_are_not_the_papers(mnist: Table) -> None:
    images = np.zeros((4, 28, 28), dtype=np.uint8)
    assert not is_papers(from_arrays(images, test=images, name="mnist"), "mnist")
    assert not is_papers(mnist.take(slice(0, 1000)), "mnist")


def test_the_card_transactions_are_known_by_the_catalogues_source_and_their_columns() -> None:
    (source,) = (entry.source for entry in REGISTERED if entry.name == "creditcard")
    assert is_papers(transactions(source), "creditcard")
    assert is_papers(transactions(source, ("Time", *FEATURES)), "creditcard")
    assert not is_papers(transactions("my bank"), "creditcard")
    assert not is_papers(transactions(source, FEATURES[1:]), "creditcard")


def test_words_follow_the_rows() -> None:
    images, rows = np.zeros((4, 2, 2), dtype=np.uint8), np.zeros((4, 3), dtype=np.float32)
    assert subject_of(from_arrays(images), "mnist") == Subject(paper=False, images=True)
    assert subject_of(from_arrays(rows), "mnist", paper=True) == Subject(paper=True, images=False)
    assert (Subject(images=True).per, Subject(images=True).row) == ("pixel", "image")
    assert (Subject().per, Subject().row) == ("feature", "row")
