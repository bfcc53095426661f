"""Renders the files of an adoption, and reads their present content."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flux.adoption.clues import Gap
from flux.adoption.files import TASKS, WantedFile, desired_state, invoke_yaml
from flux.adoption.workflows import WORKFLOWS
from flux.errors import DesiredStateError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.workflows import rendered
from flux.promotion.desired import parse_desired
from flux.promotion.desired_edit import set_versions
from flux.settings import FILES


@dataclass
class WantedFiles:
    """The files for the proposed settings, and for the versions that environments have.

    After `files()`, `gaps` says why some cannot be written, and `notices` what is left alone.
    """

    monorepo: Monorepo
    values: Mapping[str, Any]
    state: Mapping[str, Mapping[str, str]]
    uses: str = ""
    gaps: list[Gap] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def files(self) -> Iterator[WantedFile]:
        yield self._settings()
        yield from self._tasks()
        for name in WORKFLOWS:
            path = f".github/workflows/{name}"
            yield WantedFile(path, rendered(name, self.monorepo.settings, self.uses), self._read(path))
        path = self.monorepo.settings.releaseconfig
        there = self._read(path)
        yield WantedFile(path, desired_state(self.state) if there is None else self._state(there), there)

    def _state(self, there: str) -> str:
        """Return a desired state with the versions that it lacks. What it has, and its form, stay."""
        content, environments = there.encode(), self.monorepo.settings.environments
        try:
            known = parse_desired(self.monorepo.settings.releaseconfig, content)
            for artifact, versions in self.state.items():
                missing = {
                    at: version for at, version in versions.items() if at not in known.get(artifact, {})
                }
                content = set_versions(content, artifact, missing, environments)
        except DesiredStateError:
            return there
        return content.decode()

    def _settings(self) -> WantedFile:
        """Return the settings file: its present content, then the proposed settings."""
        root = self.monorepo.git.root
        path = next((name for name in FILES if (root / name).exists()), FILES[0])
        there = self._read(path)
        wanted = invoke_yaml(self.values, there or "")
        if wanted is None:
            listed = ", ".join(self.values)
            message = f"{path} is not written so that settings can be added to it: {listed}"
            self.gaps.append(Gap(message, "write `flux:` on a line, and each setting on a line below it"))
        return WantedFile(path, there or "" if wanted is None else wanted, there)

    def _tasks(self) -> Iterator[WantedFile]:
        """Yield tasks.py, unless it has only other tasks: it stays as it is then."""
        there = self._read("tasks.py")
        if there is None or "flux.tasks" in there:
            yield WantedFile("tasks.py", TASKS if there is None else there, there)
            return
        self.notices.append(
            "tasks.py has its own tasks, and the workflows run `inv` with ours: "
            "write `from flux.tasks import ns` in it, and add each of its tasks with `ns.add_task`"
        )

    def _read(self, path: str) -> str | None:
        """Return the text of a file; empty if it is not text, None if there is no file."""
        try:
            return (self.monorepo.git.root / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            return ""
