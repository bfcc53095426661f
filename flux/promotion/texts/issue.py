"""The texts of a promotion issue."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flux.errors import IssueError
from flux.promotion.boxes import LONGEST_BODY, Phases, marks
from flux.promotion.marker import render_marker
from flux.promotion.proposal import Promotion
from flux.regex import regex
from flux.release.markdown import code, link, plain

_TITLE = regex(r"Promote (?P<artifact>\S+) (?P<version>\S+)")


def issue_title(artifact: str, version: str) -> str:
    return f"Promote {artifact} {version}"


def read_title(title: str) -> Promotion | None:
    """Return the promotion in an issue's title; None for other titles."""
    match = _TITLE.fullmatch(title.strip())
    return Promotion(match["artifact"], match["version"]) if match else None


@dataclass(frozen=True)
class News:
    """What people want to know about a release: the URLs of its notes and of the comparison, and the version
    `since` that it is compared with. `upgrades` are Markdown list items, for the charts and images whose
    versions changed; None if unknown. The diff ID of its image is for tools, and not shown."""

    notes: str = ""
    since: str = ""
    compare: str = ""
    upgrades: Sequence[str] | None = None
    diff_id: str = ""


def issue_body(promotion: Promotion, news: News, phases: Phases, current: Mapping[str, str]) -> str:
    """Return the body of a new issue, with its marker first and every box unticked.

    `current` has each environment's version now. The body is never longer than GitHub accepts. If it is too
    long, it leaves out the upgrades, then the versions, then all boxes but those of phases, then every box.
    """
    brief = _head(promotion, replace(news, upgrades=None))
    tick, now = _TICK, _TICK.rstrip() + _NOW
    for head, said, boxes in (
        (_head(promotion, news), now, _boxes(phases, current)),
        (brief, now, _boxes(phases, current)),
        (brief, tick, _boxes(phases, None)),
        (brief, tick, _phase_boxes(phases)),
    ):
        body = head + said + "\n".join(boxes) + "\n"
        if len(body) <= LONGEST_BODY:
            return body
    return brief + _TOO_MANY.format(artifact=promotion.artifact, version=promotion.version)


def with_boxes(body: str, phases: Phases) -> str:
    """Return the body with all boxes, unticked, if somebody has removed all of them. It stays as it is if
    there is no room, or if it cannot be read."""
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


# Each paragraph is one line, because GitHub shows line breaks in issues.
_TICK = (
    "**Tick a box to promote this version to that environment.** That adds it to the release's pull request, "
    "or opens one. Merging the pull request deploys it. Untick it to remove the environment. A "
    "tick by somebody who may not promote is undone.\n\n"
)
_NOW = (
    " Next to each environment is the version that it had when this issue was opened. The comment below shows"
    " the current state.\n\n"
)
_TOO_MANY = (
    "There are more phases than an issue has room for. Promote with "
    "`inv promote {artifact} ENVIRONMENT --version {version}`.\n"
)


def _head(promotion: Promotion, news: News) -> str:
    links = [link("release notes", news.notes)] if news.notes else []
    links += [link(f"compare with {plain(news.since)}", news.compare)] if news.compare else []
    title = " · ".join([f"**{code(promotion.artifact)} {code(promotion.version)}**", *links])
    hidden = f"\n<!-- diff ID: {news.diff_id} -->" if news.diff_id else ""
    parts = [render_marker(promotion) + hidden, title]
    if news.upgrades:
        parts.append(f"What changes since {plain(news.since)}:\n\n" + "\n".join(news.upgrades))
    elif news.since and news.upgrades is not None:
        parts.append(f"No chart and no image has another version than in {plain(news.since)}.")
    return "\n\n".join(parts) + "\n\n"


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
