"""The text notation of networks, read.

Entries from input to output stand between ``>``. A layer is its units, its kind unless it is dense, its activation and
its options; the latent layer is in brackets; ``mirror`` after it repeats the layers before it, reversed and without
their options; the last entry is the output's activation alone, for its width is the input's::

    [64 sigmoid drop=0.1] > sigmoid
    64 relu > 32 tanh l1=1e-4 > [24 relu] > 32 relu l1=1e-4 > 64 tanh > linear
    128 relu > 64 relu > [8 linear] > mirror > linear
    64 relu > [8 normal kl=1] > mirror > linear

Space is free. The text is written by ``str(network)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trasunto.errors import RecipeError, nearest, one_of
from trasunto.spec.legal import CHOICES, NUMBERS, OPTIONS
from trasunto.spec.network import Layer, Network

_WORD = re.compile(r"[\[\]>=]|[^\s\[\]>=]+")


@dataclass(frozen=True)
class _Word:
    """A word or a mark, and where it stands: its entry and its first character, both counted from 1."""

    text: str
    entry: int
    character: int

    def __str__(self) -> str:
        return self.text

    @property
    def place(self) -> str:
        return f"network entry {self.entry}, character {self.character}"

    def refused(self, sentence: str) -> RecipeError:
        return RecipeError(f"{self.place}: {sentence}")


def parse(text: str) -> Network:
    """Read a network from its text.

    Raises
    ------
    RecipeError
        If the text describes no network; the sentence names the word, its place and what would do.

    Examples
    --------
    >>> str(parse("128 relu>64 relu drop=.10 > [ 8 linear ] > mirror > linear"))
    '128 relu > 64 relu drop=0.1 > [8 linear] > 64 relu > 128 relu > linear'
    """
    *hidden, last = _entries(text)
    output = _output(last)
    bracketed = {i: _unbracketed(words) for i, words in enumerate(hidden) if any(map(_is_bracket, words))}
    if not bracketed:
        raise RecipeError("the network has no latent layer: put one in brackets, as in '[64 sigmoid] > sigmoid'")
    latent, *others = bracketed
    if others:
        raise hidden[others[0]][0].refused("'[' marks a second latent layer, and a network has exactly one")
    before = tuple(_layer(words) for words in hidden[:latent])
    encoder = (*before, _layer(bracketed[latent], latent=True))
    return Network(encoder, _decoder(before, hidden[latent + 1 :]), output)


def _entries(text: str) -> list[list[_Word]]:
    entries: list[list[_Word]] = [[]]
    for match in _WORD.finditer(text):
        if match[0] == ">":
            _refuse_empty(entries[-1], len(entries), match.start())
            entries.append([])
        else:
            entries[-1].append(_Word(match[0], len(entries), match.start() + 1))
    _refuse_empty(entries[-1], len(entries), len(text))
    return entries


def _refuse_empty(words: list[_Word], entry: int, end: int) -> None:
    if not words:
        found = _Word("", entry, end + 1)
        raise found.refused("nothing stands here where a layer like '64 relu' or the output's activation belongs")


def _output(words: Sequence[_Word]) -> str:
    first = words[0]
    if len(words) > 1:
        legal = CHOICES["activation"].legal
        raise first.refused(f"'{first}' begins a layer, and the last entry is the output's activation alone ({legal})")
    return CHOICES["activation"].check(f"{first.place}: output activation", str(first))


def _unbracketed(words: Sequence[_Word]) -> Sequence[_Word]:
    """Return the words of the latent layer, which alone holds brackets: the first and the last of its entry."""
    inner = words[1:-1]
    astray = [word for word in inner if _is_bracket(word)]
    if astray or not inner or str(words[0]) != "[" or str(words[-1]) != "]":
        found = next(filter(_is_bracket, astray or words))
        raise found.refused(f"'{found}' is out of place: brackets go around one whole layer, as in '[64 sigmoid]'")
    return inner


def _is_bracket(word: _Word) -> bool:
    return str(word) in ("[", "]")


def _decoder(before: Sequence[Layer], entries: Sequence[Sequence[_Word]]) -> tuple[Layer, ...]:
    if len(entries) == 1 and [str(word) for word in entries[0]] == ["mirror"]:
        return tuple(Layer(layer.units, layer.activation, kind=layer.kind) for layer in reversed(before))
    return tuple(_layer(words) for words in entries)


def _layer(words: Sequence[_Word], *, latent: bool = False) -> Layer:
    for word in words:
        if str(word) == "mirror":
            raise word.refused("'mirror' is out of place: it stands alone between the latent layer and the output")
    first = str(words[0])
    if not first.isdecimal():
        meant = nearest(first, ["mirror"])
        raise words[0].refused(f"'{first}' begins no layer{meant} (a layer is units and activation, as in '64 relu')")
    units = int(_number(words[0], "units", int))
    kind, rest = _kind(words[1:])
    if not rest:
        raise words[0].refused(f"'{first}' lacks its activation (legal: {CHOICES['activation'].legal})")
    choice = CHOICES["latent activation" if latent else "activation"]
    activation = choice.check(f"{rest[0].place}: activation", str(rest[0]))
    return Layer(units, activation, kind=kind, **_options(rest[1:], activation))


def _kind(words: Sequence[_Word]) -> tuple[str, Sequence[_Word]]:
    """Return a layer's kind and the words after it; of a `normal` layer, it is the activation that says so."""
    if words and str(words[0]) in CHOICES["layer"].words and str(words[0]) != "normal":
        return str(words[0]), words[1:]
    return "dense", words


def _options(words: Sequence[_Word], activation: str) -> dict[str, float]:
    legal = [option for option in OPTIONS if option != "kl" or activation == "normal"]
    options: dict[str, float] = {}
    for start in range(0, len(words), 3):
        name, *assigned = words[start : start + 3]
        if str(name) == "kl" and "kl" not in legal:
            raise name.refused(f"'kl' is for a latent layer that is 'normal', not '{activation}'")
        if str(name) not in legal:
            raise one_of(f"{name.place}: option", str(name), legal, RecipeError)
        if str(name) in options:
            raise name.refused(f"'{name}' is given twice in one layer")
        if len(assigned) < 2 or str(assigned[0]) != "=":
            raise name.refused(f"'{name}' lacks its number, as in '{name}=0.1'")
        options[str(name)] = _number(assigned[1], str(name), float)
    return options


def _number(word: _Word, name: str, read: Callable[[str], float]) -> float:
    try:
        value: float | str = read(str(word))
    except ValueError:
        value = str(word)  # the rule refuses it as written
    return NUMBERS[name].check(f"{word.place}: {name}", value)
