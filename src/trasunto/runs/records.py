"""The store's records, one class per table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """What one member is; it never changes once recorded.

    Parameters
    ----------
    id : str
        The member's id, which hashes all that decides its training.
    recipe : str
        The recipe as JSON.
    seed : int
        Drives initialisation and dropout.
    rows : str
        Fingerprint of the prepared rows.
    rows_name : str
        What people call those rows; not part of the identity.
    start : str
        Checksum of the weights that training started from, or "".
    parameters : int
        How many numbers the network has.
    """

    id: str
    recipe: str
    seed: int
    rows: str
    rows_name: str
    start: str
    parameters: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one member has come.

    Parameters
    ----------
    id : str
        The member's id.
    epoch : int
        The last epoch recorded; 0 means that the untrained network was evaluated.
    status : str
        "training", "finished", "stopped", "stalled", "diverged" or "damaged".
    reason : str
        The status as a sentence.
    seconds : float
        Training time attributed to the member so far.
    """

    id: str
    epoch: int
    status: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One number of one member's history; NaN and infinity are values like any other."""

    id: str
    epoch: int
    metric: str
    value: float


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A named request.

    Parameters
    ----------
    name : str
        The run's name, unique in its store.
    request : str
        The request as JSON.
    rows : str
        Fingerprint of the rows it was asked for; the same name with other rows is another request.
    created : str
        When the name was first given: UTC, ISO 8601.
    ids : tuple of str
        The members, in the order of the request.
    """

    name: str
    request: str
    rows: str
    created: str
    ids: tuple[str, ...]
