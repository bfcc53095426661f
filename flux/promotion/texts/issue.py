"""The texts of a promotion issue."""

import re
from collections.abc import Iterator, Mapping

from flux.errors import IssueError
from flux.promotion.boxes import LONGEST_BODY, Phases, marks
from flux.promotion.marker import render_marker
from flux.promotion.proposal import Promotion
from flux.release.markdown import code, link, plain

_TITLE = re.compile(r"Promote (?P<artifact>\S+) (?P<version>\S+)")


def issue_title(artifact: str, version: str) -> str:
    return f"Promote {artifact} {version}"


def read_title(title: str) -> Promotion | None:
    """The promotion that an issue's title says, None for other titles."""
    match = _TITLE.fullmatch(title.strip())
    return Promotion(match["artifact"], match["version"]) if match else None


def issue_body(
    promotion: Promotion, diff_id: str, release_url: str, phases: Phases, current: Mapping[str, str]
) -> str:
    """The body of a new issue, with its marker first and every box unticked.

    `current` has the version that each environment has now. The body never is longer than GitHub takes: of
    many environments it first drops these versions, then all boxes but those of phases, in the end every box.
    """
    head = _head(promotion, diff_id, release_url)
    for boxes in (_boxes(phases, current), _boxes(phases, None), _phase_boxes(phases)):
        body = head + _TICK + "\n".join(boxes) + "\n"
        if len(body) <= LONGEST_BODY:
            return body
    return head + _TOO_MANY.format(artifact=promotion.artifact, version=promotion.version)


def with_boxes(body: str, phases: Phases) -> str:
    """The body with all boxes, unticked, where somebody has taken all of them out; as it is where there is no
    room, and where it cannot be read."""
    names = {*phases, *(environment for members in phases.values() for environment in members)}
    try:
        if not names or marks(body).keys() & names:
            return body
    except IssueError:
        return body
    for boxes in (_boxes(phases, None), _phase_boxes(phases)):
        whole = body.rstrip() + "\n\n" + _TICK + "\n".join(boxes) + "\n"
        if len(whole) <= LONGEST_BODY and marks(whole).keys() & names:
            return whole
    return body


# Each paragraph is one line, since GitHub breaks lines in issues where they end.
_TICK = (
    "**Tick a box to promote this version to that environment.** That adds it to the release's pull request, "
    "or opens one. Merging the pull request deploys it. Untick a box to take the environment out again. A "
    "tick by somebody who may not promote is undone.\n\n"
)
_TOO_MANY = (
    "There are more phases than an issue has room for. Promote with "
    "`inv promote {artifact} ENVIRONMENT --version {version}`.\n"
)


def _head(promotion: Promotion, diff_id: str, release_url: str) -> str:
    cells = code(promotion.artifact), code(promotion.version), code(diff_id), link("notes", release_url)
    return f"""\
{render_marker(promotion)}

| artifact | version | diff ID | release |
|---|---|---|---|
| {" | ".join(cells)} |

"""


def _boxes(phases: Phases, current: Mapping[str, str] | None) -> Iterator[str]:
    for phase, environments in phases.items():
        grouped = [*environments] != [phase]
        if grouped:
            yield _phase_box(phase)
        for environment in environments:
            now = f" now {plain(current.get(environment, 'none'))}" if current is not None else ""
            yield f"{'  ' * grouped}- [ ] {code(environment)}{now}"


def _phase_boxes(phases: Phases) -> Iterator[str]:
    for phase, environments in phases.items():
        yield _phase_box(phase) if [*environments] != [phase] else f"- [ ] {code(phase)}"


def _phase_box(phase: str) -> str:
    return f"- [ ] **{plain(phase)}** (all of it)"
