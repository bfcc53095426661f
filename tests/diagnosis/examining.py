"""What `inv doctor` finds, by subject, and what it needs to find all as it should be."""

import shutil
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from flux.commands.doctor import examine
from flux.diagnosis.check_line import Line, Rating
from tests.github.server import GitHub
from tests.github.state import Environment, Repository
from tests.repo import Repo

FILES = {"artifacts/app/a.yaml": "a: 1\n", "artifacts/db/a.yaml": "b: 1\n"}
HEALTHY = [
    "settings",
    "packages",
    "kustomize",
    "git",
    "clone",
    "origin",
    "flux",
    "engine",
    "sources",
    "registry",
]


OWNED = ".github/CODEOWNERS"
SAFE = {"branch", "code owners", "reviews", "approvals", "release tags", "app key"}


def found(
    configured: object = None,
    environment: Mapping[str, str] | None = None,
) -> dict[str, list[Line]]:
    """The lines by subject, from the folder that this process is in."""
    lines: dict[str, list[Line]] = {}
    for line in examine(configured, environment or {}):
        lines.setdefault(line.subject, []).append(line)
    return lines


def health(lines: Mapping[str, list[Line]]) -> dict[str, list[str]]:
    """What is not OK."""
    bad = {subject: [str(line.health) for line in told] for subject, told in lines.items()}
    return {subject: told for subject, told in bad.items() if set(told) != {"ok"}}


def the(lines: Mapping[str, list[Line]], subject: str) -> Line:
    (line,) = lines[subject]
    return line


def only(folder: Path, *programs: str) -> str:
    """A PATH with these programs and no others."""
    folder.mkdir()
    for program in programs:
        (folder / program).symlink_to(str(shutil.which(program)))
    return str(folder)


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def asked(
    github: GitHub, monkeypatch: pytest.MonkeyPatch, token: str, **settings: object
) -> dict[str, list[Line]]:
    monkeypatch.setenv("GH_TOKEN", token)
    return found({"forge": "github", **settings})


Spoil = Callable[[Repository], object]
"""Changes one thing of a repository on GitHub."""

UnsafeWith = Callable[[Spoil], dict[str, str]]


def safe(github: GitHub, repo: Repo) -> None:
    """All as it should be."""
    there = github.repository("octo/monorepo")
    there.protected.add("main")
    there.approvals["main"] = 1
    there.reviews["main"] = {"require_code_owner_reviews", "dismiss_stale_reviews"}
    kinds = [{"type": kind} for kind in ("creation", "update", "deletion")]
    names = {"ref_name": {"include": ["refs/tags/flux-oci-*"], "exclude": []}}
    ruleset = {"id": 1, "name": "x", "target": "tag", "enforcement": "active"}
    there.tag_rulesets.append({**ruleset, "conditions": names, "rules": kinds})
    limits = {"protected_branches": False, "custom_branch_policies": True}
    policies = [{"name": "main", "type": "branch"}]
    there.environments["app"] = Environment(7, there.created, limits, policies, {"FLUX_APP_KEY"})
    repo.commit(files={OWNED: "* @octo/everybody\n"})
    repo.push()


def unsafe(lines: Mapping[str, list[Line]]) -> dict[str, str]:
    told = {subject: each[0] for subject, each in lines.items() if subject in SAFE}
    assert told.keys() == SAFE
    assert all(line.fix for line in told.values() if line.health is Rating.WARNING)
    return {subject: line.message for subject, line in told.items() if line.health is not Rating.OK}


def without(there: Repository, what: str) -> None:
    there.reviews["main"].discard(what)
