from __future__ import annotations

from dataclasses import replace

import pytest

from trasunto.studies.evidence import Verdict
from trasunto.studies.separation_facts import MEASURES, Facts, Reference, Seen, Varied, measure
from trasunto.studies.separation_verdict import comparisons, conclude
from trasunto.studies.subject import Subject

PAPERS = Subject(paper=True)

SCATTER = (0.0, 1e-4, -1e-4, 2e-4, -2e-4, 5e-5, -5e-5, 1.5e-4, -1.5e-4, 3e-5)


def facts_of(
    first: tuple[float, ...] = (0.9, 0.2, 0.2),
    second: tuple[float, ...] | None = (0.9, 0.2, 0.2),
    *,
    seeds: int = 10,
    varied: Varied = "layers",
) -> Facts:
    sizes = ((3, 16), (5, 16)) if varied == "layers" else ((3, 8), (3, 16))
    seen = [
        Seen(
            layers=layers,
            latent=latent,
            network=f"{layers} > [{latent}]",
            parameters=29421,
            test_error=[0.1 + noise for noise in SCATTER[:seeds]],
            used=[12.0] * seeds,
            effective_dimension=[2.5] * seeds,
            energy_p=[0.001] * seeds,
            separation={
                name: [value + layers * latent / 48 * noise for noise in SCATTER[:seeds]]
                for name, value in zip(MEASURES, values, strict=True)
            },
        )
        for (layers, latent), values in zip(sizes, (first, second), strict=True)
        if values is not None
    ]
    references = [
        Reference("the features as they are", 29, 0.97, 0.1, 0.2),
        Reference("PCA with 16 components", 16, 0.8, 0.5, 0.1),
    ]
    return measure(
        seen,
        references,
        [],
        varied=varied,
        epochs=100,
        asked=10,
        normals=2000,
        anomalies=473,
        worthwhile=(0.01, 0.05, 0.05),
    )


def turned(facts: Facts, *verdicts: Verdict) -> Facts:
    """Return the facts with other judgements."""
    contrasts = tuple(replace(one, verdict=verdict) for one, verdict in zip(facts.contrasts, verdicts, strict=True))
    return replace(facts, contrasts=contrasts)


def test_depth_that_changes_nothing_is_said_to() -> None:
    told, _ = conclude(facts_of())
    assert told.startswith("The depth does not change how far normal and anomalous rows stand apart")
    assert "with 5 layers they are as far apart as with 3 by linear AUROC (0.900 against 0.900)" in told


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (("more", "more", "more"), "The depth changes how far normal and anomalous rows stand apart in latent space:"),
        (("less", "alike", "open"), "in latent space, by 1 of 3 measures:"),
        (("alike", "open", "alike"), "Whether depth changes how far"),
        (("alike", "alike", "alike"), "The depth does not change"),
    ],
)
def test_the_verdict_turns_with_the_judgements(verdicts: tuple[Verdict, ...], said: str) -> None:
    assert said in conclude(turned(facts_of(), *verdicts))[0]


def test_each_measure_stands_under_its_own_judgement() -> None:
    told, _ = conclude(facts_of(second=(0.95, 0.1, 0.2)))
    assert "further apart than with 3 by linear AUROC (0.950 against 0.900)" in told
    assert "closer together than with 3 by silhouette (0.100 against 0.200)" in told
    assert "as far apart as with 3 by energy coefficient (0.200 against 0.200)" in told


def test_what_the_seeds_cannot_say_is_said() -> None:
    told, _ = conclude(turned(facts_of(), "more", "open", "open"))
    assert told.endswith("open by silhouette (0.200 against 0.200) and energy coefficient (0.200 against 0.200).")
    told, _ = conclude(facts_of(seeds=1))
    assert "1 seed cannot say" in told
    assert "neither told apart nor alike" in told


def test_latent_sizes_are_named_as_such() -> None:
    told, details = conclude(facts_of(second=(0.95, 0.3, 0.3), varied="latent"))
    assert "The latent size changes" in told
    assert "with 16 latent units they are further apart than with 8" in told
    assert any(detail.startswith("With 8 latent units (3 > [8]; 29,421 parameters)") for detail in details)


def test_the_papers_answer_is_judged_measure_by_measure() -> None:
    def claim(*verdicts: Verdict) -> str:
        return next(one for one in conclude(turned(facts_of(), *verdicts), PAPERS)[1] if "paper's answer" in one)

    assert claim("more", "less", "alike").endswith(
        "is borne out by linear AUROC and silhouette and is not borne out by energy coefficient."
    )
    assert claim("open", "open", "open").endswith(
        "is left open by 10 seeds by linear AUROC, silhouette and energy coefficient."
    )


def test_every_difference_is_told_with_interval_and_test() -> None:
    first = conclude(facts_of(second=(0.95, 0.2, 0.2)))[1][0]
    assert first.startswith(
        "Linear AUROC: 5 layers less 3 is +0.050, where 0.01 would matter (difference 0.050 to 0.050"
    )
    assert first.endswith("p = 0.0059 after Holm, sign-flip permutation).")
    assert conclude(facts_of(seeds=1))[1][0].endswith("one seed allows no test.")


def test_the_best_space_is_set_beside_what_needs_no_network() -> None:
    details = conclude(facts_of(second=(0.95, 0.2, 0.2)))[1]
    told = next(detail for detail in details if detail.startswith("By linear AUROC"))
    assert "that with 5 layers (0.950" in told
    assert told.endswith("is ahead of PCA with 16 components (0.800) and behind the features as they are (0.970).")


def test_whether_the_kinds_differ_at_all_is_told() -> None:
    facts = facts_of()
    assert any("differ beyond chance in every network" in detail for detail in conclude(facts)[1])
    chance = replace(facts, spaces=(replace(facts.spaces[0], energy_p=0.4), facts.spaces[1]))
    assert any("do not differ beyond chance in every" in detail for detail in conclude(chance)[1])


def test_seeds_that_diverged_are_told() -> None:
    assert any("2 seeds left out" in detail for detail in conclude(facts_of(seeds=8))[1])
    assert not any("diverged" in detail for detail in conclude(facts_of())[1])


def test_nothing_to_compare_is_said() -> None:
    nothing = replace(facts_of(), spaces=(), contrasts=(), seeds=0)
    assert conclude(nothing)[0].startswith("Of 10 seeds none was trained to the end")
    assert comparisons(nothing) == ()


def test_one_space_alone_has_no_contrast() -> None:
    told, _ = conclude(facts_of(second=None))
    assert told.startswith("With 3 layers normal and anomalous rows stand apart by linear AUROC 0.900")
    assert told.endswith("takes more than one network to say.")


def test_the_papers_words_stand_beside_every_measure() -> None:
    beside = comparisons(facts_of(second=(0.95, 0.2, 0.2)))
    assert [one.id for one in beside] == ["B3.linear-auroc", "B3.silhouette", "B3.energy-coefficient"]
    assert (beside[0].paper, beside[0].paper_says) == (None, "yes, by looking at the pictures")
    assert beside[0].ours == pytest.approx(0.05, abs=1e-3)
    assert beside[0].note == "after 100 epochs; is borne out"
    assert [one.id[:2] for one in comparisons(facts_of(varied="latent"))] == ["B5"] * 3
