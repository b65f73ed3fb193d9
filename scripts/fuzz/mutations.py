"""Damage to bytes and to JSON: at random, and the same for the same random numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeAlias

Damage: TypeAlias = Callable[[Random, bytes, Sequence[bytes]], bytes]
"""What is done to a file's content, given the contents of other valid files."""

MOST_BYTES = 1 << 18
"""Inputs are no longer: damage shows in small files, and more of them are read."""

EDGE = 64
"""Half of all damage is done this near to a file's beginning or end, where headers and footers are."""

LENGTHS = (0, 1, -1, 127, 128, 255, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**62, 2**63 - 1, 2**63)
"""What a header's numbers are changed to."""

TEXTS = (
    *b"nan -inf Infinity NA null true 1e999 -0.0 0x1F 1_000 1,5 2020-13-45 12:00 =1+1 $x_1^2$ %s%n {{7*7}}".split(),
    *b'" \' """ \\ , ; = [ ] { } # > </script> ../../etc/passwd'.split(),
    *(b"\r", b"\n", b"\r\n", b"\n\n", b"\t", b"\0", b"\x1b[2J", "\N{RIGHT-TO-LEFT OVERRIDE}".encode(), "٣²".encode()),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xed\xa0\x80", b"\xc3(", b"\x85"),
    *(b"9" * 400, b"9" * 5000, b"0." + b"0" * 400 + b"1", b"A" * 70_000, b'"' + b"\n" * 99),
    *(b"[" * 3000, b'{"a":' * 3000),
)
"""Words that readers stumble over."""

LEAVES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**64, -(10**30), 0.5, -0.0, 1e308, float("nan"), float("inf")),
    *("", "x", "\0", "\ud800", "nan", "A" * 5000, "[8 relu] > linear", "sigmoid", [], {}, [[]], [1, "a"], {"a": None}),
)
"""What a value of JSON is changed to."""


def damaged(chance: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Return `content` after one to five kinds of damage."""
    changed = bytearray(content)
    for _ in range(_few(chance)):
        chance.choice(_KINDS)(chance, changed, others)
        del changed[MOST_BYTES:]
    return bytes(changed)


def bent(chance: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Return a text of JSON in which one to five values are others, gone or more; damaged where it is no JSON."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return damaged(chance, content, others)
    for _ in range(_few(chance)):
        document = _bend(chance, document)
    return json.dumps(document).encode()


def reencoded(chance: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Return a text in another encoding, or with a mark of one before it."""
    text = content.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7", "cp037")), "replace")


def either(*kinds: Damage) -> Damage:
    """Return damage that is one of several kinds."""

    def one(chance: Random, content: bytes, others: Sequence[bytes]) -> bytes:
        return chance.choice(kinds)(chance, content, others)

    return one


def _few(chance: Random) -> int:
    return min(1 + int(chance.expovariate(1.0)), 5)


def _place(chance: Random, content: bytearray) -> int:
    """Return a position, as often near to an end as anywhere."""
    if not content:
        return 0
    near = min(EDGE, len(content))
    ends = (chance.randrange(near), len(content) - 1 - chance.randrange(near))
    return chance.choice((*ends, chance.randrange(len(content)), chance.randrange(len(content))))


def _block(chance: Random, content: bytearray) -> slice:
    start = _place(chance, content)
    return slice(start, start + chance.choice((1, 2, 4, 8, 16, 64, 512)))


def _flip(chance: Random, content: bytearray, others: Sequence[bytes]) -> None:
    if content:
        content[_place(chance, content)] ^= 1 << chance.randrange(8)


def _overwrite(chance: Random, content: bytearray, others: Sequence[bytes]) -> None:
    where = _block(chance, content)
    content[where] = chance.randbytes(len(content[where]))


def _cut(chance: Random, content: bytearray, others: Sequence[bytes]) -> None:
    del content[_place(chance, content) :]


def _remove(chance: Random, content: bytearray, others: Sequence[bytes]) -> None:
    del content[_block(chance, content)]


def _repeat(chance: Random, content: bytearray, others: Sequence[bytes]) -> None:
    where = _block(chance, content)
    content[where.stop : where.stop] = content[where] * chance.choice((1, 2, 10, 300))


def _move(chance: Random, content: bytearray, others: Sequence[bytes]) -> None:
    where = _block(chance, content)
    block = content[where]
    del content[where]
    place = _place(chance, content)
    content[place:place] = block


def _splice(chance: Random, content: bytearray, others: Sequence[bytes]) -> None:
    other = bytearray(chance.choice(others))
    content[_place(chance, content) :] = other[_place(chance, other) :]


def _lie(chance: Random, content: bytearray, others: Sequence[bytes]) -> None:
    """Write a number where a length may be, in any width and byte order."""
    width, start = chance.choice((1, 2, 4, 4, 8, 8)), _place(chance, content)
    number = chance.choice(LENGTHS) % 256**width
    content[start : start + width] = number.to_bytes(width, chance.choice(("big", "little")))


def _write(chance: Random, content: bytearray, others: Sequence[bytes]) -> None:
    start = _place(chance, content)
    stop = start + chance.choice((0, 0, 1, 8))
    content[start:stop] = chance.choice(TEXTS)


def _renumber(chance: Random, content: bytearray, others: Sequence[bytes]) -> None:
    """Change a number that is written in digits."""
    found = list(re.finditer(rb"\d+", content[: 1 << 14]))
    if found:
        number = chance.choice((*map(str, LENGTHS), "-1", "1e999", "nan", "0.5", "9" * 400, ""))
        content[slice(*chance.choice(found).span())] = number.encode()


_KINDS = (_flip, _flip, _overwrite, _cut, _remove, _repeat, _move, _splice, _lie, _lie, _write, _write, _renumber)


def _bend(chance: Random, value: Any) -> Any:
    """Return the value with one part of it changed."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        return _bend_object(chance, value)
    if isinstance(value, list) and value and chance.random() < 0.9:
        return _bend_list(chance, value)
    if isinstance(value, str) and value and chance.random() < 0.5:
        return damaged(chance, value.encode("utf-8", "replace")[:2000], (b"x",)).decode("utf-8", "replace")
    return chance.choice(LEAVES)


def _bend_object(chance: Random, value: dict[str, Any]) -> dict[str, Any]:
    key = chance.choice(sorted(value))
    kind = chance.randrange(8)
    if kind == 0:
        return {name: part for name, part in value.items() if name != key}
    if kind == 1:
        return value | {chance.choice((key.upper(), key[:-1], "", "\0", "new")): chance.choice(LEAVES)}
    return value | {key: _bend(chance, value[key])}


def _bend_list(chance: Random, value: list[Any]) -> list[Any]:
    place = chance.randrange(len(value))
    times = chance.choice((0, 2, 50, 1, 1, 1, 1, 1, 1, 1))
    part = _bend(chance, value[place]) if times == 1 else value[place]
    return [*value[:place], *[part] * times, *value[place + 1 :]]
