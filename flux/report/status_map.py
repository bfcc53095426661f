"""The map of `inv status` for a narrow terminal: a column for each phase. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flux.report.text import aligned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flux.environments.status import Row
    from flux.promotion.plan import Step

_SHOWN = 2
"""If a phase has more versions than this, only their number is shown."""


@dataclass(frozen=True)
class Signs:
    """The characters to use, depending on the encoding of the output."""

    drift: str = "≠"
    more: str = "…"
    rule: str = "─"


def phase_map(
    rows: Sequence[Row], phases: Mapping[str, Sequence[str]], width: int, signs: Signs
) -> list[str]:
    """Return one line for each artifact, at most `width` characters long. Empty phases have no column."""
    full = [
        [row.artifact, row.release or "none", *(_cell(row, rings, signs) for rings in phases.values())]
        for row in rows
    ]
    header = ["Artifact", "Release", *phases]
    kept = [at for at in range(len(header)) if at < 2 or any(line[at] for line in full)]
    # If a line does not fit, first the release is left out, then the line is cut.
    lines = _aligned(header, full, kept, signs)
    if max(map(len, lines)) > width:
        lines = _aligned(header, full, [at for at in kept if at != 1], signs)
    return [line if len(line) <= width else line[: width - len(signs.more)] + signs.more for line in lines]


def _aligned(
    header: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[int], signs: Signs
) -> list[str]:
    return aligned([header[at] for at in columns], [[row[at] for at in columns] for row in rows], signs.rule)


def _cell(row: Row, rings: Sequence[str], signs: Signs) -> str:
    """Return the version or versions of the rings, with a sign if a ring drifts."""
    steps = [row.steps[ring] for ring in rings if ring in row.steps]
    if not steps:
        return ""
    versions = list(dict.fromkeys(_version(row, ring) or "none" for ring in rings))
    said = " ".join(versions) if len(versions) <= _SHOWN else f"{len(versions)} versions"
    if not any(step.drifts for step in steps):
        return said
    return f"{said} ?" if any(step.is_unknown for step in steps) else f"{said} {signs.drift}"


def differing(row: Row, phases: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the environments that drift, or that differ from others in their phase."""
    found = []
    for rings in phases.values():
        differ = len({_version(row, ring) for ring in rings}) > 1
        found += [ring for ring in rings if differ or (ring in row.steps and _is_elsewhere(row.steps[ring]))]
    return found


def _is_elsewhere(step: Step) -> bool:
    return step.drifts and not step.is_unknown


def _version(row: Row, ring: str) -> str | None:
    """Return the desired version of a ring, or None if the ring is unknown."""
    return row.steps[ring].version if ring in row.steps else None
