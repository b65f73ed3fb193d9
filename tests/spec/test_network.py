from __future__ import annotations

import pytest

from trasunto.errors import RecipeError
from trasunto.spec import Layer, LayerRow, Network, parse

PAPER_A = "[64 sigmoid drop=0.1] > sigmoid"
PAPER_B = "64 relu > 32 tanh l1=1e-4 > [24 relu] > 32 relu l1=1e-4 > 64 tanh > linear"


def test_the_layer_table_says_what_comes_out_of_each_layer() -> None:
    assert parse(PAPER_A).rows(784) == (
        LayerRow("latent", "sigmoid", 64, 784 * 64 + 64),
        LayerRow("output", "sigmoid", 784, 64 * 784 + 784),
    )


def test_layers_are_named_by_their_side_and_place() -> None:
    names = [row.layer for row in parse(PAPER_B).rows(29)]
    assert names == ["encoder 1", "encoder 2", "latent", "decoder 1", "decoder 2", "output"]


@pytest.mark.parametrize(
    ("text", "d", "count"),
    [(PAPER_B, 29, 9589), ("128 relu > 64 relu > [32 relu] > mirror > linear", 29, 28349)],
)
def test_parameters_are_counted_as_the_paper_counts_them(text: str, d: int, count: int) -> None:
    assert parse(text).parameters(d) == count


def test_options_are_named_by_layer_and_leave_out_those_at_zero() -> None:
    assert parse(PAPER_B).options == {"2.l1": 1e-4, "4.l1": 1e-4}
    assert Layer(8, "relu", drop=0.0, l2=0.5).options == {"l2": 0.5}


def test_options_can_be_set_without_touching_the_rest() -> None:
    changed = parse("16 relu > [8 relu drop=0.5] > 16 relu > linear").with_options({"2.drop": 0.25, "3.l2": 1})
    assert str(changed) == "16 relu > [8 relu drop=0.25] > 16 relu l2=1 > linear"


@pytest.mark.parametrize("name", ["3.drop", "0.drop", "1.units", "1.dorp", "drop"])
def test_an_option_of_no_layer_is_refused(name: str) -> None:
    with pytest.raises(RecipeError, match=f"layer option '{name}' is not known.*legal: 1.drop"):
        parse("16 relu > [8 relu] > linear").with_options({name: 0.1})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"units": 0}, "units must be a whole number"),
        ({"activation": "sigmod"}, "activation 'sigmod' is not known, did you mean 'sigmoid'"),
        ({"drop": 1.0}, r"drop must be a number in \[0, 1\), not 1.0"),
        ({"l1": -1.0}, "l1 must be a finite number of at least 0"),
    ],
)
def test_a_layer_refuses_what_no_layer_can_be(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        Layer(**{"units": 8, "activation": "relu", **values})  # type: ignore[arg-type]


def test_a_network_needs_a_latent_layer_and_a_known_output() -> None:
    with pytest.raises(RecipeError, match="at least one layer in its encoder"):
        Network((), (), "linear")
    with pytest.raises(RecipeError, match="output activation 'liner' is not known, did you mean 'linear'"):
        Network((Layer(8, "relu"),), (), "liner")


def test_a_network_made_of_lists_equals_one_made_of_tuples() -> None:
    layer = Layer(8, "relu")
    listed = Network([layer], [layer], "linear")  # type: ignore[arg-type]
    assert listed == Network((layer,), (layer,), "linear")
    assert hash(listed) == hash(Network((layer,), (layer,), "linear"))
