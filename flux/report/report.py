"""All output: tables, progress, JSON, and workflow commands for GitHub Actions.

Results go to standard output; with `--json`, it has only one JSON document. Notices, errors and progress go
to standard error. In Actions, notices and errors are workflow commands.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from flux.report.json_document import Record
from flux.report.streams import (
    has_rich,
    is_styled,
    open_console,
    print_line,
    width_of,
    write_line,
    write_raw,
)
from flux.report.text import (
    MOST_NAMES,
    Link,
    Styled,
    aligned,
    as_typed,
    markdown,
    markdown_table,
    printable,
    short,
    some,
    unstyled,
)
from flux.report.wrapping import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from flux.errors import FluxError
    from flux.event import Event
    from flux.notice import AnyNotice

_MOST_ANNOTATIONS = 10
"""The most of each kind that GitHub shows for a step: docs.github.com, "Limits" of annotations."""
_AGAIN = "run the same command again, it continues from here"


class Report:
    """Reports what one command did: to users, to programs and to Actions."""

    def __init__(self, event: Event, as_json: bool, wide: bool = False, dry_run: bool = False) -> None:
        self._event = event
        self._json = as_json
        self._wide = wide
        self._record = Record(dry_run)
        self._annotations: Counter[str] = Counter()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")

    def notice(self, text: str) -> None:
        """Report a notice. It does not stop the command."""
        self._record.notices.append(text)
        if self._event.actions:
            self.command("warning", text)
        else:
            write_line(sys.stderr, Styled(as_typed(printable(text)), "yellow"))

    def error(self, error: FluxError, about: Sequence[str] = ()) -> None:
        """Print the message and the hint; in a terminal, also where the docs explain the error. `about` names
        the subjects. It is left out for an error of the desired state, whose message names them, and for many
        artifacts if the registry does not answer."""
        from flux.errors import DesiredStateError, RegistryUnreachableError

        self._record.add_error(error, about)
        is_said = not about or isinstance(error, DesiredStateError)
        is_said = is_said or (isinstance(error, RegistryUnreachableError) and len(about) > MOST_NAMES)
        message = error.message if is_said else f"{some(about)}: {error.message}"
        if self._event.actions:
            self.command("error", f"{message}\n{error.hint}" if error.hint else message)
            return
        write_line(sys.stderr, Styled(f"error: {as_typed(printable(message))}", "bold red"))
        if error.hint:
            write_line(sys.stderr, f"hint: {as_typed(printable(error.hint))}")
        if self.is_interactive:
            from flux.report.docs_link import where_explained

            if page := where_explained(error):
                write_line(sys.stderr, Styled(f"more: {page}", "dim"))

    def interrupted(self) -> None:
        """Report an interruption: as a notice for the user, and as an error in the JSON document."""
        from flux.errors import FluxError

        self.notice(f"interrupted; {_AGAIN}")
        self._record.notices.pop()
        self._record.add_error(FluxError("interrupted", _AGAIN), ())

    @contextmanager
    def working(self, what: str, total: int | None = None) -> Iterator[Callable[[object], object]]:
        """Show a progress bar if this is a terminal. Call the yielded function after each finished item.

        Without a total, the bar only shows that the command is running.
        """
        if not self.is_interactive:
            yield lambda done: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        counted = [] if total is None else [MofNCompleteColumn()]
        columns = (TextColumn("{task.description}"), BarColumn(), *counted, TimeElapsedColumn())
        with Progress(*columns, console=open_console(sys.stderr), transient=True) as progress:
            bar = progress.add_task(what, total=total)
            yield lambda done: progress.advance(bar)

    @property
    def in_actions(self) -> bool:
        return self._event.actions

    @property
    def as_json(self) -> bool:
        return self._json

    @property
    def is_interactive(self) -> bool:
        return sys.stderr.isatty() and not self._event.actions and not self._json and has_rich()

    def digest(self, digest: str | None) -> str:
        """Return a digest for a table: its beginning, or the whole digest with --wide."""
        return digest or "" if self._wide else short(digest)

    def sign(self, sign: str, plain: str) -> str:
        """Return `sign`, or `plain` if the encoding of the output does not have that character."""
        try:
            sign.encode(sys.stdout.encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return plain
        return sign

    @property
    def width(self) -> int | None:
        """The number of characters in a line of standard output. None if there is no limit."""
        return width_of(sys.stdout)

    def page(self, text: str, path: str) -> Link | str:
        """Return a link to a page of the GitHub repository. Outside of GitHub Actions, return the text."""
        where = self._event
        if not where.actions or not where.repository:
            return text
        return Link(text, f"{where.server_url}/{where.repository}/{path}")

    def failures(self, failed: Iterable[tuple[str, FluxError | None]]) -> None:
        """Report failures. Those with the same message and hint become one error."""
        groups: dict[tuple[str, str], tuple[FluxError, list[str]]] = {}
        for name, error in failed:
            if error:
                groups.setdefault((error.message, error.hint), (error, []))[1].append(name)
        for error, names in groups.values():
            self.error(error, names)

    def next(self, command: str, first: str = "") -> None:
        """In a terminal, suggest the next command. `first` is a step to do before it."""
        if self.is_interactive and sys.stdout.isatty():
            before = f"{first}, then " if first else ""
            write_line(sys.stdout, Styled(as_typed(f"next: {before}`{printable(command)}`"), "dim"))

    def begin_anew(self, seconds: int) -> None:
        """Begin a repeated report: clear the screen of a terminal, and print the time."""
        if is_styled(sys.stdout) and os.environ.get("TERM") != "dumb":
            write_raw(sys.stdout, "\x1b[H\x1b[2J")
        self.print(f"{datetime.now():%H:%M:%S}, again every {seconds} s until Ctrl-C")
        self.print("")

    def notices(self, notices: Sequence[AnyNotice]) -> None:
        for notice in notices:
            self.notice(str(notice))

    @property
    def _stream(self) -> TextIO:
        """The stream for text. With --json, standard output has only the document."""
        return sys.stderr if self._json else sys.stdout

    def print(self, *parts: str | Styled, kept: str = "", indent: int = 2, whole: bool = False) -> None:
        """Print a line for users. A long line is wrapped with an `indent`, unless `whole` is set. Characters
        that disturb a terminal are escaped, except those in `kept`."""
        cleaned = [self._clean(part, kept) for part in parts]
        width = None if whole or kept else width_of(self._stream)
        for line in folded(cleaned, width, indent) if width else [cleaned]:
            write_line(self._stream, *line)

    def log(self, text: str) -> None:
        """Print a line of progress."""
        print_line(self._stream, self.harmless(printable(text)))

    def would(self, action: str) -> None:
        """Report a change that a dry run would have made."""
        self._record.would.append(action)
        self.log(f"would {action}")

    def progress(self, text: str) -> None:
        """Print what will be done next, on standard error."""
        print_line(sys.stderr, self.harmless(printable(text)))

    def harmless(self, text: str) -> str:
        """Return the text, changed so that GitHub Actions finds no workflow command in it."""
        return text.replace("::", ": :").replace("##[", "# #[") if self._event.actions else text

    def document(self, result: dict[str, Any]) -> bool:
        """Set the result for `--json`. Return whether the command prints JSON."""
        self._record.result = result
        return self._json

    def finish(self) -> None:
        """Print the document of `--json`. It has all notices and errors of the command."""
        if self._json:
            # `##[` can only be in a string of the document, and JSON can escape it there.
            told = json.dumps(self._record.document(), indent=2)
            print_line(sys.stdout, told.replace("##[", "##\\u005b") if self._event.actions else told)
        write_raw(sys.stdout, "")  # flush

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str | Styled]]) -> None:
        """Print a table. In a terminal it fits the width and breaks no words. In a log it has full width."""
        cells = [[self._clean(cell, "\n") for cell in row] for row in rows]
        rule, width = self.sign("─", "-"), width_of(self._stream)
        if width is None:
            lines = aligned(header, [[*map(unstyled, row)] for row in cells], rule)
            write_line(self._stream, "\n".join(lines))
            return
        from flux.report.tables import styled

        write_line(self._stream, *styled(header, cells, width, rule))

    def _clean(self, part: str | Styled, kept: str) -> str | Styled:
        if isinstance(part, Styled):
            return Styled(self.harmless(printable(part.text, kept)), part.style)
        return self.harmless(printable(part, kept))

    def command(self, command: str, text: str, place: str = "") -> None:
        """Print a workflow command. GitHub shows ten annotations of each kind. Further ones go to the log and
        the summary, with their `place`."""
        kind = command.partition(" ")[0]
        self._annotations[kind] += 1
        if self._annotations[kind] > _MOST_ANNOTATIONS:
            said = f"{place}: {text}" if place else text
            self.log(f"{kind}: {said}")
            self._summarize(f"- {kind}: {markdown(said)}\n")
            return
        escaped = printable(text, "\n").replace("%", "%25").replace("\n", "%0A")
        print_line(self._stream, f"::{command}::{escaped}")

    def outputs(self, outputs: dict[str, Any]) -> None:
        """Write the outputs of a step: a line of text as it is, everything else as JSON."""
        if self._event.output:
            with self._event.output.open("a", encoding="utf-8") as file:
                file.writelines(f"{name}={_output(value)}\n" for name, value in outputs.items())

    def digests(
        self, digests: dict[str, str], file: str | None, written: dict[str, str] | None = None
    ) -> None:
        """Write the digests of images to an output of the step and to a file. A file can hold more of them.

        The file is for `inv sign`. If `written` is given, the file has that instead.
        """
        self.outputs({"digests": digests})
        if file:
            Path(file).write_text(json.dumps(written or digests), encoding="utf-8")

    def summary(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str | Link]]) -> None:
        """Add a heading in Markdown and a table to the summary of a job in GitHub Actions."""
        if not self._event.summary:
            return
        table = markdown_table(header, rows) if rows else ["None."]
        self._summarize("\n".join([f"### {title}", "", *table, "", ""]))

    def details(self, title: str, block: str) -> None:
        """Add a folded section to the summary: a block of Markdown under a title of plain text."""
        from html import escape  # imported here because it loads slowly

        self._summarize(
            f"<details><summary>{escape(printable(title))}</summary>\n\n{block}\n\n</details>\n\n"
        )

    def _summarize(self, text: str) -> None:
        if self._event.summary:
            with self._event.summary.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)


def _output(value: object) -> str:
    is_line = isinstance(value, str) and value.isprintable()
    return str(value) if is_line else json.dumps(value)
