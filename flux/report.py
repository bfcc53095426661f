"""Everything printed: tables, progress, JSON, and what GitHub Actions reads.

Standard output has the result; with `--json` it has one JSON document and nothing else. Notices, errors and
progress go to standard error, and are workflow commands in Actions.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console
    from rich.text import Text

    from flux.artifact.finding import Finding
    from flux.commands.build import Build, Result
    from flux.commands.changed import Changed
    from flux.commands.check import Check
    from flux.commands.list import Listing
    from flux.commands.publish import Published
    from flux.commands.release import Planned
    from flux.commands.status import Row, Status
    from flux.commands.tag import Convergence
    from flux.errors import FluxError
    from flux.event import Event
    from flux.forge.forge import Release
    from flux.promotion.plan import Step

_STYLES = {"pushed": "green", "tagged": "green", "unchanged": "dim", "kept": "yellow", "failed": "bold red"}
_SHORT_DIGEST = len("sha256:") + 12
_FULL_DIGEST_WIDTH = 150
_MOST_PATHS = 5
_PLAIN_WIDTH = 240


class Report:
    """Tells people, programs and Actions what one command did."""

    def __init__(self, event: Event, as_json: bool) -> None:
        self._event = event
        self._json = as_json
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")

    def notice(self, text: str) -> None:
        """Something people should know that did not stop the command."""
        if self._event.actions:
            self._command("warning", text)
        else:
            self._errors.print(_shown(text), style="yellow", soft_wrap=True)

    def error(self, error: FluxError) -> None:
        """What went wrong in one line, what to do in another."""
        if self._event.actions:
            self._command("error", f"{error.message}\n{error.hint}" if error.hint else error.message)
            return
        self._errors.print(f"error: {_shown(error.message)}", style="bold red", soft_wrap=True)
        if error.hint:
            self._errors.print(f"hint: {_shown(error.hint)}", soft_wrap=True)

    def listing(self, listing: Listing) -> None:
        self._notices(listing.notices)
        if self._document(listing.document()):
            return
        rows = [
            (
                listed.artifact,
                listed.release or "none",
                "?" if listed.commits_since is None and listed.release else _text(listed.commits_since),
                {True: "yes", False: "", None: "?"}[listed.changed],
            )
            for listed in listing.artifacts
        ]
        self._table(("Artifact", "Last release", "Commits since", "Changed"), rows)

    def changed(self, changed: Changed) -> None:
        self._notices(changed.notices)
        self._uncommitted(changed.uncommitted)
        document = changed.document()
        self._outputs({"artifacts": document["artifacts"], "matrix": changed.matrix()})
        header = ("Artifact", "Changed files")
        gone = [(name, "removed") for name in changed.removed]
        self._summary(
            "Changed artifacts", header, [*((n, _some(p)) for n, p in changed.reasons.items()), *gone]
        )
        if self._document(document):
            return
        if not changed.reasons and not changed.removed:
            self._print("No artifact changed.")
            return
        self._table(header, [*((n, "\n".join(_some_list(p))) for n, p in changed.reasons.items()), *gone])

    def check(self, check: Check) -> None:
        self._notices(check.notices)
        if self._document(check.document()):
            return
        for finding in check.findings:
            self._finding(finding)
        errors = sum(finding.level == "error" for finding in check.findings)
        warnings = len(check.findings) - errors
        counted = f"{len(check.artifacts)} artifacts checked: {errors} errors, {warnings} warnings."
        self._print(counted)
        header = ("Level", "File", "Line", "What")
        rows = [(f.level, f.path, _text(f.line or None), f.message) for f in check.findings]
        self._summary(counted, header, rows)

    def _finding(self, finding: Finding) -> None:
        if self._event.actions:
            place = f" file={_property(finding.path)}" + (f",line={finding.line}" if finding.line else "")
            self._command(finding.level + place, finding.message)
            return
        from rich.text import Text

        place = finding.path + (f":{finding.line}" if finding.line else "")
        style = "bold red" if finding.level == "error" else "yellow"
        line = Text.assemble((finding.level, style), f" {_shown(place)}: {_shown(finding.message)}")
        self._console.print(line, soft_wrap=True)

    @contextmanager
    def working(self, what: str, total: int | None = None) -> Iterator[Callable[[object], object]]:
        """A progress bar in a terminal, to be called as each thing is done; nothing elsewhere."""
        if not self._is_interactive:
            yield lambda done: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._errors, transient=True) as progress:
            bar = progress.add_task(what, total=total)
            yield lambda done: progress.advance(bar)

    @contextmanager
    def building(self, total: int, dry_run: bool) -> Iterator[Callable[[Result], object]]:
        """A progress bar in a terminal, else a line for each artifact that is done."""
        with self.working("planning" if dry_run else "building", total) as advance:
            yield advance if self._is_interactive else lambda result: self._line(result, dry_run)

    @property
    def _is_interactive(self) -> bool:
        return sys.stderr.isatty() and not self._event.actions and not self._json

    def build(self, build: Build, dry_run: bool) -> None:
        self._notices(build.notices)
        if not dry_run:
            self._outputs({"digests": build.digests()})
        header = ("Artifact", "Would be" if dry_run else "Action", "Revision", "Tags", "Digest")
        self._summary(
            f"{'Plan for' if dry_run else 'Images of'} {build.commit[:12]}",
            header,
            [(r.artifact, r.action, _revision(r), " ".join(r.tags), r.digest or "") for r in build.results],
        )
        if not self._document(build.document()):
            if build.results:
                self._table(header, [self._row(result) for result in build.results])
            else:
                self._print("No artifact changed: nothing to build.")
        for (error, hint), names in _grouped(build.failed).items():
            self._failure(names, error, hint)

    def published(self, published: Published, dry_run: bool) -> None:
        self._notices(published.notices)
        result = published.result
        if result is None:
            self._document(published.document())
            return
        if result.error:
            self._document(published.document())
            self._failure([result.artifact], result.error, result.hint)
            return
        reference = f"{result.repository}@{result.digest}"
        if not dry_run:
            self._outputs({"digests": {result.artifact: reference}})
        self._summary(
            f"Release {published.tag}",
            ("Artifact", "Would be" if dry_run else "Action", "Revision", "Tags", "Digest"),
            [(result.artifact, result.action, _revision(result), " ".join(result.tags), result.digest or "")],
        )
        if self._document(published.document()):
            return
        would = "would be " if dry_run else ""
        same = f", same digest as {published.same_as}" if published.same_as else ""
        self._print(f"{published.tag}: {would}{result.action} {reference}{same}")

    def planned_release(self, planned: Planned) -> None:
        """A dry run of a release."""
        if not self._document(planned.document()):
            self._print(f"{planned.tag} would be released at {planned.commit[:12]}, with these notes:")
            self._print("")
            self._console.print(self._harmless(_shown(planned.notes, "\n")), soft_wrap=True)

    def released(self, planned: Planned, release: Release, made: bool) -> None:
        self._notices(planned.notices)
        self._outputs({"tag": planned.tag})
        self._summary(f"Release {planned.tag}", ("Release", "Commit"), [(release.url, planned.commit)])
        if not self._document(planned.document()):
            self._print(f"{planned.tag}: {'released' if made else 'is released already'}, {release.url}")

    def convergence(self, convergence: Convergence) -> None:
        self._notices(convergence.notices)
        header = ("Artifact", "Environment", "Version", "From", "To", "Action")
        shown = [step for step in convergence.steps if step.action != "unchanged"]
        rows = [
            (
                s.artifact,
                s.environment,
                s.version or "",
                self._digest(s.old),
                self._digest(s.new),
                str(s.action),
            )
            for s in shown
        ]
        self._summary(f"Environment tags at {convergence.tip[:12]}", header, rows)
        if not self._document(convergence.document()):
            if rows:
                self._table(header, rows)
            else:
                self._print(f"{len(convergence.steps)} environment tags are as desired.")
        for (error, hint), names in _grouped_steps(convergence.failed).items():
            self._failure(names, error, hint)

    def status(self, status: Status) -> None:
        self._notices(status.notices)
        header = ("Artifact", "Release", "Beyond", *status.environments)
        rows = [
            (
                *(row.artifact, row.release or "none", _text(row.commits_since or None)),
                *(_cell(row, environment) for environment in status.environments),
            )
            for row in status.rows
        ]
        self._summary("Artifacts by environment", header, rows)
        if self._document(status.document()):
            return
        self._table(header, rows)
        for promotion in status.promotions:
            self._print(f"open: {promotion.title} {promotion.url}")
        unknown = [step for step in status.steps if step.action == "failed"]
        for (error, hint), names in _grouped_steps(unknown).items():
            self._failure(names, error, hint)
        drifting = sum(step.drifts for step in status.steps)
        self._print(f"{drifting} of {len(status.steps)} environment tags drift." if drifting else "No drift.")

    def _row(self, result: Result) -> tuple[str | Text, ...]:
        from rich.text import Text

        action = Text(result.action, style=_STYLES[result.action])
        return result.artifact, action, _revision(result), " ".join(result.tags), self._digest(result.digest)

    def _digest(self, digest: str | None) -> str:
        """The whole digest where there is room."""
        return _short(digest) if self._console.width < _FULL_DIGEST_WIDTH else digest or ""

    def _line(self, result: Result, dry_run: bool) -> None:
        would = "would be " if dry_run else ""
        said = f"{result.artifact}: {would}{result.action} {result.digest or ''}".rstrip()
        print(self._harmless(_shown(said)), file=sys.stderr if self._json else sys.stdout, flush=True)

    def _failure(self, names: Sequence[str], error: str, hint: str) -> None:
        from flux.errors import FluxError

        listed = ", ".join(names[:_MOST_PATHS]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        self.error(FluxError(f"{listed}: {error}", hint))

    def _uncommitted(self, uncommitted: dict[str, list[str]]) -> None:
        for name, paths in uncommitted.items():
            self.notice(f"{name}: not committed, so in no image: {_some(paths)}")

    def _notices(self, notices: Sequence[str]) -> None:
        for text in notices:
            self.notice(text)

    # Where it goes

    @property
    def _console(self) -> Console:
        return _console(sys.stdout)

    @property
    def _errors(self) -> Console:
        return _console(sys.stderr)

    def _print(self, text: str) -> None:
        self._console.print(self._harmless(_shown(text)), soft_wrap=True)

    def _harmless(self, text: str) -> str:
        """Text in which Actions finds no command of somebody else's."""
        return text.replace("::", ": :").replace("##[", "# #[") if self._event.actions else text

    def _document(self, document: dict[str, Any]) -> bool:
        if self._json:
            print(json.dumps(document, indent=2))
        return self._json

    def _table(self, header: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
        for name in header:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(
                *(self._harmless(_shown(cell, "\n")) if isinstance(cell, str) else cell for cell in row)
            )
        self._console.print(table)

    def _command(self, command: str, text: str) -> None:
        escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::{command}::{escaped}", file=sys.stderr if self._json else sys.stdout, flush=True)

    def _outputs(self, outputs: dict[str, Any]) -> None:
        if self._event.output:
            with self._event.output.open("a", encoding="utf-8") as file:
                file.writelines(f"{name}={json.dumps(value)}\n" for name, value in outputs.items())

    def _summary(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        if not self._event.summary:
            return
        lines = [f"### {title}", ""]
        if rows:
            lines += [_markdown_row(header), _markdown_row(["---"] * len(header))]
            lines += [_markdown_row([_markdown(cell) for cell in row]) for row in rows]
        else:
            lines += ["None."]
        with self._event.summary.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write("\n".join([*lines, "", ""]))


def _console(stream: Any) -> Console:
    from rich.console import Console

    width = None if stream.isatty() else _PLAIN_WIDTH
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


def _shown(text: str, kept: str = "") -> str:
    """Text with whatever would disturb a terminal spelled out, such as newlines in file names."""
    return "".join(
        c if c.isprintable() or c in kept else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )


def _property(value: str) -> str:
    """A property of a workflow command, whose separators are escaped too."""
    for character in "%\r\n:,":
        value = value.replace(character, f"%{ord(character):02X}")
    return value


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _revision(result: Result) -> str:
    return result.revision.partition(":")[2][:12]


def _some_list(paths: Sequence[str]) -> list[str]:
    shown = [_shown(path) for path in paths[:_MOST_PATHS]]
    return shown + ([f"and {len(paths) - _MOST_PATHS} more"] if len(paths) > _MOST_PATHS else [])


def _some(paths: Sequence[str]) -> str:
    return ", ".join(_some_list(paths))


def _grouped(failed: Sequence[Result]) -> dict[tuple[str, str], list[str]]:
    groups: dict[tuple[str, str], list[str]] = {}
    for result in failed:
        groups.setdefault((result.error, result.hint), []).append(result.artifact)
    return groups


def _grouped_steps(failed: Sequence[Step]) -> dict[tuple[str, str], list[str]]:
    groups: dict[tuple[str, str], list[str]] = {}
    for step in failed:
        error = step.error or f"version {step.version} is not published"
        hint = step.hint or "publish it with `inv publish TAG`, then run `inv tag` again"
        groups.setdefault((error, hint), []).append(f"{step.artifact}:{step.environment}".rstrip(":"))
    return groups


def _cell(row: Row, environment: str) -> str:
    """The desired version, and after an arrow what is there instead."""
    step = row.steps.get(environment)
    if step is None:
        return ""
    if not step.drifts and step.version:
        return step.version
    has = _short(row.has.get(environment) or step.old) or ("?" if step.error else "nothing")
    return f"{step.version or 'none'} ≠ {has}"


def _short(value: str | None) -> str:
    """A version, or the beginning of a digest."""
    return (value or "")[:_SHORT_DIGEST] if (value or "").startswith("sha256:") else value or ""


def _markdown(cell: str) -> str:
    """A cell that is text and nothing else: https://github.github.com/gfm/#backslash-escapes"""
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+-.!|~&@$" else c for c in _shown(cell))


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
