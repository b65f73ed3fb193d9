from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from trasunto.report import Report, markdown
from trasunto.studies.findings import Comparison, Findings

Build = Callable[..., Report]


def rendered(report: Report) -> str:
    html: str = MarkdownIt("commonmark").enable("table").render(markdown.render_markdown(report))
    return html


def test_the_text_holds_answers_numbers_figures_and_the_command(report: Report) -> None:
    text = markdown.render_markdown(report)
    assert text.startswith("<!-- trasunto report 2 -->\n# Autoencoders for MNIST\n")
    assert "**64 are too few.**" in text
    assert "![How hidden-size went.](figures/hidden-size-curve.png)" in text
    assert "| A5.gap | Gap between 64 and 128 | 0.05 | 0.05100 |" in text
    assert "\n    trasunto reproduce mnist --out out\n" in text


def test_markdown_reads_it_as_headings_tables_and_one_picture(report: Report) -> None:
    html = rendered(report)
    assert html.count("<h2>") == 4
    assert html.count("<table>") == 3
    assert html.count("<img") == 1
    assert "<pre><code>trasunto reproduce mnist --out out\n</code></pre>" in html


@pytest.mark.parametrize(
    "word",
    [
        "<script>alert(1)</script>",
        "| a | b",
        "[x](http://a.b)",
        "# no heading",
        "1. no list",
        "- no list",
        "`code`",
        "*x*",
        "a\n\n# b",
    ],
)
def test_words_from_data_cannot_break_out(build: Build, findings: Findings, word: str) -> None:
    comparisons = (Comparison("A5.x", word, 1.0, 2.0, note=word, paper_says=word),)
    plain = replace(findings, comparisons=(Comparison("A5.x", "word", 1.0, 2.0, note="word", paper_says="word"),))
    poisoned = replace(findings, question=word, verdict=word, details=(word,), comparisons=comparisons)
    clean, html = rendered(build((plain,))), rendered(build((poisoned,), command=word, subtitle=word, remarks=(word,)))
    for tag in ("<script", "<td", "<a ", "<h1", "<h2", "<ul", "<ol", "<li", "<code", "<em", "<img", "<pre"):
        assert html.count(tag) == clean.count(tag), tag


def test_a_number_at_the_start_of_a_line_is_left_alone() -> None:
    assert markdown.escaped("0.05 is low") == "0.05 is low"
    assert markdown.escaped("64 units. Too few.") == "64 units. Too few."


def test_code_cannot_be_ended_from_inside() -> None:
    assert markdown.as_code("a\n\n```\nb") == "    a\n    \n    ```\n    b"
