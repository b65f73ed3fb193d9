from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from trasunto.report import DataUsed, Report, page
from trasunto.studies.findings import Comparison, Findings

Build = Callable[..., Report]

HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onload='x", "{{ 7*7 }}", "</style><b>"]
VOID = {"meta", "link", "img", "br", "hr", "path", "circle", "rect"}


class Parsed(HTMLParser):
    """Every tag with its attributes, the text, and a check that tags close in the order they opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.tags if attribute in attributes]


def test_nothing_on_the_page_points_outside_it(report: Report) -> None:
    html = page.render_page(report)
    parsed = Parsed(html)
    for attribute in ("src", "href", "srcset", "poster", "data", "action", "xlink:href", "background"):
        assert all(target.startswith(("data:", "#")) for target in parsed.values(attribute)), attribute
    assert not re.search(r"url\(|@import|@font-face|https?://", html)
    assert not {"script", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in parsed.tags}
    assert not any(name.startswith("on") for _, attributes in parsed.tags for name in attributes)


def test_the_page_forbids_itself_every_request(report: Report) -> None:
    (policy,) = [given["content"] for tag, given in Parsed(page.render_page(report)).tags if "http-equiv" in given]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def test_every_link_leads_to_something_and_no_id_is_given_twice(report: Report) -> None:
    parsed = Parsed(page.render_page(report))
    ids = parsed.values("id")
    assert len(set(ids)) == len(ids)
    named = [target.removeprefix("#") for target in parsed.values("href") if target.startswith("#")]
    assert named
    assert {*named, *parsed.values("aria-labelledby")} <= set(ids)
    assert parsed.open == []


def test_pictures_are_inside_with_their_caption_for_those_who_cannot_see_them(report: Report) -> None:
    (image,) = [attributes for tag, attributes in Parsed(page.render_page(report)).tags if tag == "img"]
    content = image["src"].removeprefix("data:image/png;base64,")
    assert base64.b64decode(content) == report.pictures["hidden-size-curve"]
    assert image["alt"] == "How hidden-size went."
    assert (image["width"], image["height"]) == ("192", "96")


def test_answers_come_before_numbers_and_numbers_before_the_making(report: Report) -> None:
    sections = [given["id"] for tag, given in Parsed(page.render_page(report)).tags if tag == "section"]
    assert sections == ["answers", "numbers", "study-hidden-size", "making"]


@pytest.mark.parametrize(
    "said",
    [
        "64 are too few.",
        "256 and 512 hardly differ.",
        "The gain goes on to 512.",
        "0.05100",
        "1.020",
        "0.04900\N{NO-BREAK SPACE}to 0.05300",
        "95\N{NO-BREAK SPACE}% interval over seeds",
        "64 is too few",
        "1 March 2026, 08:30 UTC",
        "1 min 52 s",
        "158 GFLOP/s",
        "12 networks trained",
        "11 finished, 1 diverged",
        "Member 1f diverged at epoch 3.",
        "CC BY-SA 3.0",
        "abababab",
        "3.11.7",
        "trasunto reproduce mnist --out out",
        "No row of the data can be recognised",
        "Reduced: 30 epochs instead of 150.",
    ],
)
def test_the_page_says(report: Report, said: str) -> None:
    assert said in Parsed(page.render_page(report)).text


@pytest.mark.parametrize("word", HOSTILE)
def test_words_from_data_cannot_break_out(build: Build, findings: Findings, word: str) -> None:
    poisoned = replace(
        findings,
        experiments=(word,),
        question=word,
        verdict=word,
        details=(word,),
        paper_answer=word,
        comparisons=(Comparison(word, word, 1.0, 2.0, paper_says=word, note=word),),
        settings={word: word, "list": [word]},
        facts={word: word, "table": [{word: word}], "record": {word: word}, "big": {word: [[word]]}},
    )
    data = (DataUsed(word, word, 1, source=word, licence=word),)
    changed: dict[str, Any] = dict.fromkeys(("title", "subtitle", "command", "started"), word)
    report = build((poisoned,), **changed, data=data, versions={word: word}, outcomes={word: 1}, remarks=(word,))
    figure = replace(report.figures[0], caption=word)
    report = replace(report, studies=(replace(report.studies[0], figures=(figure,)),))

    clean, parsed = Parsed(page.render_page(build())), Parsed(page.render_page(report))
    assert {tag for tag, _ in parsed.tags} <= {tag for tag, _ in clean.tags}
    assert all(
        set(given) <= set().union(*(known for name, known in clean.tags if name == tag)) for tag, given in parsed.tags
    )
    assert parsed.text.replace("’", "'").count(word) > 15
    assert parsed.open == []
    assert all(target.startswith(("data:", "#")) for name in ("src", "href") for target in parsed.values(name))


def test_a_report_without_a_papers_numbers_leaves_their_section_out(build: Build, findings: Findings) -> None:
    html = page.render_page(build((replace(findings, comparisons=(), paper_answer="", experiments=()),)))
    assert "#numbers" not in html
    assert "The paper’s answer" not in html


def test_a_page_that_stands_alone_promises_no_file_beside_it(report: Report) -> None:
    assert "facts.json" in page.render_page(report)
    assert "facts.json" not in page.render_page(report, alone=True)


def test_figures_that_show_rows_are_owned_up_to(build: Build, findings: Findings) -> None:
    text = Parsed(page.render_page(build((replace(findings, study="demonstration"),)))).text
    assert "This report holds rows of the data: figure\N{NO-BREAK SPACE}1" in text


@pytest.mark.parametrize(
    ("ratio", "place"),
    [(1.0, 0.0), (2.0, 1.0), (0.5, -1.0), (64.0, 1.0), (0.001, -1.0), (None, None), (0.0, None), (math.inf, None)],
)
def test_a_ratio_is_placed_by_its_logarithm(ratio: float | None, place: float | None) -> None:
    assert page.mark(ratio) == place


def test_a_ratio_that_is_no_number_has_no_place() -> None:
    assert page.mark(math.nan) is None


def test_light_and_dark_and_print_are_all_styled(report: Report) -> None:
    html = page.render_page(report)
    assert "@media screen and (prefers-color-scheme: dark)" in html
    assert "@media print" in html
