"""A model as one JSON document and named arrays, and back: everything is checked, nothing is executed.

The document says what every array must be, so that an array is read only after its name, shape and type have been found
to be those of the model described.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, NoReturn

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError

from trasunto.analysis.explanation import ErrorDistribution
from trasunto.analysis.thresholds import Threshold
from trasunto.cohort.course import Course
from trasunto.data import Provenance
from trasunto.data.preparation import Preparation
from trasunto.errors import TrasuntoError, one_of
from trasunto.models.entrance import Entrance
from trasunto.models.model import Model
from trasunto.models.scoring import Judgement, legal_score, scoring_from_arrays
from trasunto.spec import Recipe

PRECISIONS = ("float32", "float64")
"""What networks' weights may be."""

VERSION = 2
"""Raised when an earlier trasunto could not read the document any more; every later one reads all earlier versions."""

KINDS = ("detector",)
"""What a model can be; version 1 knew detectors alone and did not say so."""

WEIGHTS, SCORING, USUAL = "weights", "scoring", "usual"
"""What arrays are for; the name goes on with the network's number, save for `USUAL`, and the array's own name."""

ANY = -1
"""A length that the document does not tell."""


class Expected(NamedTuple):
    """What an array of a model must be; a length may be `ANY`."""

    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class WrittenCourse(Course):
    """A course, with null where nothing was measured: JSON has no word for what is not a number."""

    recipe: dict[str, Any]  # type: ignore[assignment]
    history: dict[str, list[float | None]]  # type: ignore[assignment]


@dataclass(frozen=True)
class WrittenThreshold:
    """A threshold with all that it carries, which `Threshold` itself takes from nobody but those who choose one."""

    value: float
    kind: str
    goal: str
    guarantee: str
    rows: int
    sentence: str


@dataclass(frozen=True)
class Written:
    """The document, field by field as it stands in the file."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    version: int
    kind: str
    feature_names: tuple[str, ...]
    blocks: tuple[tuple[int, int], ...]
    ignored: tuple[str, ...]
    scale: float
    preparation: dict[str, Any] | None
    precision: str
    score: str
    threshold: WrittenThreshold
    courses: tuple[WrittenCourse, ...]
    provenance: Provenance
    n: int
    versions: dict[str, str]
    created: str


_WRITTEN = TypeAdapter(Written)


def write(model: Model) -> tuple[str, dict[str, np.ndarray]]:
    """Return everything that a model is, as a document and arrays; floats in it read back exactly."""
    way = model.entrance
    written = Written(
        version=VERSION,
        kind="detector",
        feature_names=way.feature_names,
        blocks=way.blocks,
        ignored=way.ignored,
        scale=way.scale,
        preparation=None if way.preparation is None else way.preparation.to_json(),
        precision=str(model.networks[0].dtype),
        score=model.judgement.kind,
        threshold=WrittenThreshold(**model.threshold.to_json()),
        courses=tuple(_written_course(course) for course in model.courses),
        provenance=model.provenance,
        n=model.n,
        versions=model.versions,
        created=model.created,
    )
    scorings = [scoring.to_arrays() for scoring in model.judgement.scorings]
    groups = {f"{WEIGHTS}/{number}": named for number, named in enumerate(model.weights)}
    groups |= {f"{SCORING}/{number}": named for number, named in enumerate(scorings)}
    groups |= {USUAL: model.judgement.usual.to_arrays()}
    arrays = {
        f"{group}/{name}": np.ascontiguousarray(array)
        for group, named in groups.items()
        for name, array in named.items()
    }
    return json.dumps(asdict(written), ensure_ascii=False, allow_nan=False), arrays


def read(text: str) -> Written:
    """Return the document that a text is.

    Raises
    ------
    TrasuntoError
        It is no JSON, of a newer version, or a key is missing, unknown or holds something else than it should, named
        with its path.
    """
    try:
        content = json.loads(text, parse_constant=_refuse_constant)
        _refuse_newer(content)
        if content["version"] == 1:
            text = json.dumps(_from_version_1(content))
        written = _WRITTEN.validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise TrasuntoError(f"its document is wrong at '{key}': {first['msg']}") from None
    except TrasuntoError:
        raise
    except (ValueError, RecursionError) as error:
        raise TrasuntoError(f"its document is not JSON: {error}") from None
    _refuse_nonsense(written)
    return written


def expected(written: Written) -> dict[str, Expected]:
    """Return what arrays belong to a document, by name.

    Raises
    ------
    TrasuntoError
        A recipe describes no network.
    """
    entrance = _entrance(written)
    k = len(entrance.spans)
    found = {
        f"{USUAL}/errors": Expected((ANY, k), "float64"),
        f"{USUAL}/ranks": Expected((ANY,), "float64"),
        f"{USUAL}/mean": Expected((k,), "float64"),
        f"{USUAL}/rows": Expected((1,), "float64"),
    }
    for number, course in enumerate(written.courses):
        structure = _recipe(course).structure.on(entrance.row_shape)
        for name, array in structure.arrays.items():
            found[f"{WEIGHTS}/{number}/{name}"] = Expected(array.shape, written.precision)
        for name, shape in _shapes(written.score, structure.d, k, structure.z).items():
            found[f"{SCORING}/{number}/{name}"] = Expected(shape, "float64")
    return found


def restore(written: Written, arrays: Mapping[str, np.ndarray]) -> Model:
    """Return the model of a document and its arrays, which are those expected.

    Raises
    ------
    TrasuntoError
        A number that must be finite is not, or the preparation does not give the features.
    """
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise TrasuntoError(f"its array '{name}' holds numbers that are not finite")
    return Model(
        entrance=_entrance(written),
        weights=tuple(_group(f"{WEIGHTS}/{number}", arrays) for number in range(len(written.courses))),
        judgement=_judgement(written, arrays),
        threshold=Threshold.from_json(asdict(written.threshold)),
        courses=tuple(_course(course) for course in written.courses),
        provenance=written.provenance,
        n=written.n,
        versions=written.versions,
        created=written.created,
    )


def _judgement(written: Written, arrays: Mapping[str, np.ndarray]) -> Judgement:
    usual = _group(USUAL, arrays)
    if len(usual["ranks"]) != len(usual["errors"]) or not len(usual["ranks"]) or not (usual["mean"] > 0).all():
        raise TrasuntoError("its usual errors do not fit together")
    scorings = (
        scoring_from_arrays(written.score, _group(f"{SCORING}/{number}", arrays))
        for number in range(len(written.courses))
    )
    return Judgement(written.score, tuple(scorings), ErrorDistribution.from_arrays(usual))


def _shapes(score: str, d: int, k: int, z: int) -> dict[str, tuple[int, ...]]:
    """Return the arrays that a kind of score has, for d features, k columns and z latent units."""
    known: dict[str, dict[str, tuple[int, ...]]] = {
        "mse": {},
        "standardised": {"usual": (k,)},
        "latent": {"location": (z,), "scale": (z,), "precision": (z, z)},
        "mahalanobis": {"location": (d,), "scale": (d,), "precision": (d, d)},
    }
    return known[score]


def _group(group: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    head = f"{group}/"
    return {name.removeprefix(head): array for name, array in arrays.items() if name.startswith(head)}


def _recipe(course: WrittenCourse) -> Recipe:
    recipe = Recipe.from_json(json.dumps(course.recipe))
    if recipe.loss == "cross_entropy":
        raise TrasuntoError("its recipe is that of a classifier, which has no reconstruction to score by")
    return recipe


def _entrance(written: Written) -> Entrance:
    preparation = None if written.preparation is None else Preparation.from_json(written.preparation)
    if preparation is not None and preparation.feature_names != written.feature_names:
        raise TrasuntoError("its preparation makes other features than its networks see")
    if preparation is not None and preparation.blocks != written.blocks:
        raise TrasuntoError("its preparation makes other one-hot codes than its networks see")
    return Entrance(written.feature_names, written.blocks, preparation, written.ignored, written.scale)


def _written_course(course: Course) -> WrittenCourse:
    history = {
        name: [value if math.isfinite(value) else None for value in values] for name, values in course.history.items()
    }
    return WrittenCourse(**vars(course) | {"recipe": json.loads(course.recipe.to_json()), "history": history})


def _course(written: WrittenCourse) -> Course:
    history = {
        name: [math.nan if value is None else value for value in values] for name, values in written.history.items()
    }
    return Course(**vars(written) | {"recipe": _recipe(written), "history": history})


def _refuse_nonsense(written: Written) -> None:
    """Refuse what has the right types and still is no model."""
    legal_score(written.score)
    if written.kind not in KINDS:
        raise one_of("its kind of model", written.kind, KINDS)
    if written.n < 1:
        raise TrasuntoError(f"its document says that it was trained on {written.n} rows")
    d = len(written.feature_names)
    if d == 0:
        raise TrasuntoError("its document names no features")
    if not written.courses:
        raise TrasuntoError("its document describes no network")
    if written.precision not in PRECISIONS:
        raise TrasuntoError(f"its precision '{written.precision}' is not known (legal: {', '.join(PRECISIONS)})")
    if not (math.isfinite(written.threshold.value) and 0 < written.scale < math.inf):
        raise TrasuntoError("its threshold or its scale is not a finite number")
    before = 0
    for start, stop in written.blocks:
        if not before <= start < stop <= d:
            raise TrasuntoError(f"its one-hot block {(start, stop)} does not lie within its {d} features")
        before = stop


def _refuse_newer(content: object) -> None:
    version = content.get("version") if isinstance(content, dict) else None
    if type(version) is int and version > VERSION:
        raise TrasuntoError(
            f"it was written by a newer trasunto: its format is version {version}, and this one reads up to {VERSION}"
        )
    if type(version) is not int or version < 1:
        raise TrasuntoError(f"its document does not say of which version it is (legal: 1 to {VERSION})")


def _from_version_1(content: dict[str, Any]) -> dict[str, Any]:
    """Return a document of version 1 as version 2 has it."""
    if "kind" in content:
        raise TrasuntoError("its document is wrong at 'kind': version 1 has none")
    return {**content, "version": 2, "kind": "detector"}


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON's")
