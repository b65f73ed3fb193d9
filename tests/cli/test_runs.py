from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trasunto.data import from_arrays
from trasunto.runs.train import train
from trasunto.spec import Recipe

Typed = Callable[..., Any]


@pytest.fixture
def trained(typed: Typed, tiny: Path) -> Typed:
    """A store with the runs "still" and "moving", and "part", which names one of the networks of "still"."""
    for name, momentum, rates in (("still", 0, "0.1,0.2"), ("moving", 0.9, "0.1,0.2"), ("part", 0, "0.1")):
        words = ["--optimizer", "sgd", "--momentum", momentum, "--vary", f"learning_rate={rates}"]
        sizes = ["--epochs", 2, "--batch-size", 16, "--seeds", 2, "--data", tiny]
        assert typed("train", "[3 sigmoid] > sigmoid", *words, *sizes, "--name", name).code == 0
    return typed


class Answers(io.StringIO):
    """What somebody at a terminal types."""

    def isatty(self) -> bool:
        return True


def names(typed: Typed) -> list[str]:
    return [run["name"] for run in json.loads(typed("runs", "list", "--json").out)]


def test_runs_are_listed(trained: Typed) -> None:
    lines = trained("runs", "list").lines
    assert lines[0].split() == ["run", "rows", "members", "epochs", "ended", "created", "on", "disk"]
    assert [line.split()[:6] for line in lines[2:]] == [
        ["still", "tiny", "4", "2", "4", "finished"],
        ["moving", "tiny", "4", "2", "4", "finished"],
        ["part", "tiny", "2", "2", "2", "finished"],
    ]
    assert all(line.rstrip().endswith("KiB") for line in lines[2:])


def test_a_run_is_shown_best_first(trained: Typed) -> None:
    shown = trained("runs", "show", "still").out
    assert "asked:     4 members to epoch 2" in shown
    assert "in runs/weights, of epochs 1, 2" in shown
    document = json.loads(trained("runs", "show", "still", "--json").out)
    losses = [member["test_loss"] for member in document["members"]]
    assert losses == sorted(losses)
    assert len(losses) == 4
    for member in document["members"]:
        assert member["id"] in shown
        assert (Path(document["folder"]) / member["weights"]["2"]).is_file()


def test_a_run_says_to_which_epoch_each_of_its_networks_was_trained(typed: Typed) -> None:
    recipes = [Recipe("[1 tanh] > linear", learning_rate=rate) for rate in (0.1, 0.01)]
    train(recipes, from_arrays([[0.0, 0.1], [0.2, 0.3]]), epochs=[3, 1], store="runs", name="uneven")
    shown = typed("runs", "show", "uneven").out
    assert "asked:     2 members to epochs of their own, 1 to 3" in shown
    assert "learning_rate   epochs   train_loss" in shown


def test_runs_are_compared(trained: Typed) -> None:
    said = trained("runs", "compare", "still", "moving").out
    assert "'still' and 'moving' differ in momentum 0 and 0.9." in said
    assert "over 4 pairs of networks that share their learning_rate and seed" in " ".join(said.split())
    document = json.loads(trained("runs", "compare", "still", "moving", "--json").out)
    assert document["measure"] == "test_loss"
    assert document["differences"][0]["difference"]["n"] == 4


def test_a_run_is_deleted_when_one_says_yes(trained: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Answers("y\n"))
    done = trained("runs", "delete", "still")
    assert done.code == 0
    assert "names 4 members. 2 members with curves and weights" in done.err
    assert "2 stay, for other runs name them" in done.err
    assert "run 'still' is deleted from runs, with 2 of its 4 members" in done.out
    assert names(trained) == ["moving", "part"]
    assert json.loads(trained("runs", "show", "part", "--json").out)["members"][0]["status"] == "finished"


def test_saying_no_keeps_it(trained: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Answers("n\n"))
    done = trained("runs", "delete", "still")
    assert done.code == 2
    assert done.err.endswith("trasunto: run 'still' is kept, and nothing was deleted\n")
    assert names(trained) == ["still", "moving", "part"]


def test_without_a_terminal_only_yes_deletes(trained: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    done = trained("runs", "delete", "part")
    assert (done.code, done.out) == (2, "")
    assert "there is no terminal to ask on, add --yes" in done.err
    assert names(trained) == ["still", "moving", "part"]
    document = json.loads(trained("runs", "delete", "part", "--yes", "--json").out)
    assert document == {"name": "part", "members": 2, "alone": 0, "bytes": 0}
    assert names(trained) == ["still", "moving"]
    assert json.loads(trained("runs", "list", "--json").out)[0]["outcomes"] == {"finished": 4}


@pytest.mark.parametrize("words", [["show", "stil"], ["compare", "moving", "stil"], ["delete", "stil", "--yes"]])
def test_an_unknown_run_is_one_sentence(trained: Typed, words: list[str]) -> None:
    done = trained("runs", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "trasunto: there is no run 'stil' in runs, did you mean 'still'? (`trasunto runs list` names its 3)\n"
    )
    assert names(trained) == ["still", "moving", "part"]


@pytest.mark.parametrize("words", [["list"], ["show", "a"], ["compare", "a", "b"], ["delete", "a", "--yes"]])
def test_where_nothing_was_trained_nothing_is_made(
    refused: Callable[..., str], tmp_path: Path, words: list[str]
) -> None:
    assert "there is no store at 'runs'" in refused("runs", *words)
    assert list(tmp_path.iterdir()) == []


def test_one_run_is_no_comparison(refused: Callable[..., str]) -> None:
    assert "at least two different runs are compared, not a" in refused("runs", "compare", "a")


@pytest.mark.parametrize("command", ["list", "show", "compare", "delete"])
def test_every_help_ends_with_an_example(typed: Typed, command: str) -> None:
    assert f"trasunto runs {command}" in typed("runs", command, "--help").out.partition("Examples:\n")[2]
