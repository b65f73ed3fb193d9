from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.studies.evidence import estimate
from trasunto.studies.good_autoencoder_facts import Facts, measure
from trasunto.studies.good_autoencoder_search import Found, Search, Trial, frontier, winner
from trasunto.studies.good_autoencoder_verdict import comparisons, conclude
from trasunto.studies.subject import Subject
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import layer_table, paper_recipe, trained_as_the_paper

PAPERS = Subject(paper=True)

LINEAR = {size: Linear(size, 0.3 - 0.01 * size, 0.31 - 0.01 * size) for size in range(1, 29)}


def trials_of(reached: dict[tuple[int, int], float], seeds: int = 3) -> list[Trial]:
    """Trials by (latent, width) -> error, the same with every seed."""
    return [
        Trial(
            "scan" if seed == 0 else "settle",
            z,
            w,
            "gelu",
            text(z, w),
            parameters(z, w),
            seed,
            error,
            error,
            error <= 0.01,
        )
        for (z, w), error in reached.items()
        for seed in range(seeds)
    ]


def text(latent: int, width: int) -> str:
    return f"{width} gelu > [{latent} linear] > {width} gelu > linear"


def parameters(latent: int, width: int) -> int:
    return trained_as_the_paper(text(latent, width)).parameters(29)


def search_of(trials: list[Trial], cut_short: bool = False) -> Search:
    chosen = winner(trials)
    found = None
    if chosen:
        errors = estimate([trial.test_error for trial in chosen if trial.test_error is not None])
        table = layer_table(trained_as_the_paper(chosen[0].network).network, 29)
        found = Found(chosen[0].latent, table, errors, errors, sum(t.reached for t in chosen), len(chosen))
    return Search(29, 0.01, 24, 40, cut_short, 100, 64, 4e-3, tuple(trials), frontier(trials, LINEAR), found)


FOUND = search_of(trials_of({(24, 512): 0.004, (18, 512): 0.008, (18, 256): 0.009, (17, 512): 0.02}))


def curve(last: float, seeds: int = 8, rise: float = 0.0) -> NDArray[np.float64]:
    epoch = np.arange(41)
    noise = 1 + 0.01 * np.random.default_rng(int(1e6 * last)).standard_normal((seeds, 1))
    result: NDArray[np.float64] = last * noise * (1 + 20 * np.exp(-epoch / 2) + rise * np.maximum(0, epoch - 20))
    return result


def facts_of(
    search: Search = FOUND,
    *,
    train: float = 0.014,
    test: float = 0.03,
    rise: float = 0.0,
    seeds: int = 8,
    diverged: int = 0,
) -> Facts:
    errors = {"train": curve(train, seeds), "test": curve(test, seeds, rise)}
    found = {
        f"{rows}_{measure}": values
        for rows, error in errors.items()
        for measure, values in (("loss", error + 0.002), ("error", error), ("accuracy", 1 - error))
    }
    return measure(found, layer_table(paper_recipe().network, 29), LINEAR[24], search, 0.01, diverged)


def detail(facts: Facts, word: str, subject: Subject = PAPERS) -> str:
    return next(sentence for sentence in conclude(facts, subject)[1] if word in sentence)


def test_the_verdict_names_the_network_found_and_judges_the_papers() -> None:
    told = conclude(facts_of(), PAPERS)[0]
    assert told.startswith(
        f"Yes: 18 latent units and {parameters(18, 256):,} parameters (256 gelu > [18 linear] > 256 gelu > linear) "
        "leave 0.0090 on training rows and 0.0090 on held-out ones, at most 0.01 on both in 3 of 3 seeds; "
    )
    assert "the paper's network leaves 0.01" in told
    assert told.endswith("and reaches 0.01 on both in no seed.")
    assert conclude(facts_of(train=0.005, test=0.008))[0].endswith("and reaches 0.01 on both in 8 of 8 seeds.")


def test_the_verdict_says_where_some_seeds_miss() -> None:
    trials = trials_of({(24, 512): 0.02, (18, 512): 0.008})
    missed = [replace(t, test_error=0.02, reached=False) if t.seed == 2 else t for t in trials]
    told = conclude(facts_of(search_of(missed)))[0]
    assert told.startswith("Yes, but not with every seed: 18 latent units")
    assert "at most 0.01 on both in 2 of 3 seeds" in told


def test_the_verdict_says_where_nothing_was_found() -> None:
    told = conclude(facts_of(search_of(trials_of({(24, 512): 0.012, (20, 512): 0.02}))))[0]
    assert told.startswith("No network with at most 24 latent units was found that leaves at most 0.01")
    assert "the nearest, with 24, leaves 0.0120 and 0.0120 (6 networks tried)" in told
    assert conclude(facts_of(search_of([])))[0].startswith("No network with at most 24 latent units was found")


def test_the_next_smaller_size_is_no_proof() -> None:
    told = detail(facts_of(), "no proof")
    assert told.startswith("With 17 latent units, 0 of 3 networks did: 18 latent units is the smallest size found")


def test_the_narrowest_network_tried_is_said_to_be_that() -> None:
    slim = [replace(trial, stage="slim") if trial.width < 512 else trial for trial in FOUND.trials]
    told = detail(facts_of(replace(FOUND, trials=tuple(slim))), "Fewest parameters")
    assert "hidden layers of 256 units were tried beside the widest, and none narrower" in told
    slim += [replace(trial, width=128, reached=False) for trial in slim if trial.stage == "slim"]
    told = detail(facts_of(replace(FOUND, trials=tuple(slim))), "Fewest parameters")
    assert told.endswith("hidden layers of 128 and 256 units were tried beside the widest.")


def test_a_search_that_was_cut_short_says_so() -> None:
    assert "would have trained more" in detail(facts_of(replace(FOUND, cut_short=True)), "The search trained")
    assert "would have trained more" not in detail(facts_of(), "The search trained")


def test_every_latent_size_is_told_beside_pca_the_largest_first() -> None:
    told = [sentence for sentence in conclude(facts_of())[1] if sentence.startswith("Lowest held-out error")]
    assert [sentence.split()[4] for sentence in told] == ["24", "18", "17"]
    assert "PCA leaves 0.1300 (training 0.1200)" in told[1]


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"test": 0.03, "rise": 0.03}, "It over-fits: from its lowest, up to epoch 2"),
        ({"test": 0.03}, "It fits its training rows better than others"),
        ({"test": 0.014}, "No over-fitting shows: the held-out error is lowest at the end, as the paper says."),
        ({"test": 0.03, "seeds": 1}, "One seed cannot say whether it over-fits."),
    ],
)
def test_over_fitting_is_judged_by_the_facts(how: dict[str, float], says: str) -> None:
    assert any(says in sentence for sentence in conclude(facts_of(**how), PAPERS)[1])  # type: ignore[arg-type]


def test_the_sides_of_the_papers_losses_are_told_where_they_contradict_it() -> None:
    assert "here it is so in 0 of 8 seeds" in detail(facts_of(), "The paper's loss is lower")
    assert "here it is so in 8 of 8 seeds" in detail(facts_of(test=0.01), "The paper's loss is lower")


def test_every_number_of_the_paper_stands_beside_ours() -> None:
    told = detail(facts_of(), "on training rows, averaged over the last epoch")
    assert "(paper 0.0152)" in told
    assert "(paper 94.71 %)" in told
    assert [(one.id, one.paper) for one in comparisons(facts_of())] == [
        ("B1.train-loss", 0.0152),
        ("B1.train-accuracy", 0.9471),
        ("B1.test-loss", 0.0101),
        ("B1.test-accuracy", 0.9616),
    ]
    loss = comparisons(facts_of())[0]
    assert loss.ours == pytest.approx(0.016, rel=1e-2)
    assert "without penalties 0.01" in loss.note


def test_seeds_left_out_are_told() -> None:
    assert "2 seeds left out" in detail(facts_of(diverged=2), "left out")
    assert not any("left out" in sentence for sentence in conclude(facts_of())[1])
