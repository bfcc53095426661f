"""What a command's report puts where: in a terminal's log, in a job of GitHub Actions, or with `--json`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flux.errors import RegistryError
from flux.event import TERMINAL, Event
from flux.monorepo.image_result import ImageAction, ImageResult
from flux.report.report import Report
from tests.documents import result
from tests.outputs import read_outputs

COMMIT = "c" * 40
DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64
PUSHED = ImageResult(
    "app",
    "ghcr.io/o/app",
    f"main@sha1:{COMMIT}",
    DIGEST,
    tags=("cccccccccccc", "latest"),
    action=ImageAction.PUSHED,
)
FAILED = [
    ImageResult(name, f"ghcr.io/o/{name}", f"main@sha1:{COMMIT}").failed(
        RegistryError("the registry broke off", "again")
    )
    for name in ("b", "c")
]


@dataclass(frozen=True)
class Shown:
    out: str
    err: str
    outputs: dict[str, Any]
    summary: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def document(self) -> Any:
        """The one on standard output, where nothing else is, without what every document has."""
        return result(json.loads(self.out))

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the summary's tables, less their headers."""
        table = [line.strip("| ").split(" | ") for line in self.summary.splitlines() if line.startswith("|")]
        return [row for row, before in zip(table[2:], table, strict=False) if "---" not in row and before]


class Stage:
    """Shows what it is given in each of the three ways."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capsys = capsys

    def log(self, show: Callable[[Report], object]) -> Shown:
        return self._shown(show, TERMINAL)

    def json(self, show: Callable[[Report], object]) -> Shown:
        return self._shown(show, TERMINAL, as_json=True)

    def job(self, show: Callable[[Report], object]) -> Shown:
        event = Event(True, None, self._folder / "output", self._folder / "summary", repository="octo/mono")
        return self._shown(show, event)

    def _shown(self, show: Callable[[Report], object], event: Event, as_json: bool = False) -> Shown:
        for file in (event.output, event.summary):
            if file:
                file.write_text("")
        report = Report(event, as_json)
        show(report)
        report.finish()
        printed = self._capsys.readouterr()
        return Shown(
            printed.out,
            printed.err,
            read_outputs(event.output) if event.output else {},
            event.summary.read_text() if event.summary else "",
        )
