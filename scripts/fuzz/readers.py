"""Every reader of what a user did not write: its valid files, the damage that is done to them, and its ways in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

from scripts.fuzz import inside, seeds
from scripts.fuzz.mutations import Damage, bent, damaged, either, reencoded
from scripts.fuzz.seeds import Seed

Way = Callable[[Path], object]


@dataclass(frozen=True)
class Reader:
    """A kind of file.

    Attributes
    ----------
    name
        What it is called on the command line.
    make_seeds
        Returns valid files.
    ways
        All that reads such a file; each is tried with every input.
    damage
        What is done to a valid file.
    """

    name: str
    make_seeds: Callable[[], tuple[Seed, ...]]
    ways: tuple[Way, ...]
    damage: Damage = damaged

    @cached_property
    def seeds(self) -> tuple[Seed, ...]:
        """The valid files."""
        return self.make_seeds()

    def input(self, seed: int, number: int) -> Seed:
        """Return the damaged file of that number, always the same under one seed."""
        chance = Random(f"{self.name} {seed} {number}")
        chosen = chance.choice(self.seeds)
        content = self.damage(chance, chosen.content, tuple(one.content for one in self.seeds))
        return Seed(chosen.name, content)


def _table(path: Path) -> object:
    from trasunto.data import read

    return read(path)


def _labels(path: Path) -> object:
    from trasunto.data.idx import read_idx

    return read_idx(path, 1)


def _names(path: Path) -> object:
    from trasunto.models.batches import names_of

    return names_of(path)


def _batches(path: Path) -> object:
    """Read a file as it is read to be scored, a batch at a time."""
    from trasunto.models.batches import find_source
    from trasunto.models.entrance import Entrance

    way = Entrance(feature_names=("a", "b"))
    source = find_source(path, way)
    return [way.admit(source.frame(batch), float, batch.place) for batch in source.batches()]


def _records_with_label(path: Path) -> object:
    from trasunto.data import read_records

    return read_records(path, label="y")


def _image(path: Path) -> object:
    from trasunto.data import read_image

    return read_image(path, (28, 28))


def _model(path: Path) -> object:
    from trasunto.models.file import open_model

    return open_model(path)


def _recipe(path: Path) -> object:
    from trasunto.spec import Recipe

    return Recipe.from_json(path.read_text(encoding="utf-8", errors="replace"))


def _network(path: Path) -> object:
    from trasunto.spec import parse

    text = path.read_text(encoding="utf-8", errors="replace")
    network = parse(text)
    assert parse(str(network)) == network
    return network


def _sweep(path: Path) -> object:
    from trasunto.search.reading import read_file

    return read_file(path)


def _report(path: Path) -> object:
    from trasunto.report import load_facts
    from trasunto.report.markdown import render_markdown
    from trasunto.report.page import render_page

    kept = load_facts(path.parent)
    return render_page(kept), render_markdown(kept)


_ALL = (
    Reader("idx", seeds.idx, (_table, _labels), inside.packed),
    Reader(
        "csv", seeds.csv, (_table, _names, _batches), either(inside.packed, inside.packed, inside.packed, reencoded)
    ),
    Reader("parquet", seeds.parquet, (_table, _names, _batches)),
    Reader("npz", seeds.arrays, (_table, _records_with_label), either(damaged, inside.zipped)),
    Reader("image", seeds.images, (_image,), either(damaged, inside.chunked)),
    Reader("model", seeds.models, (_model,), either(damaged, inside.sealed)),
    Reader("recipe", seeds.recipes, (_recipe,), either(damaged, bent)),
    Reader("network", seeds.networks, (_network,), either(damaged, damaged, damaged, reencoded)),
    Reader("sweep", seeds.sweeps, (_sweep,), either(damaged, damaged, damaged, reencoded)),
    Reader("report", seeds.reports, (_report,), either(damaged, bent)),
)

READERS: dict[str, Reader] = {reader.name: reader for reader in _ALL}
"""By name, as the command line takes them."""
