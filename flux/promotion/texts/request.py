"""The texts of a promotion's pull request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flux.artifact.difference import FileDifference, fenced
from flux.errors import FluxError
from flux.listing import counted
from flux.promotion.boxes import LONGEST_BODY
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.ledger import Decision, latest
from flux.promotion.proposal import Promotion, VersionChange
from flux.promotion.texts.gates import waiting
from flux.release.markdown import code, plain

MOST_CHARACTERS = LONGEST_BODY
_MOST_TITLE = 256
_MOST_SPANS = 10
_MOST_REASON = 300


@dataclass(frozen=True)
class Span:
    """The changes between `old`, the version that some environments have, and the one they would get.

    `commits` are Markdown list items. For a downgrade these are the commits that it takes back. `compare` is
    a URL or empty. `difference` is of the manifests, or `unknown` says why there is none.
    """

    old: str | None
    commits: Sequence[str] = ()
    compare: str = ""
    difference: Sequence[FileDifference] = ()
    unknown: FluxError | None = None
    upgrades: Sequence[str] = ()
    """Markdown list items: the charts and images whose versions change."""


@dataclass(frozen=True)
class Background:
    """Information for people before they merge. `image` is the repository and digest. `issue` is the URL of
    the promotion issue, or empty."""

    image: str
    issue: str = ""
    warnings: Sequence[str] = ()
    spans: Sequence[Span] = field(default_factory=tuple)
    requesters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The people who asked, each with the environments."""


def request_title(
    promotion: Promotion,
    changes: Sequence[VersionChange],
    phases: Mapping[str, Sequence[str]],
    rollback: bool,
) -> str:
    """Return one line. If all environments of a phase change, it names the phase."""
    left = [change.environment for change in changes]
    places = []
    for phase, environments in phases.items():
        if set(environments) <= set(left):
            places.append(phase)
            left = [environment for environment in left if environment not in environments]
        else:
            places += [environment for environment in environments if environment in left]
    listed = ", ".join(places)
    artifact, version = promotion.artifact, promotion.version
    said = f"Roll back {artifact} to {version} in" if rollback else f"Promote {artifact} {version} to"
    title = f"{said} {listed}"
    return title if len(title) <= _MOST_TITLE else f"{said} {len(changes)} environments"


def request_body(
    promotion: Promotion,
    changes: Sequence[VersionChange],
    background: Background,
    rollback: bool,
    most: int = MOST_CHARACTERS,
) -> str:
    """Return Markdown under a limit, by default GitHub's: environments, who asked, image, changed charts and
    images, commits in between, and the manifests' diff."""
    artifact, version = promotion.artifact, promotion.version
    parts = []
    if rollback:
        parts.append(f"**This is a rollback** of `{artifact}` to {version}.")
    rows = ["| Environment | From | To | |", "| --- | --- | --- | --- |"]
    rows += [f"| `{c.environment}` | {c.old or 'none'} | {c.new} | {_direction(c)} |" for c in changes]
    parts.append("\n".join(rows))
    for who, environments in sorted(background.requesters.items()):
        parts.append(f"Requested-by: {code(who)} for {', '.join(f'`{each}`' for each in environments)}")
    parts += [f"> [!WARNING]\n> {warning}" for warning in background.warnings]
    parts.append(f"Image: `{background.image}`")
    if background.issue:
        parts.append(f"Promotion issue: {background.issue}")
    parts += [_between(changes, span) for span in background.spans if span.upgrades or span.commits]
    text = _cut("\n\n".join(parts), most // 2, "the pull request's own diff")
    shown = background.spans[:_MOST_SPANS]
    for at, span in enumerate(shown):
        room = (most - len(text)) // (len(shown) - at) - 500
        text += "\n\n" + _folded(promotion, changes, span, room)
    if more := len(background.spans) - len(shown):
        text += f"\n\n… and from {counted(more, 'more version')}: `inv diff` shows them."
    return text + "\n"


def explained(waits: Mapping[str, GateVerdict]) -> list[str]:
    """Return why a pull request has to wait. Environments with the same reasons share a line."""
    return [
        f"{', '.join(map(code, names))} {'has' if len(names) == 1 else 'have'} to wait: {plain(why)}."
        for why, names in waiting(waits).items()
    ]


def overrides(decisions: Iterable[Decision]) -> list[str]:
    """Return who overrode the rules, and why, for a pull request."""
    found = latest(decisions)
    said = {each: [name for name, other in found.items() if other == each] for each in found.values()}
    return [
        f"{code(each.who)} overrode the rules for {', '.join(map(code, names))}: {plain(each.reason)}"
        for each, names in said.items()
        if each.reason
    ]


def _between(changes: Sequence[VersionChange], span: Span) -> str:
    """Return the versions that change, and below them the commits."""
    upgrades = f"### Versions since {span.old}\n\n" + "\n".join(span.upgrades) if span.upgrades else ""
    return "\n\n".join(filter(None, [upgrades, _commits(changes, span) if span.commits else ""]))


def _commits(changes: Sequence[VersionChange], span: Span) -> str:
    taken_back = any(change.old == span.old and change.is_downgrade for change in changes)
    said = "Taken back from" if taken_back else "Commits since"
    compare = f" ([compare]({span.compare}))" if span.compare else ""
    return f"### {said} {span.old}{compare}\n\n" + "\n".join(span.commits)


def _direction(change: VersionChange) -> str:
    if change.old is None:
        return "new"
    return "⚠️ **down**" if change.is_downgrade else "up"


def _folded(promotion: Promotion, changes: Sequence[VersionChange], span: Span, room: int) -> str:
    what = "What changes in the manifests" + (f" since {span.old}" if span.old else "")
    if span.unknown:
        reason = plain(span.unknown.message[:_MOST_REASON])
        return f"{what} cannot be shown: {reason}"
    if not span.difference:
        return f"The manifests are the same as those of {span.old or 'before'}."
    environment = next(change.environment for change in changes if change.old == span.old)
    command = f"inv diff {promotion.artifact} {environment} --version {promotion.version}"
    block, is_whole = fenced(span.difference, room)
    note = ""
    if not is_whole:
        link = f" ([compare]({span.compare}))" if span.compare else ""
        note = f"\n\nCut here; `{command}` shows all of it{link}."
    return f"<details><summary>{what}</summary>\n\n{block}{note}\n\n</details>"


def _cut(text: str, most: int, where: str) -> str:
    return text if len(text) <= most else text[:most].rpartition("\n")[0] + f"\n\n… more in {where}."
