"""Finds the scripts of a monorepo, each with the folder where it starts and the variables that it gets.

Workflows are followed into local actions, local reusable workflows, and the files that their steps run.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flux.adoption.calls import calls_in, main_makefile
from flux.adoption.variables import (
    MatrixRow,
    expanded,
    given_in,
    known_in,
    read_yaml,
    rows_of,
    texts_in,
)
from flux.regex import regex

_WORKFLOW = regex(r"\.github/workflows/[^/]+\.ya?ml")
_IN_OWN_FOLDER = ("Makefile", "GNUmakefile", "makefile", "justfile", "Taskfile.yml", "Taskfile.yaml")
_DEEPEST = 5
_MOST_FOLLOWED = 1000
_TO_ENVIRONMENT = regex(r"\becho\s+[\"']?(\w+)=([^\"'\n$]+?)[\"']?\s*>>\s*[\"']?\$\{?GITHUB_ENV")


@dataclass(frozen=True)
class Script:
    """A script, and the workflow that runs it. `outputs` has the text that sets the outputs of steps."""

    file: str
    text: str
    folder: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[MatrixRow, ...] = ()
    """The combinations of its job's matrix."""
    outputs: str = ""
    workflow: str = ""


@dataclass(frozen=True)
class Use:
    """A step or a job that uses an action or a workflow that is not followed, with its inputs."""

    file: str
    uses: str
    given: Mapping[str, str]
    rows: tuple[MatrixRow, ...] = ()
    outputs: str = ""
    workflow: str = ""


def find_scripts(texts: Mapping[str, str], repository: str) -> Iterator[Script | Use]:
    """Yield what workflows run. Then yield the other files, each as one script."""
    reading = _Reading(texts, known_in("", repository), repository)
    for file in texts:
        if _WORKFLOW.fullmatch(file) and not reading.is_only_called(file):
            yield from reading.workflow(file, {})
    for file in texts:
        if file not in reading.read and not file.endswith(".json"):
            yield from reading.alone(file)


class _Reading:
    """`read` has the files that have been read so far."""

    def __init__(self, texts: Mapping[str, str], forge: Mapping[str, str], repository: str) -> None:
        self._texts = texts
        self._own = repository.lower()
        self._forge = forge
        self._followed = 0
        self.read: set[str] = set()

    def is_only_called(self, file: str) -> bool:
        """Whether nothing but another workflow of this repository starts a workflow."""
        told = read_yaml(self._texts[file])
        starts = _starts(told) if isinstance(told, dict) else None
        names = starts if isinstance(starts, list) else [*starts] if isinstance(starts, dict) else [starts]
        is_called = any(
            f"./{file}" in text for other, text in self._texts.items() if _WORKFLOW.fullmatch(other)
        )
        return is_called and names == ["workflow_call"]

    def alone(self, file: str) -> Iterator[Script | Use]:
        """Yield a file that no workflow runs. The values of its inputs are unknown."""
        text = self._texts[file]
        if "flux" not in text and "push" not in text:
            return
        told = read_yaml(text) if file.endswith((".yml", ".yaml")) else None
        if _WORKFLOW.fullmatch(file):
            yield from self.workflow(file, {})
        elif _is_action(told):
            yield from self._action(file, Script(file, ""), {}, 0)
        else:
            folder, base = posixpath.split(file)
            known = {**self._forge, **known_in(text, "")}
            yield Script(file, text, folder if base in _IN_OWN_FOLDER else "", known, outputs=text)

    def workflow(
        self, file: str, given: Mapping[str, str], rows: tuple[MatrixRow, ...] = (), deep: int = 0
    ) -> Iterator[Script | Use]:
        self.read.add(file)
        text = self._texts[file]
        told = read_yaml(text)
        if not isinstance(told, dict) or not isinstance(told.get("jobs"), dict):
            return
        known = {**self._forge, **_defaults(told, "workflow_call"), **given, **texts_in(told.get("env"))}
        top = Script(file, "", _working_directory(told, ""), known, rows, text, file)
        for job in told["jobs"].values():
            if isinstance(job, dict):
                yield from self._job(job, top, deep)

    def _job(self, job: Mapping[str, Any], top: Script, deep: int) -> Iterator[Script | Use]:
        steps = _steps(job)
        later = {
            name: value for step in steps for name, value in _TO_ENVIRONMENT.findall(str(step.get("run")))
        }
        strategy = job.get("strategy")
        rows = rows_of(strategy.get("matrix")) if isinstance(strategy, dict) else ()
        scope = replace(
            top,
            folder=_working_directory(job, top.folder),
            known={**top.known, **texts_in(job.get("env")), **later},
            rows=rows or top.rows,
        )
        called = str(job.get("uses", ""))
        if called:
            inputs = _given(job, scope.known)
            file = self._own_path(called)
            if file in self._texts and self._follows(deep):
                yield from self.workflow(file, _inputs(inputs), scope.rows, deep + 1)
            else:
                yield Use(top.file, called, inputs, scope.rows, top.outputs, top.workflow)
        for step in steps:
            yield from self._step(step, scope, deep)

    def _action(
        self, file: str, scope: Script, given: Mapping[str, str], deep: int
    ) -> Iterator[Script | Use]:
        self.read.add(file)
        text = self._texts[file]
        told: Any = read_yaml(text)
        known = {**self._forge, **scope.known, **_defaults(told, ""), **given}
        outputs = f"{scope.outputs}\n{text}"
        own = replace(scope, file=file, folder="", known=known, outputs=outputs)
        for step in _steps(told["runs"]):
            yield from self._step(step, own, deep)

    def _step(self, step: Mapping[str, Any], scope: Script, deep: int) -> Iterator[Script | Use]:
        known = {**scope.known, **texts_in(step.get("env"))}
        if isinstance(run := step.get("run"), str):
            folder = expanded(str(step.get("working-directory", scope.folder)), known)
            yield from self._run(replace(scope, text=run, folder=folder, known=known), deep)
        elif isinstance(uses := step.get("uses"), str):
            inputs = _given(step, known)
            if (file := self._action_file(uses)) and self._follows(deep):
                yield from self._action(file, replace(scope, known=known), _inputs(inputs), deep + 1)
            else:
                yield Use(scope.file, uses, inputs, scope.rows, scope.outputs, scope.workflow)

    def _run(self, script: Script, deep: int) -> Iterator[Script | Use]:
        """Yield a script, and the files that it runs."""
        yield script
        known = {**script.known, **given_in(script.text)}
        for call in calls_in(script.text, script.folder, known):
            file = call.file if call.file in self._texts else main_makefile(call.file, self._texts)
            if file and self._follows(deep):
                self.read.add(file)
                text = self._texts[file]
                told = {**known_in(text, ""), **script.known, **call.given}
                called = replace(script, file=file, text=text, folder=call.folder, known=told)
                yield from self._run(called, deep + 1)

    def _action_file(self, uses: str) -> str:
        """Return the file of a local composite action, or an empty text."""
        folder = self._own_path(uses)
        files = [f"{folder}/{name}" for name in ("action.yml", "action.yaml")] if folder else []
        there = (file for file in files if file in self._texts)
        return next((file for file in there if _is_action(read_yaml(self._texts[file]))), "")

    def _follows(self, deep: int) -> bool:
        """Whether to read another file that a step or job calls: files may call each other in a circle."""
        self._followed += 1
        return deep < _DEEPEST and self._followed <= _MOST_FOLLOWED

    def _own_path(self, uses: str) -> str:
        """Return the path of what a step or job uses, if it is in this repository; else an empty text."""
        if uses.startswith("./"):
            return posixpath.normpath(uses)
        own, path = f"{self._own}/", uses.partition("@")[0]
        return posixpath.normpath(path[len(own) :]) if self._own and path.lower().startswith(own) else ""


def _is_action(told: object) -> bool:
    runs = told.get("runs") if isinstance(told, dict) else None
    return isinstance(runs, dict) and runs.get("using") == "composite"


def _starts(told: Mapping[Any, Any]) -> Any:
    """Return what starts a workflow. YAML 1.1 reads its key `on` as true."""
    return told.get("on", told.get(True))


def _given(node: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    """Return the inputs that a job or a step gives to what it uses."""
    return {name: expanded(value, known) for name, value in texts_in(node.get("with")).items()}


def _defaults(told: Mapping[Any, Any], event: str) -> dict[str, str]:
    """Return the default values of the inputs of an action, or of a workflow that an event starts."""
    place: Any = told
    if event:
        starts = _starts(told)
        place = starts.get(event) if isinstance(starts, dict) else None
    inputs = place.get("inputs") if isinstance(place, dict) else None
    found = inputs.items() if isinstance(inputs, dict) else ()
    return _inputs(
        {str(name): str(one["default"]) for name, one in found if isinstance(one, dict) and "default" in one}
    )


def _inputs(given: Mapping[str, str]) -> dict[str, str]:
    return {f"inputs.{name}": value for name, value in given.items()}


def _working_directory(node: Mapping[str, Any], default: str) -> str:
    defaults = node.get("defaults")
    run = defaults.get("run") if isinstance(defaults, dict) else None
    return str(run.get("working-directory", default)) if isinstance(run, dict) else default


def _steps(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the steps of a job or of a composite action."""
    steps = node.get("steps")
    return [step for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []
