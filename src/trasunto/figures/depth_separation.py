"""The pictures of the depth-separation study."""

from __future__ import annotations

from trasunto.figures import separation_pictures
from trasunto.figures.theme import Picture
from trasunto.studies import Findings


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`."""
    return separation_pictures.draw(findings.facts)
