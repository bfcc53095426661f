"""Everything printed: tables, progress, JSON, and what GitHub Actions reads.

Standard output has the result; with `--json` it has one JSON document and nothing else. Notices, errors and
progress go to standard error, and are workflow commands in Actions.

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

from flux.report.folding import folded
from flux.report.record import Record
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
    plain,
    short,
    shown,
    some,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from flux.errors import FluxError
    from flux.event import Event

_MOST_ANNOTATIONS = 10
"""Of each kind that GitHub shows for a step: docs.github.com, "Limits" of annotations."""
_AGAIN = "run the same command again, it continues from here"


class Report:
    """Tells people, programs and Actions what one command did."""

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
        """A notice that did not stop the command."""
        self._record.notices.append(text)
        if self._event.actions:
            self.command("warning", text)
        else:
            write_line(sys.stderr, Styled(as_typed(shown(text)), "yellow"))

    def error(self, error: FluxError, about: Sequence[str] = ()) -> None:
        """One line says what went wrong, and with what; another what to do. A terminal also gets where it is
        explained. An error of the desired state says itself what it is about. A registry that does not answer
        is not about each of many artifacts."""
        from flux.errors import DesiredStateError, RegistryUnreachableError

        self._record.add_error(error, about)
        is_said = not about or isinstance(error, DesiredStateError)
        is_said = is_said or (isinstance(error, RegistryUnreachableError) and len(about) > MOST_NAMES)
        message = error.message if is_said else f"{some(about)}: {error.message}"
        if self._event.actions:
            self.command("error", f"{message}\n{error.hint}" if error.hint else message)
            return
        write_line(sys.stderr, Styled(f"error: {as_typed(shown(message))}", "bold red"))
        if error.hint:
            write_line(sys.stderr, f"hint: {as_typed(shown(error.hint))}")
        if self.is_interactive:
            from flux.report.explanation import where_explained

            if page := where_explained(error):
                write_line(sys.stderr, Styled(f"more: {page}", "dim"))

    def interrupted(self) -> None:
        """For programs it is an error, as the exit code says. For the person at the keyboard it is not."""
        from flux.errors import FluxError

        self.notice(f"interrupted; {_AGAIN}")
        self._record.notices.pop()
        self._record.add_error(FluxError("interrupted", _AGAIN), ())

    @contextmanager
    def working(self, what: str, total: int | None = None) -> Iterator[Callable[[object], object]]:
        """A progress bar in a terminal, nothing elsewhere. Call what it yields as each thing is done.

        Without a total it only shows that something is going on.
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
        """A digest for a table: its beginning, or all of it with --wide."""
        return digest or "" if self._wide else short(digest)

    def sign(self, sign: str, plain: str) -> str:
        """A character, or what stands for it where the output's encoding does not have it."""
        try:
            sign.encode(sys.stdout.encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return plain
        return sign

    @property
    def width(self) -> int | None:
        """How many characters a line of standard output has. None where that has no limit."""
        return width_of(sys.stdout)

    def page(self, text: str, path: str) -> Link | str:
        """A text that links to a page of the GitHub repository, in a job of GitHub Actions."""
        where = self._event
        if not where.actions or not where.repository:
            return text
        return Link(text, f"{where.server_url}/{where.repository}/{path}")

    def failures(self, failed: Iterable[tuple[str, FluxError | None]]) -> None:
        """What failed, and why. Failures for the same reason are one error."""
        groups: dict[tuple[str, str], tuple[FluxError, list[str]]] = {}
        for name, error in failed:
            if error:
                groups.setdefault((error.message, error.hint), (error, []))[1].append(name)
        for error, names in groups.values():
            self.error(error, names)

    def next(self, command: str, first: str = "") -> None:
        """The command that usually follows, for a person at a terminal. `first` is what comes before it."""
        if self.is_interactive and sys.stdout.isatty():
            before = f"{first}, then " if first else ""
            write_line(sys.stdout, Styled(as_typed(f"next: {before}`{shown(command)}`"), "dim"))

    def begin_anew(self, seconds: int) -> None:
        """Before what is shown again and again: the time, at a terminal on an empty screen."""
        if is_styled(sys.stdout) and os.environ.get("TERM") != "dumb":
            write_raw(sys.stdout, "\x1b[H\x1b[2J")
        self.print(f"{datetime.now():%H:%M:%S}, again every {seconds} s until Ctrl-C")
        self.print("")

    def notices(self, notices: Sequence[str]) -> None:
        for text in notices:
            self.notice(text)

    # Where it goes

    @property
    def _stream(self) -> TextIO:
        """With --json standard output has the document and nothing else."""
        return sys.stderr if self._json else sys.stdout

    def print(self, *parts: str | Styled, kept: str = "", indent: int = 2, whole: bool = False) -> None:
        """A line for people. Where it does not fit, its words go on in lines with an `indent`, unless it has
        to stay `whole`. Characters that disturb a terminal are spelled out, but for those `kept`."""
        cleaned = [self._clean(part, kept) for part in parts]
        width = None if whole or kept else width_of(self._stream)
        for line in folded(cleaned, width, indent) if width else [cleaned]:
            write_line(self._stream, *line)

    def log(self, text: str) -> None:
        """A line of progress."""
        print_line(self._stream, self.harmless(shown(text)))

    def would(self, action: str) -> None:
        """What a dry run would have written."""
        self._record.would.append(action)
        self.log(f"would {action}")

    def progress(self, text: str) -> None:
        """What is about to be done, beside the result."""
        print_line(sys.stderr, self.harmless(shown(text)))

    def harmless(self, text: str) -> str:
        """Text in which GitHub Actions finds no workflow command."""
        return text.replace("::", ": :").replace("##[", "# #[") if self._event.actions else text

    def document(self, result: dict[str, Any]) -> bool:
        """The result for `--json`, and whether that is what is printed."""
        self._record.result = result
        return self._json

    def finish(self) -> None:
        """Print the document of `--json`, which has every notice and error of the command."""
        if self._json:
            # Only a text can hold that, and JSON has another way to write it.
            told = json.dumps(self._record.document(), indent=2)
            print_line(sys.stdout, told.replace("##[", "##\\u005b") if self._event.actions else told)
        write_raw(sys.stdout, "")  # with what is still to be written

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str | Styled]]) -> None:
        """As wide as its cells in a log. In a terminal it fits, and no word is broken."""
        cells = [[self._clean(cell, "\n") for cell in row] for row in rows]
        rule, width = self.sign("─", "-"), width_of(self._stream)
        if width is None:
            lines = aligned(header, [[*map(plain, row)] for row in cells], rule)
            write_line(self._stream, "\n".join(lines))
            return
        from flux.report.tables import styled

        write_line(self._stream, *styled(header, cells, width, rule))

    def _clean(self, part: str | Styled, kept: str) -> str | Styled:
        if isinstance(part, Styled):
            return Styled(self.harmless(shown(part.text, kept)), part.style)
        return self.harmless(shown(part, kept))

    def command(self, command: str, text: str, place: str = "") -> None:
        """A workflow command. Of annotations GitHub shows ten: the log and the summary have the others, each
        with its `place`."""
        kind = command.partition(" ")[0]
        self._annotations[kind] += 1
        if self._annotations[kind] > _MOST_ANNOTATIONS:
            said = f"{place}: {text}" if place else text
            self.log(f"{kind}: {said}")
            self._summarize(f"- {kind}: {markdown(said)}\n")
            return
        escaped = shown(text, "\n").replace("%", "%25").replace("\n", "%0A")
        print_line(self._stream, f"::{command}::{escaped}")

    def outputs(self, outputs: dict[str, Any]) -> None:
        """The outputs of a step: a line of text as it is, all else as JSON."""
        if self._event.output:
            with self._event.output.open("a", encoding="utf-8") as file:
                file.writelines(f"{name}={_output(value)}\n" for name, value in outputs.items())

    def digests(
        self, digests: dict[str, str], file: str | None, written: dict[str, str] | None = None
    ) -> None:
        """The digests of images, as an output of the job and in a file. A variable cannot hold very many.

        The file is for `inv sign`. It has `written` where that is given.
        """
        self.outputs({"digests": digests})
        if file:
            Path(file).write_text(json.dumps(written or digests), encoding="utf-8")

    def summary(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str | Link]]) -> None:
        """A heading, of Markdown, and a table in the summary of a job of GitHub Actions."""
        if not self._event.summary:
            return
        table = markdown_table(header, rows) if rows else ["None."]
        self._summarize("\n".join([f"### {title}", "", *table, "", ""]))

    def details(self, title: str, block: str) -> None:
        """More for the summary, folded: a block of Markdown under a title of plain text."""
        from html import escape  # whose tables take long to load

        self._summarize(f"<details><summary>{escape(shown(title))}</summary>\n\n{block}\n\n</details>\n\n")

    def _summarize(self, text: str) -> None:
        if self._event.summary:
            with self._event.summary.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)


def _output(value: object) -> str:
    is_line = isinstance(value, str) and value.isprintable()
    return str(value) if is_line else json.dumps(value)
