"""The pictures of B1, B2 and B4 on made-up facts, and the two drawings of a network that they share."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray

from trasunto.figures import (
    good_autoencoder,
    hourglass,
    layer_table,
    loss_accuracy,
    search_frontier,
    sizes,
)
from trasunto.figures.theme import PAPER, Picture, png
from trasunto.studies import Findings
from trasunto.studies import good_autoencoder_facts as good
from trasunto.studies.evidence import estimate
from trasunto.studies.good_autoencoder_search import Best, Found, Search, Trial
from trasunto.studies.sizes import depth_loss as depth
from trasunto.studies.sizes import gain
from trasunto.studies.sizes.depth_loss import widened_recipe
from trasunto.studies.sizes.facts import Measured
from trasunto.studies.sizes.latent_loss import comparisons
from trasunto.studies.subject import Subject
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import depth_recipe, latent_recipe, paper_recipe
from trasunto.studies.tabular_networks import layer_table as table_of


def curve(last: float, seeds: int, epochs: int = 30) -> NDArray[np.float64]:
    noise = 1 + 0.01 * np.random.default_rng(0).standard_normal((seeds, 1))
    result: NDArray[np.float64] = last * noise * (1 + 10 * np.exp(-np.arange(epochs + 1) / 4))
    return result


def depth_facts(layers: tuple[int, ...] = (1, 2, 3), *, seeds: int = 10, widened: bool = True) -> depth.Facts:
    recipes = [depth_recipe(count, 16) for count in layers]
    recipes += [widened_recipe(recipes[-1].parameters(29), 16, 29)] * widened
    curves = np.stack([curve(0.1 / (1 + i), seeds) for i in range(len(recipes))])
    tables = [table_of(recipe.network, 29) for recipe in recipes]
    lines = [Linear(16, 0.3, 0.3)] * len(recipes)
    shown = (*layers, *(layers[0] for _ in recipes[len(layers) :]))
    return depth.measure(Measured(shown, tables, lines, curves, curves, features=29, widened=widened), latent=16)


def latent_facts(sizes: tuple[int, ...] = (4, 8, 16, 32), *, seeds: int = 10, pca: float = 0.5) -> gain.GainFacts:
    curves = np.stack([curve(1 / size, seeds) for size in sizes])
    tables = [table_of(latent_recipe(size).network, 29) for size in sizes]
    left = [1e-30 if size >= 29 else pca for size in sizes]
    lines = [Linear(min(29, size), error, error) for size, error in zip(sizes, left, strict=True)]
    return gain.measure(Measured(sizes, tables, lines, curves, curves, features=29), 0.05)


def trial(size: int, error: float | None) -> Trial:
    reached = error is not None and error <= 0.01
    return Trial(
        "scan", size, 64, "gelu", f"64 gelu > [{size} linear] > 64 gelu > linear", 99, 0, error, error, reached
    )


def search(*, found: bool = True) -> Search:
    trials = (trial(24, 0.004), trial(20, 0.009), trial(16, 0.03), trial(16, None))
    frontier = tuple(
        Best(
            one.latent,
            1,
            int(one.reached),
            one.network,
            99,
            one.test_error,
            one.test_error,
            Linear(one.latent, 0.1, 0.2),
        )
        for one in reversed(trials[:3])
        if one.test_error is not None
    )
    answer = Found(20, table_of(latent_recipe(20).network, 29), estimate([0.009]), estimate([0.009]), 1, 1)
    return Search(29, 0.01, 24, 40, False, 100, 64, 4e-3, trials, frontier, answer if found else None)


def good_facts(found: bool = True, seeds: int = 10) -> good.Facts:
    values = {
        f"{rows}_{name}": measured
        for rows, last in (("train", 0.015), ("test", 0.03))
        for name, measured in (
            ("loss", curve(last + 0.002, seeds)),
            ("error", curve(last, seeds)),
            ("accuracy", 1 - curve(last, seeds)),
        )
    }
    return good.measure(values, table_of(paper_recipe().network, 29), Linear(24, 0.08, 0.09), search(found=found), 0.01)


def findings(facts: Any, compared: tuple[Any, ...] = ()) -> Findings:
    return Findings("", (), "", "", (), facts, compared, {}, "", 0.0, Subject(paper=True))


def titled(figure: Figure, title: str) -> Any:
    return next(axes for axes in figure.axes if axes.get_title(loc="left") == title)


def legend(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.get_legend().get_texts()]


@pytest.mark.parametrize("seeds", [1, 10])
@pytest.mark.parametrize(
    ("pictures", "facts", "names"),
    [
        (
            good_autoencoder.pictures,
            good_facts,
            ["b1-curves", "b1-paper-layers", "b1-paper-network", "b1-frontier", "b1-found-layers", "b1-found-network"],
        ),
        (sizes.depth_loss, depth_facts, ["b2-errors", "b2-curves", "b2-layers", "b2-network"]),
        (sizes.hidden_size, latent_facts, ["a5-curves", "a5-gain"]),
        (sizes.latent_loss, latent_facts, ["b4-errors", "b4-curves", "b4-layers", "b4-network"]),
    ],
)
def test_pictures_have_names_and_captions_that_say_what_intervals_cover(
    pictures: Any, facts: Any, names: list[str], seeds: int
) -> None:
    drawn: list[Picture] = pictures(findings(facts(seeds=seeds)))
    assert [picture.name for picture in drawn] == names
    for picture in drawn:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", picture.name)
        assert picture.caption.endswith(".")
        assert png(picture.figure).startswith(b"\x89PNG")
        assert seeds > 1 or "seeds" not in picture.caption


def test_a_search_that_found_nothing_has_no_network_to_draw() -> None:
    drawn = good_autoencoder.pictures(findings(good_facts(found=False)))
    assert [picture.name for picture in drawn][-1] == "b1-frontier"
    empty = replace(good_facts(found=False), search=replace(search(found=False), trials=(), frontier=()))
    assert [picture.name for picture in good_autoencoder.pictures(findings(empty))][-1] == "b1-paper-network"


def test_loss_and_accuracy_are_drawn_for_both_sets_beside_the_papers_figures() -> None:
    facts = good_facts()
    figure = loss_accuracy.draw(facts.paper, facts.target)
    loss, accuracy = titled(figure, "Loss, penalties included"), titled(figure, "Accuracy")
    assert legend(loss) == [
        "training rows",
        "held-out rows",
        "asked for: 0.01",
        "paper, training rows: 0.0152",
        "paper, held-out rows: 0.0101",
    ]
    assert legend(accuracy)[-1] == "paper, held-out rows: 96.16 %"
    mean = next(line for line in loss.lines if line.get_label() == "held-out rows")
    assert list(mean.get_ydata()) == pytest.approx([value for value in facts.paper.test.losses.mean[1:] if value])
    papers = [line for line in accuracy.lines if line.get_color() == PAPER]
    assert [line.get_ydata()[0] for line in papers] == [0.9471, 0.9616]


def test_the_frontier_tells_networks_that_reached_the_target_from_others() -> None:
    (axes,) = search_frontier.draw(search()).axes
    by_name = {line.get_label(): line for line in axes.lines}
    assert list(np.asarray(by_name["network, reached it"].get_xdata())) == [24, 20]
    assert list(np.asarray(by_name["network, did not"].get_xdata())) == [16]
    assert list(np.asarray(by_name["best network"].get_ydata())) == [0.03, 0.009, 0.004]
    assert list(np.asarray(by_name["PCA"].get_ydata())) == [0.2, 0.2, 0.2]
    assert next(iter(np.asarray(by_name["asked for"].get_ydata()))) == 0.01
    assert any("20 latent units" in text.get_text() for text in axes.texts)
    assert not search_frontier.draw(search(found=False)).axes[0].texts


def test_every_depth_and_contrast_is_drawn() -> None:
    figure = sizes.depth_loss(findings(depth_facts()))[0].figure
    errors, contrasts = titled(figure, "Error left"), titled(figure, "What more layers add to it")
    assert [tick.get_text() for tick in errors.get_xticklabels()] == ["1\n11,821", "2\n26,285", "3\n29,421"]
    assert errors.get_xscale() == "linear"
    assert "widened to 29,393" in legend(errors)
    names = ["1\nto 2", "2\nto 3", "1\nto 3", "1 wide\nto 3"]
    assert [tick.get_text() for tick in contrasts.get_xticklabels()] == names
    assert [text.get_text().split("\n")[1] for text in contrasts.texts] == ["helps", "helps", "helps", "harms"]


def test_one_size_alone_has_no_steps() -> None:
    assert len(sizes.depth_loss(findings(depth_facts((2,), widened=False)))[0].figure.axes) == 1
    assert len(sizes.latent_loss(findings(latent_facts((4,))))[0].figure.axes) == 1
    assert [picture.name for picture in sizes.hidden_size(findings(latent_facts((4,))))] == ["a5-curves"]


def test_nothing_is_drawn_where_every_network_diverged() -> None:
    nothing = replace(latent_facts(), sizes=(), gaps=(), lost=(4, 8))
    assert sizes.hidden_size(findings(nothing)) == sizes.latent_loss(findings(nothing)) == []
    assert sizes.depth_loss(findings(replace(depth_facts(), sizes=()))) == []


def test_our_errors_stand_beside_the_papers_and_pca() -> None:
    facts = latent_facts()
    figure = sizes.latent_loss(findings(facts, comparisons(facts)))[0].figure
    errors, gains = titled(figure, "Error left"), titled(figure, "What a doubling takes off")
    assert (errors.get_xscale(), errors.get_yscale()) == ("log", "log")
    assert [tick.get_text().split("\n")[0] for tick in errors.get_xticklabels()] == ["4", "8", "16", "32"]
    by_name = {line.get_label(): line for line in errors.lines}
    assert list(by_name["paper, validation"].get_ydata()) == [0.2373, 0.0981, 0.0205, 0.0088]
    assert np.isnan(by_name["PCA, test rows"].get_ydata()[-1])
    assert errors.get_ylim()[0] > 1e-4
    assert [tick.get_text() for tick in gains.get_xticklabels()] == ["4 to 8", "8 to 16", "16 to 32"]
    assert gains.texts[0].get_text() == f"{100 * facts.gaps[0].per_doubling:.1f} %\na gain"


def test_the_papers_points_are_left_out_for_other_rows() -> None:
    facts = latent_facts()
    ours, papers = (sizes.latent_loss(findings(facts, told))[0] for told in ((), comparisons(facts)))
    assert "paper" not in ours.caption
    assert "paper" in papers.caption
    assert not any("paper" in name for name in legend(ours.figure.axes[0]))
    assert any("paper" in name for name in legend(papers.figure.axes[0]))


def test_a_pca_that_leaves_nothing_is_not_drawn() -> None:
    drawn = sizes.hidden_size(findings(latent_facts(pca=1e-30)))[1]
    assert legend(drawn.figure.axes[0]) == ["test rows", "training rows"]
    assert drawn.figure.axes[0].get_ylim()[0] > 1e-3
    assert "PCA with as many components that leaves no error" in drawn.caption


def test_errors_are_of_features_unless_the_rows_are_images() -> None:
    facts = latent_facts()
    for subject, per in ((Subject(), "feature"), (Subject(images=True), "pixel")):
        curves, errors = sizes.hidden_size(replace(findings(facts), subject=subject))
        assert curves.figure.axes[0].get_ylabel() == f"error (MSE per {per})"
        assert errors.figure.axes[0].get_ylabel() == f"test error (MSE per {per})"


def test_curves_begin_with_the_first_epoch_and_are_named() -> None:
    left, right = sizes.latent_loss(findings(latent_facts()))[1].figure.axes
    assert legend(right) == ["4", "8", "16", "32"]
    mean = next(line for line in right.lines if line.get_label() == "32")
    assert np.asarray(mean.get_xdata())[0] == 1
    assert len(right.lines) == 4 * 11
    assert left.get_yscale() == "log"


def test_a_layer_table_has_a_line_for_each_layer_and_the_sum() -> None:
    (axes,) = layer_table.draw(table_of(paper_recipe().network, 29)).axes
    written = [text.get_text() for text in axes.texts]
    assert written[:4] == ["layer", "activation", "output shape", "parameters"]
    assert written[4:8] == ["input", "", "(rows, 29)", "0"]
    assert "tanh, activity L1 0.0001" in written
    assert (written[-4], written[-1]) == ("total", "9,589")
    assert len(written) == 4 * 9


def test_an_hourglass_has_bars_as_tall_as_layers_are_wide() -> None:
    table = table_of(paper_recipe().network, 29)
    (axes,) = hourglass.draw(table).axes
    bars = [patch for patch in axes.patches if hasattr(patch, "get_height")]
    assert [bar.get_height() for bar in bars] == pytest.approx([line.width / 64 for line in table.lines])
    written = [text.get_text() for text in axes.texts]
    assert written[0::2] == ["29", "64", "32", "24", "32", "64", "29"]
    assert written[5] == "encoder 2\ntanh\nL1 0.0001"
    middle = bars[3].get_facecolor()
    assert all(bar.get_facecolor() != middle for bar in (*bars[:3], *bars[4:]))


def test_a_bar_never_vanishes_beside_a_wide_layer() -> None:
    (axes,) = hourglass.draw(table_of(depth_recipe(1, 1).network, 29)).axes
    assert min(patch.get_height() for patch in axes.patches if hasattr(patch, "get_height")) == hourglass.LEAST
