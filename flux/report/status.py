"""The output of `inv status`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from flux.errors import UnvouchedError
from flux.listing import counted
from flux.promotion.clusters.health import Health, Running
from flux.promotion.plan import Action
from flux.promotion.texts.health import message
from flux.promotion.texts.times import shown_time
from flux.report.freeze import freeze_document
from flux.report.freeze import line as freeze_line
from flux.report.status_map import Signs, differing, phase_map
from flux.report.tables import filled
from flux.report.tag import document as tags_document
from flux.report.text import Link, aligned, moment, moment_or_none, or_empty, place, short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flux.environments.status import Row, Status
    from flux.forge.forge import PullRequest
    from flux.promotion.proposal import Promotion
    from flux.report.report import Report


def show_status(
    report: Report,
    status: Status,
    phases: Mapping[str, Sequence[str]] | None = None,
    detailed: bool = False,
) -> None:
    """Show the status. `phases` has the environments of each phase. With `detailed`, each environment has a
    row."""
    report.notices(status.notices)
    header = ("Artifact", "Release", "Commits since", *status.environments)
    rows = [
        (
            *(row.artifact, row.release or "none", _commits_since(row)),
            *(_cell(report, row, environment) for environment in status.environments),
        )
        for row in status.rows
    ]
    report.summary("Artifacts by environment", header, rows)
    if status.promotions is not None:
        links = [
            (p.artifact, p.version, Link(f"{pull.title} #{pull.number}", pull.url))
            for p, pull in status.promotions
        ]
        report.summary("Open promotions", ("Artifact", "Version", "Pull request"), links)
    if report.as_json and report.document(document(status)):  # with thousands of tags it takes seconds
        _show_failed(report, status)
        return
    if detailed:
        _show_details(report, status)
    elif phases and report.width and _width(header, rows) > report.width:
        _show_phases(report, status, phases, report.width)
    else:
        _show_map(report, header, rows, len(status.environments))
    _show_rest(report, status)


def _show_rest(report: Report, status: Status) -> None:
    """Show open pull requests, failures, and the number of drifting tags."""
    _show_health(report, status)
    for freeze in status.freezes:
        report.print(f"frozen: {freeze_line(freeze)}")
    for _, pull in status.promotions or []:
        report.print(f"open: {pull.title} {place(pull.url)}")
    _show_failed(report, status)
    tags = [step for step in status.steps if step.environment]
    every = counted(len(tags), "environment tag")
    drifting = sum(step.drifts and not step.is_unknown for step in tags)
    if any(step.is_unknown for step in tags):
        report.print("? it is not known what the registry has.")
    if drifting:
        report.print(f"{drifting} of {every} {'drifts' if drifting == 1 else 'drift'}.")
    unmanaged = sum(step.action == Action.LEFT for step in tags)
    if unmanaged:
        report.print(
            f"{unmanaged} of {every} {'is' if unmanaged == 1 else 'are'} unmanaged: no version is desired."
        )
    if not (drifting or unmanaged or status.failed or status.outdated or status.strayed):
        report.print("No drift.")


def _show_failed(report: Report, status: Status) -> None:
    report.failures((step.name, step.fault) for step in status.failed)


def _show_health(report: Report, status: Status) -> None:
    """Show what clusters report, except for those that run the desired image."""
    every = [
        (f"{row.artifact}:{environment}", health)
        for row in status.rows
        for environment, health in row.health.items()
    ]
    for name, health in every:
        if health.state in (Running.FAILING, Running.WAITING):
            report.print(_health_line(name, health))
    counts = Counter(health.state for _, health in every)
    if counts.keys() - {Running.UNKNOWN}:
        known = [f"{counts[state]} {state}" for state in Running if counts[state]]
        report.print(f"Clusters: {', '.join(known)}.")


def _health_line(name: str, health: Health) -> str:
    since = f" since {shown_time(health.since)}" if health.since else ""
    return f"{name} is {health.state}{since}" + (f": {message(health)}" if health.cause else "")


def document(status: Status) -> dict[str, Any]:
    """Return the document of `inv tag` for a run that does nothing, with more fields."""
    return {
        **_tags(status),
        "artifacts": [
            {
                "artifact": row.artifact,
                "release": row.release,
                "commits_since": row.commits_since,
                "has": row.has,
                "since": {environment: moment(time) for environment, time in row.since.items()},
                "requests": row.requests,
            }
            for row in status.rows
        ],
        "freezes": [freeze_document(freeze) for freeze in status.freezes],
        "promotions": None if status.promotions is None else [_promotion(*one) for one in status.promotions],
    }


def _tags(status: Status) -> dict[str, Any]:
    """Return the tags as in `inv tag`, each with what clusters report."""
    healths = [row.health.get(name, Health(Running.UNKNOWN)) for row in status.rows for name in row.steps]
    tags = tags_document(status.steps)["tags"]
    return {
        "tags": [
            tag | {"cluster": health_document(health)} for tag, health in zip(tags, healths, strict=True)
        ]
    }


def health_document(health: Health) -> dict[str, Any]:
    return {
        "state": str(health.state),
        "since": moment_or_none(health.since),
        "message": message(health),
        "returned": health.returned,
    }


def _promotion(promotion: Promotion, pull: PullRequest) -> dict[str, Any]:
    return {
        "artifact": promotion.artifact,
        "version": promotion.version,
        "number": pull.number,
        "title": pull.title,
        "url": pull.url,
    }


def _show_map(
    report: Report, header: Sequence[str], rows: Sequence[Sequence[str]], environments: int
) -> None:
    """Show artifacts and environments, which are the last columns. Empty environments are named below."""
    kept = _show_filled(report, header, rows)
    if bare := [header[at] for at in range(len(header) - environments, len(header)) if at not in kept]:
        report.print(f"Nothing is in {', '.join(bare)}.")


def _show_filled(report: Report, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Show a table without its empty columns. Return the indexes of the columns that it has."""
    kept = filled(rows) or [0]
    report.table([header[at] for at in kept], [[row[at] for at in kept] for row in rows])
    return kept


def _width(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    return max(map(len, aligned(header, rows)))


def _show_phases(report: Report, status: Status, phases: Mapping[str, Sequence[str]], width: int) -> None:
    """Show a column for each phase. The environments that drift, or differ in a phase, are listed below."""
    signs = Signs(report.sign("≠", "!="), report.sign("…", "..."), report.sign("─", "-"))
    for line in phase_map(status.rows, phases, width, signs):
        report.print(line)
    if any(step.drifts and not step.is_unknown for step in status.steps):
        report.print(f"{signs.drift} the registry has something else.")
    for row in status.rows:
        for environment in differing(row, phases):
            report.print(f"{row.artifact}:{environment}: {_cell(report, row, environment) or 'none'}")


def _show_details(report: Report, status: Status) -> None:
    """Show a row for each environment of the requested artifacts."""
    for row in status.rows:
        rows = [
            (
                *(environment, _cell(report, row, environment), _since(row, environment)),
                *(report.digest(step.old), _requests(row, environment)),
            )
            for environment, step in row.steps.items()
            if environment
        ]
        report.print(_released(row))
        if rows:
            _show_filled(report, ("Environment", "Version", "Since", "Digest", "Request"), rows)
        else:
            report.print("Nothing is desired.")


def _released(row: Row) -> str:
    """Return the artifact, its last release and the number of commits since."""
    if not row.release:
        return f"{row.artifact}: no release"
    since = "?" if row.commits_since is None else counted(row.commits_since, "commit")
    return f"{row.artifact}: release {row.release}, {since} since"


def _requests(row: Row, environment: str) -> str:
    return " ".join(f"#{number}" for number in row.requests.get(environment, ()))


def _since(row: Row, environment: str) -> str:
    """Return the time to the minute, in UTC."""
    return moment(row.since[environment])[:16].replace("T", " ") if environment in row.since else ""


def _commits_since(row: Row) -> str:
    """Return the number of commits: empty for zero, `?` if it is unknown."""
    return "?" if row.release and row.commits_since is None else or_empty(row.commits_since or None)


def _cell(report: Report, row: Row, environment: str) -> str:
    """Return the desired version, and what the registry has instead."""
    step = row.steps.get(environment)
    if step is None:
        return ""
    if step.is_unknown:
        return f"{step.version or 'none'} ?"
    if not step.drifts and step.version:
        return step.version
    if isinstance(step.error, UnvouchedError):
        return f"{step.version}, not the release's"
    has = short(row.has.get(environment) or step.old) or ("?" if step.error else "nothing")
    return f"{step.version or 'none'} {report.sign('≠', '!=')} {has}"
