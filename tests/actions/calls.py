"""Workflows that call others, each with the jobs of those in place of its calls, as GitHub runs them.

Act gives all jobs of a call one token. Here each is a job like any other, with a token of its own:
https://docs.github.com/actions/reference/workflows-and-actions/reusing-workflow-configurations
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.actions.needs import needs
from tests.actions.triggers import events_of

JSON = dict[str, Any]

_LEVELS = ("none", "read", "write")
_EXPRESSION = re.compile(r"\$\{\{(.*)\}\}", re.DOTALL)


@dataclass(frozen=True)
class Expanded:
    """A workflow without calls. `files` has for each job that came by one what was called."""

    workflow: JSON
    files: dict[str, str] = field(default_factory=dict)


def expanded(workflow: JSON, read: Callable[[str], JSON]) -> Expanded:
    """`read` gives the workflow that `uses` names. What GitHub refuses to start is an AssertionError."""
    jobs: JSON = {}
    files: dict[str, str] = {}
    inner: dict[str, list[str]] = {}
    told: dict[str, str] = {}
    for name, job in workflow["jobs"].items():
        if "uses" not in job:
            jobs[name] = job
            continue
        called = read(job["uses"])
        # GitHub tells them apart by the call; here only those that need it have another name.
        names = {key: f"{name}-{key}" if key in workflow["jobs"] else key for key in called["jobs"]}
        inner[name] = list(names.values())
        for key, about in called["jobs"].items():
            assert names[key] not in jobs, f"two jobs are called {names[key]}"
            jobs[names[key]] = _called_job(job, _renamed(about, names), called)
            files[names[key]] = job["uses"]
        told |= {f"needs.{name}.outputs.{key}": _renamed(value, names) for key, value in _outputs(called)}
    jobs = {name: _rewired(job, inner, told) for name, job in jobs.items()}
    return Expanded({**workflow, "jobs": jobs}, files)


def _called_job(caller: JSON, job: JSON, called: JSON) -> JSON:
    about = events_of(called)["workflow_call"]
    values = {f"inputs.{name}": value for name, value in _inputs(caller, about)}
    given = caller.get("secrets", {})
    secrets = {f"secrets.{name}": _operand(given.get(name, "")) for name in about.get("secrets", {})}
    assert given.keys() <= about.get("secrets", {}).keys(), "a secret that is not known"
    _within(job.get("permissions", called.get("permissions")), caller.get("permissions"))
    made: JSON = _replaced(job, {**values, **secrets})
    conditions = [text for text in (caller.get("if"), made.get("if")) if text]
    if conditions:
        made["if"] = " && ".join(f"({_bare(str(text))})" for text in conditions)
    if wanted := [*needs(job), *needs(caller)]:
        made["needs"] = wanted
    return made


def _inputs(caller: JSON, about: JSON) -> Iterator[tuple[str, str]]:
    given, known = caller.get("with", {}), about.get("inputs", {})
    assert given.keys() <= known.keys(), "an input that is not known"
    for name, what in known.items():
        assert name in given or not what.get("required"), f"{name} is missing"
        yield name, _operand(given.get(name, what.get("default", False if what["type"] == "boolean" else "")))


def _operand(value: Any) -> str:
    """A value as a part of an expression."""
    if isinstance(value, bool | int):
        return str(value).lower()
    whole = _EXPRESSION.fullmatch(value)
    quoted = value.replace("'", "''")
    return f"({whole[1].strip()})" if whole else f"'{quoted}'"


def _bare(text: str) -> str:
    whole = _EXPRESSION.fullmatch(text.strip())
    return whole[1].strip() if whole else text.strip()


def _within(asked: JSON | None, allowed: JSON | None) -> None:
    """A called job gets no more than its caller has, and does not start where it asks for more."""
    assert asked is not None, "a called job says what it may"
    for name, level in asked.items():
        granted = (allowed or {}).get(name, "none")
        assert _LEVELS.index(level) <= _LEVELS.index(granted), (
            f"{name}: {level} is asked for, {granted} allowed"
        )


def _outputs(called: JSON) -> Iterator[tuple[str, str]]:
    for name, what in events_of(called)["workflow_call"].get("outputs", {}).items():
        yield name, "format('{0}', " + re.sub(r"\bjobs\.([\w-]+)\.", r"needs.\1.", _bare(what["value"])) + ")"


def _rewired(job: JSON, inner: Mapping[str, list[str]], told: Mapping[str, str]) -> JSON:
    """A job that needs what was called: its jobs, and their outputs."""
    made: JSON = _replaced(job, told)
    if wanted := [each for name in needs(job) for each in inner.get(name, [name])]:
        made["needs"] = wanted
    return made


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """What a called job or an output says of the jobs beside it, by the names that these have here."""
    made = _replaced(value, {f"needs.{key}.": f"needs.{name}." for key, name in names.items() if key != name})
    if isinstance(made, dict) and "needs" in made:
        made["needs"] = [names.get(each, each) for each in needs(made)]
    return made


def _replaced(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each, values) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, values) for each in value]
    if not isinstance(value, str) or not values:
        return value
    names = "|".join(map(re.escape, sorted(values, key=len, reverse=True)))
    return re.sub(rf"(?<![\w.-])({names})(?:(?<=[.])|(?![\w-]))", lambda found: values[found[1]], value)
