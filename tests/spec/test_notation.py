from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trasunto.errors import RecipeError
from trasunto.spec import Layer, Network, parse

WORDS = (
    "64",
    "0",
    "sigmoid",
    "relu",
    "linear",
    "mirror",
    "drop",
    "l1",
    "=",
    "0.1",
    "drop=0.1",
    "[",
    "]",
    ">",
    " ",
    "é",
)


@given(...)
def test_the_text_of_a_network_reads_back_as_the_same_network(network: Network) -> None:
    assert parse(str(network)) == network


@given(...)
@example("[" + "9" * 5000 + " relu] > linear")
@example("[٣ relu] > linear")
@example("[² relu] > linear")
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_refuse(text)


@given(st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join))
def test_any_words_of_the_notation_are_read_or_refused(text: str) -> None:
    read_or_refuse(text)


def read_or_refuse(text: str) -> None:
    try:
        network = parse(text)
    except RecipeError:
        return
    assert parse(str(network)) == network


@pytest.mark.parametrize(
    "text",
    [
        "[64 sigmoid drop=0.1] > sigmoid",
        "64 relu > 32 tanh l1=1e-4 > [24 relu] > 32 relu l1=1e-4 > 64 tanh > linear",
        "32 relu > 24 relu > [32 relu l1=0.1] > 24 relu > 32 relu > linear",
    ],
)
def test_the_papers_networks_are_canonical_as_written(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  [ 64   sigmoid\tdrop = .10 ]>sigmoid\n", "[64 sigmoid drop=0.1] > sigmoid"),
        ("[8 relu l2=1 drop=0.50 l1=0.00010] > linear", "[8 relu drop=0.5 l1=1e-4 l2=1] > linear"),
        ("[8 relu drop=0 l1=-0.0] > linear", "[8 relu] > linear"),
        ("[008 relu] > linear", "[8 relu] > linear"),
    ],
)
def test_space_order_and_spelling_of_numbers_are_free(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical


def test_mirror_repeats_the_layers_before_the_latent_reversed_and_without_options() -> None:
    network = parse("128 relu drop=0.5 > 64 tanh l1=1 > [8 linear l2=1] > mirror > linear")
    assert network.decoder == (Layer(64, "tanh"), Layer(128, "relu"))
    assert network.encoder[0].drop == 0.5


def test_mirror_of_nothing_is_nothing() -> None:
    assert parse("[8 relu] > mirror > linear") == parse("[8 relu] > linear")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[64 sigmod] > sigmoid",
            "network entry 1, character 5: activation 'sigmod' is not known, did you mean 'sigmoid'? (legal: sigmoid,",
        ),
        (
            "64 relu > [8 relu dorp=0.1] > linear",
            "network entry 2, character 19: option 'dorp' is not known, did you mean 'drop'? (legal: drop, l1, l2)",
        ),
        ("[8 relu drop=1.5] > linear", "network entry 1, character 14: drop must be a number in [0, 1), not 1.5"),
        ("[8 relu drop=a] > linear", "network entry 1, character 14: drop must be a number in [0, 1), not 'a'"),
        (
            "[8 relu l1=nan] > linear",
            "network entry 1, character 12: l1 must be a finite number of at least 0, not nan",
        ),
        ("[8 relu drop 0.1] > linear", "network entry 1, character 9: 'drop' lacks its number, as in 'drop=0.1'"),
        ("[8 relu l1=1 l1=2] > linear", "network entry 1, character 14: 'l1' is given twice in one layer"),
        ("[8] > linear", "network entry 1, character 2: '8' lacks its activation (legal: sigmoid,"),
        (
            "[0 relu] > linear",
            "network entry 1, character 2: units must be a whole number from 1 to 999,999,999, not 0",
        ),
        ("[relu 8] > linear", "network entry 1, character 2: 'relu' begins no layer (a layer is units and activation"),
        ("[8 relu] > miror > linear", "network entry 2, character 12: 'miror' begins no layer, did you mean 'mirror'?"),
        (
            "mirror > [8 relu] > linear",
            "network entry 1, character 1: 'mirror' is out of place: it stands alone between",
        ),
        ("[8 relu] > mirror > 8 relu > linear", "network entry 2, character 12: 'mirror' is out of place"),
        ("[8 relu] >> linear", "network entry 2, character 11: nothing stands here where a layer"),
        ("[8 relu] > linear >", "network entry 3, character 20: nothing stands here where a layer"),
        ("", "network entry 1, character 1: nothing stands here where a layer"),
        (
            "[64 sigmoid] > 784 sigmoid",
            "network entry 2, character 16: '784' begins a layer, and the last entry is the",
        ),
        ("[8 relu] > sigmod", "network entry 2, character 12: output activation 'sigmod' is not known, did you mean"),
        (
            "64 [sigmoid] > relu",
            "network entry 1, character 4: '[' is out of place: brackets go around one whole layer",
        ),
        ("[64 sigmoid > sigmoid", "network entry 1, character 1: '[' is out of place: brackets go around one whole"),
        (
            "[[8 relu]] > linear",
            "network entry 1, character 2: '[' is out of place: brackets go around one whole layer",
        ),
        ("[] > linear", "network entry 1, character 1: '[' is out of place: brackets go around one whole layer"),
        ("[8 relu] > [4 relu] > linear", "network entry 2, character 12: '[' marks a second latent layer, and a"),
        ("8 relu > linear", "the network has no latent layer: put one in brackets, as in '[64 sigmoid] > sigmoid'"),
    ],
)
def test_a_refusal_points_at_the_word(text: str, sentence: str) -> None:
    with pytest.raises(RecipeError) as refusal:
        parse(text)
    assert str(refusal.value).startswith(sentence)
