"""Jobs of one workflow that build on each other, each run alone with the token that it is given.

Act runs them all with one token. Here each gets a workflow of its own, in which what the jobs before came to
stands in place of `needs`: https://docs.github.com/actions/reference/workflows-and-actions/contexts#needs-context
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

JSON = dict[str, Any]

_NEEDS = re.compile(r"needs\.([\w-]+)\.(?:(result)|outputs\.([\w-]+))")
_STATUS = re.compile(r"\b(always|cancelled|failure|success)\(\)")
_OUTPUT = "job-"


@dataclass(frozen=True)
class Ended:
    """What became of a job, as `needs` has it."""

    result: str
    outputs: Mapping[str, str]


def together(jobs: JSON) -> list[list[str]]:
    """The jobs of a workflow, those that build on each other in one group, each after what it needs."""
    groups: list[list[str]] = []
    for name in _in_order(jobs):
        wanted = set(needs(jobs[name]))
        mine = [group for group in groups if wanted & set(group)]
        groups = [group for group in groups if group not in mine]
        groups.append([*(each for group in mine for each in group), name])
    return groups


def needs(job: JSON) -> list[str]:
    wanted = job.get("needs", [])
    return [wanted] if isinstance(wanted, str) else list(wanted)


def is_due(job: JSON, before: Mapping[str, Ended]) -> bool:
    """Whether a job's condition is asked: without a word on the status, all that it needs has succeeded."""
    condition = str(job.get("if", ""))
    return bool(_STATUS.search(condition)) or all(before[name].result == "success" for name in needs(job))


def alone(workflow: JSON, name: str, before: Mapping[str, Ended]) -> JSON:
    """A workflow with this job only, which tells its outputs as those of a last step."""
    job = {key: value for key, value in workflow["jobs"][name].items() if key != "needs"}
    job = _told(job, before)
    if outputs := job.get("outputs"):
        lines = [f'echo "{_OUTPUT}{key}=$OUTPUT{n}" >>"$GITHUB_OUTPUT"' for n, key in enumerate(outputs)]
        env = {f"OUTPUT{n}": value for n, value in enumerate(outputs.values())}
        tell = {"if": "always()", "shell": "bash", "env": env, "run": "\n".join(lines)}
        job["steps"] = [*job["steps"], tell]
    return {**workflow, "jobs": {name: job}}


def spelled(workflow: Mapping[Any, Any]) -> JSON:
    """A workflow whose key `on` is no longer what YAML 1.1 reads: true."""
    return {("on" if key is True else key): value for key, value in workflow.items()}


def outputs(told: Mapping[str, str]) -> dict[str, str]:
    """A job's own outputs, among those of its steps."""
    return {key.removeprefix(_OUTPUT): value for key, value in told.items() if key.startswith(_OUTPUT)}


def _in_order(jobs: JSON) -> list[str]:
    ordered: list[str] = []
    while len(ordered) < len(jobs):
        ready = [name for name in jobs if name not in ordered and set(needs(jobs[name])) <= set(ordered)]
        assert ready, "jobs that wait for each other"
        ordered += ready
    return ordered


def _told(value: Any, before: Mapping[str, Ended]) -> Any:
    if isinstance(value, dict):
        return {key: _told(each, before) for key, each in value.items()}
    if isinstance(value, list):
        return [_told(each, before) for each in value]
    return _NEEDS.sub(lambda match: _literal(match, before), value) if isinstance(value, str) else value


def _literal(match: "re.Match[str]", before: Mapping[str, Ended]) -> str:
    name, result, output = match.groups()
    said = before[name].result if result else before[name].outputs.get(output, "")
    quoted = said.replace("'", "''")
    return f"'{quoted}'"
