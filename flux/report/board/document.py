"""The content of the board as one JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.promotion.gates.duration import write_duration
from flux.promotion.gates.rule import Auto, Merge, OnFailure
from flux.promotion.texts.gates import reason
from flux.report.freeze import line as freeze_line
from flux.report.json_document import SCHEMA
from flux.report.log import record
from flux.report.status import health_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flux.artifact.difference import FileDifference
    from flux.commands.board import Board, BoardArtifact, Cell
    from flux.environments.outlook import Outlook
    from flux.environments.version_differences import VersionDifference
    from flux.monorepo.release_details import ReleaseDetails
    from flux.promotion.clusters.health import Health
    from flux.promotion.gates.freeze import Freeze
    from flux.promotion.gates.rule import Rule
    from flux.promotion.measures import Distribution, Measures

_MOST_LINES = 400  # of differences in one file
_MOST_LINES_TOGETHER = 1500  # of differences in all files between two versions
_LONGEST_LINE = 1000


def document(board: Board) -> dict[str, Any]:
    """Return the document. Times are seconds since the epoch, and time spans are in seconds."""
    return {
        "schema": SCHEMA,
        "made": board.made,
        "source": board.source,
        "branch": board.branch,
        "tip": board.tip,
        "phases": [
            {
                "name": name,
                "environments": list(of),
                "rule": _rule(board.rules[name]) if name in board.rules else [],
            }
            for name, of in board.phases.items()
        ],
        "freezes": [_freeze(freeze) for freeze in board.freezes],
        "following": [{"environment": name, "follows": str(what)} for name, what in board.following.items()],
        "artifacts": [_artifact(artifact) for artifact in board.artifacts],
        "former_changes": [record(logged) for logged in board.former],
        "measures": _measures(board.measures),
        "notices": list(map(str, board.notices)),
        "errors": [],
    }


def _artifact(artifact: BoardArtifact) -> dict[str, Any]:
    return {
        "artifact": artifact.name,
        "image": artifact.image,
        "release": artifact.releases[0].version if artifact.releases else None,
        "commits_since": artifact.commits_since,
        "environments": {name: _place(place) for name, place in artifact.places.items()},
        "promotions": [
            {
                "version": promotion.version,
                "number": pull.number,
                "title": pull.title,
                "url": pull.url,
                "environments": [
                    name for name, numbers in artifact.requests.items() if pull.number in numbers
                ],
            }
            for promotion, pull in artifact.promotions
        ],
        "releases": [_release(release) for release in artifact.releases],
        "more_releases": artifact.more_releases,
        "changes": [record(logged) for logged in artifact.changes],
        "comparisons": [_comparison(comparison) for comparison in artifact.comparisons],
        "measures": _measures(artifact.measures),
    }


def _place(place: Cell) -> dict[str, Any]:
    step = place.step
    return {
        "version": step.version,
        "has": place.has,
        "digest": step.old,
        "drifts": step.drifts and not step.is_unknown,
        "unknown": step.is_unknown,
        "fault": step.fault.message if step.fault else None,
        "since": place.since,
        "cluster": _cluster(place.health) if place.health else None,
        "next": _next(place.next) if place.next and place.next.version else None,
    }


def _cluster(health: Health) -> dict[str, Any]:
    return health_document(health) | {"since": health.since}


def _next(outlook: Outlook) -> dict[str, Any]:
    verdict = outlook.verdict
    return {
        "version": outlook.version,
        "by_rule": outlook.by_rule,
        "allowed": verdict.allowed,
        "when": verdict.until,
        "reasons": [
            reason(each) for each in verdict.reasons or ([outlook.stopped] if outlook.stopped else ())
        ],
    }


def _rule(rule: Rule) -> list[str]:
    """Return the rule of a phase in words, as a list of its parts."""
    said = {
        f"after {rule.after}": rule.after,
        f"runs for {write_duration(rule.soak)} in the phase before": rule.soak,
        "clusters report that it runs": rule.healthy,
        f"by itself: {rule.auto}": rule.auto is not Auto.NEVER,
        f"in {', '.join(map(str, rule.windows))}": rule.windows,
        "GitHub merges": rule.merge is Merge.AUTO,
        "rolls back on failure": rule.on_failure is OnFailure.ROLLBACK,
    }
    return [part for part, holds in said.items() if holds]


def _freeze(freeze: Freeze) -> dict[str, Any]:
    return {"phase": freeze.phase or None, "text": freeze_line(freeze), "until": freeze.until}


def _release(release: ReleaseDetails) -> dict[str, Any]:
    return {
        "version": release.version,
        "tag": release.tag,
        "commit": release.commit,
        "time": release.time,
        "notes": release.notes,
        "url": release.url or None,
        "issue": release.issue or None,
    }


def _comparison(comparison: VersionDifference) -> dict[str, Any]:
    old, new = comparison.environments
    return {
        "from": {"version": comparison.old, "environments": list(old)},
        "to": {"version": comparison.new, "environments": list(new)},
        "versions": [{"name": name, "from": was, "to": now} for name, was, now in comparison.names],
        "files": list(_files(comparison.files)),
        "more_files": comparison.more_files,
        "unknown": comparison.unknown.message if comparison.unknown else None,
    }


def _files(files: Sequence[FileDifference]) -> Iterator[dict[str, Any]]:
    left = _MOST_LINES_TOGETHER
    for file in files:
        lines = file.lines
        shown = [_cut(line) for line in lines[: min(_MOST_LINES, left)]]
        left -= len(shown)
        yield {
            "path": file.path,
            "kind": str(file.kind),
            "lines": shown,
            "more_lines": len(lines) - len(shown),
        }


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"


def _measures(measures: Measures) -> dict[str, Any]:
    return {
        "lead_time_from_release": _distribution(measures.lead_from_release),
        "lead_time_from_commit": _distribution(measures.lead_from_commit),
        "time_to_restore": _distribution(measures.restore),
        "deployments": measures.deployments,
        "rollbacks": measures.rollbacks,
        "failed_share": measures.failed_share,
        "weekly": list(measures.weekly),
    }


def _distribution(distribution: Distribution) -> dict[str, Any]:
    return {
        "spans": list(distribution.spans),
        "median": distribution.quantile(0.5),
        "p90": distribution.quantile(0.9),
    }
