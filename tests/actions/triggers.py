"""Which events start a workflow, by what its `on:` says; act itself asks no filter.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax and
https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

JSON = dict[str, Any]

# Of the files that an event changed no more are looked at.
_MOST_FILES = 300

# The types that count where a workflow names none; of other events all do.
_DEFAULT_TYPES = {"pull_request": ("opened", "synchronize", "reopened")}
_FILTERS = {
    "push": {"branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore"},
    "pull_request": {"types", "branches", "branches-ignore", "paths", "paths-ignore"},
    "release": {"types"},
    "issues": {"types"},
    "status": set(),
    "workflow_dispatch": {"inputs"},
    "workflow_call": {"inputs", "outputs", "secrets"},
}


def events_of(workflow: dict[Any, Any]) -> JSON:
    """What stands under `on:`, by event; YAML 1.1 reads that key as true."""
    on = workflow.get(True, workflow.get("on"))
    if isinstance(on, dict):
        return {name: about or {} for name, about in on.items()}
    return {name: {} for name in ([on] if isinstance(on, str) else on or [])}


def starts(workflow: dict[Any, Any], name: str, payload: JSON, changed: Callable[[], Sequence[str]]) -> bool:
    """Whether the event `name` starts a workflow; `changed`, asked where needed, has the paths it changed.

    Which one workflow a dispatch is for is not looked at. Raises NotImplementedError for a filter that is not
    known here.
    """
    on = events_of(workflow)
    if name not in on:
        return False
    about = on[name]
    if name == "schedule":
        return any(entry["cron"] == payload["schedule"] for entry in about)
    if unknown := about.keys() - _FILTERS.get(name, set()):
        raise NotImplementedError(f"{', '.join(sorted(unknown))} of {name}")
    types = about.get("types", _DEFAULT_TYPES.get(name))
    if types is not None and payload["action"] not in ([types] if isinstance(types, str) else types):
        return False
    if name == "push":
        return _ref_passes(about, payload["ref"]) and _paths_pass(about, payload, changed)
    if name == "pull_request":
        base = payload["pull_request"]["base"]["ref"]
        return _passes(about, "branches", [base]) and _paths_pass(about, payload, changed)
    return True


def _ref_passes(about: JSON, ref: str) -> bool:
    """A filter of branches alone keeps tags out, and the other way round."""
    kind, other = ("branches", "tags") if ref.startswith("refs/heads/") else ("tags", "branches")
    mine, others = ({each, f"{each}-ignore"} & about.keys() for each in (kind, other))
    if not mine:
        return not others
    return _passes(about, kind, [ref.split("/", 2)[2]])


def _paths_pass(about: JSON, payload: JSON, changed: Callable[[], Sequence[str]]) -> bool:
    if not {"paths", "paths-ignore"} & about.keys() or payload.get("ref", "").startswith("refs/tags/"):
        return True
    return _passes(about, "paths", changed()[:_MOST_FILES])


def _passes(about: JSON, kind: str, values: Sequence[str]) -> bool:
    """Whether any of the values is let through by the filter of this kind, or by its `-ignore`."""
    if kind in about:
        return any(matches(about[kind], value) for value in values)
    ignored = about.get(f"{kind}-ignore", [])
    return any(not matches(ignored, value) for value in values)


def matches(patterns: Sequence[str] | str, value: str) -> bool:
    """Of the patterns that match, the last decides; one with `!` in front of it takes away."""
    found = False
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        if re.fullmatch(_expression(pattern.removeprefix("!")), value, re.DOTALL):
            found = not pattern.startswith("!")
    return found


def _expression(pattern: str) -> str:
    """GitHub's pattern as a regular expression: its `?` and `+` repeat what is before them."""
    # A whole folder may be none at all.
    tokens = re.findall(r"\*\*/|\*\*|\*|\[[^\]]+\]|[?+]|\\.|.", pattern, re.DOTALL)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    return "".join(
        known.get(token) or (token if len(token) > 2 else re.escape(token.removeprefix("\\") or token))
        for token in tokens
    )
