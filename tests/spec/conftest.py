"""How hypothesis makes up networks and recipes: ask for one with ``@given(...)`` and an annotation."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from trasunto.spec import Layer, Network, Recipe
from trasunto.spec.legal import (
    ACTIVATIONS,
    CORRUPTIONS,
    FROZEN,
    INITIALISATIONS,
    LOSSES,
    NUMBERS,
    OPTIMIZERS,
    SCHEDULES,
    WEIGHED,
    defaults,
)

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


def numbers(name: str) -> st.SearchStrategy[float]:
    """Every legal value of a number."""
    rule = NUMBERS[name]
    if rule.whole:
        return st.integers(rule.low, int(rule.high) - 1)
    return st.floats(rule.low, rule.high, exclude_min=rule.above, exclude_max=True)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Recipes whose numbers are left at their defaults, or given, as it falls."""
    network = draw(st.from_type(Network))
    losses = [loss for loss in LOSSES if loss != "bce" or network.output == "sigmoid"]
    loss, optimizer = draw(st.sampled_from(losses)), draw(st.sampled_from(list(OPTIMIZERS)))
    corruption, schedule = draw(st.sampled_from(list(CORRUPTIONS))), draw(st.sampled_from(list(SCHEDULES)))
    choices: dict[str, Any] = {"optimizer": optimizer, "loss": loss, "corruption": corruption, "schedule": schedule}
    free = ["learning_rate", *defaults(**choices), *WEIGHED, "batch_size", "epochs", "validation", "order_seed"]
    given: dict[str, Any] = {name: draw(numbers(name)) for name in draw(st.sets(st.sampled_from(free)))}
    given |= {"initialisation": draw(st.sampled_from(INITIALISATIONS)), "frozen": draw(st.sampled_from(FROZEN))}
    tieable = network.mirrored and loss != "cross_entropy" and not network.encoder[-1].variational
    given |= {"tied": tieable and draw(st.booleans()), "agreement": draw(st.booleans())}
    if schedule != "constant" and given.get("schedule_epochs") == 0:
        given["schedule_epochs"] = 1.0
    if corruption in ("masking", "swap") and "noise" in given:
        given["noise"] = draw(st.floats(0, 1))
    return Recipe(network, **choices, **given)


st.register_type_strategy(
    Layer,
    st.builds(
        Layer,
        units=st.integers(1, 999),
        activation=st.sampled_from(ACTIVATIONS),
        drop=st.just(0.0) | numbers("drop"),
        l1=st.just(0.0) | numbers("l1"),
        l2=st.just(0.0) | numbers("l2"),
    ),
)
_layers = st.lists(st.from_type(Layer), max_size=3)
st.register_type_strategy(
    Network,
    st.builds(
        lambda encoder, latent, decoder, output: Network((*encoder, latent), tuple(decoder), output),
        _layers,
        st.from_type(Layer)
        | st.builds(Layer, units=st.integers(1, 99), activation=st.just("normal"), kl=numbers("kl")),
        _layers,
        st.sampled_from(ACTIVATIONS),
    ),
)
st.register_type_strategy(Recipe, recipes())
