from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trasunto.report import Report, ReportError, facts
from trasunto.studies.findings import Comparison, Findings

Build = Callable[..., Report]


def restored(report: Report) -> Report:
    return facts.restore(facts.decode(facts.encode(report), "facts.json"), report.pictures, "facts.json")


def test_a_report_comes_back_as_it_was(report: Report) -> None:
    again = restored(report)
    assert (again.run, again.studies, again.pictures) == (report.run, report.studies, report.pictures)


def test_numbers_that_json_has_no_word_for_are_written_and_read_as_strings(build: Build, findings: Findings) -> None:
    odd = (Comparison("A1.odd", "Odd", paper=math.inf, ours=math.nan, low=-math.inf, high=None),)
    report = build((replace(findings, comparisons=odd, facts={"p": math.nan}),))

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not strict JSON")

    stored = json.loads(facts.encode(report), parse_constant=refuse)["studies"][0]
    assert (stored["numbers"][0]["ours"], stored["facts"]["p"]) == ("NaN", "NaN")
    number = restored(report).studies[0].numbers[0]
    assert (number.paper, number.low, number.high) == (math.inf, -math.inf, None)
    assert number.ours is not None
    assert math.isnan(number.ours)


def test_the_keys_are_those_that_readers_rely_on(report: Report) -> None:
    contents = json.loads(facts.encode(report))
    assert list(contents) == ["schema", "version", "run", "studies"]
    assert (contents["schema"], contents["version"]) == ("trasunto-report", 2)
    assert list(contents["run"]) == [
        *("title", "subtitle", "command", "started", "seconds", "machine", "work", "versions", "data"),
        *("outcomes", "remarks"),
    ]
    study = contents["studies"][0]
    assert list(study) == [
        *("study", "experiments", "question", "verdict", "paper_answer", "details", "numbers", "figures"),
        *("settings", "facts", "seconds", "row_facts"),
    ]
    assert list(study["numbers"][0]) == [
        *("id", "what", "paper", "ours", "ratio", "low", "high", "paper_says", "note"),
    ]
    assert list(study["figures"][0]) == ["name", "caption", "sha256", "width", "height", "shows_rows"]


def test_numpy_values_become_pythons() -> None:
    value = facts.plain({"a": np.float32(0.5), "b": np.arange(3), "c": np.bool_(True), "d": {2}, "e": np.float64(1.5)})
    assert value == {"a": 0.5, "b": [0, 1, 2], "c": True, "d": [2], "e": 1.5}
    assert type(value["e"]) is float


def test_what_no_json_can_hold_is_a_fault_said_loudly() -> None:
    with pytest.raises(TypeError, match="cannot hold a object"):
        facts.plain({"a": object()})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not written by trasunto"),
        ('{"schema": "other"}', "not written by trasunto"),
        ('{"schema": "trasunto-report", "version": 3}', "version 3; this trasunto reads up to 2"),
    ],
)
def test_a_file_that_is_not_ours_to_read_is_refused_with_its_name(text: str, said: str) -> None:
    with pytest.raises(ReportError, match=said) as refused:
        facts.decode(text, "out/facts.json")
    assert "out/facts.json" in str(refused.value)


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("studies", 0, "verdict"), None, "studies.0.verdict"),
        (("studies", 0, "figures", 0, "name"), "../../etc/passwd", "studies.0.figures.0"),
        (("run", "seconds"), "soon", "run.seconds"),
        (("run",), 3, "run"),
    ],
)
def test_an_edited_file_is_refused_at_the_key(report: Report, path: tuple[Any, ...], value: Any, named: str) -> None:
    contents = json.loads(facts.encode(report))
    place = contents
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ReportError, match=f"at '{named}'"):
        facts.restore(contents, report.pictures, "facts.json")


def test_keys_that_a_later_version_added_are_ignored(report: Report) -> None:
    contents = json.loads(facts.encode(report))
    contents["run"]["weather"] = "rain"
    assert facts.restore(contents, report.pictures, "facts.json").run == report.run


def test_a_name_that_is_no_unicode_can_still_be_written_and_read(build: Build) -> None:
    report = build(title="data-\udcff.csv")
    assert restored(report).run.title == "data-\ufffd.csv"
