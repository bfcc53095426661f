"""Checks who owns the files that decide what is built, signed and deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from flux.configured import FILES, PROGRAM
from flux.diagnosis.check_line import Line, Rating
from flux.forge.forge import pattern_expression
from flux.promotion.gates.freeze import freezes_path

if TYPE_CHECKING:
    from flux.forge.place import Place
    from flux.monorepo.monorepo import Monorepo

# GitHub reads the first of these that exists.
_OWNERS_FILES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_MOST_BYTES = 3 * 1024 * 1024  # GitHub ignores a larger file
_MOST_FAULTS = 3
# A pattern may match a part of this folder: actions and CODEOWNERS need an owner as well as workflows.
_FOLDER = ".github/"
_IN_FOLDER = tuple(
    f"{_FOLDER}{path}" for path in ("workflows/any.yml", "actions/any/action.yml", "CODEOWNERS")
)


def check_code_owners(monorepo: Monorepo, place: Place) -> Iterator[Line]:
    path, content = _find(monorepo)
    state = monorepo.settings.releaseconfig
    wanted = [*_IN_FOLDER, *_configuration(monorepo), "tasks.py", state, freezes_path(state)]
    if path and path not in wanted:
        wanted.append(path)
    lacking = unowned(content, wanted) if path else wanted
    faults = monorepo.forge.owner_faults(monorepo.settings.branch)
    if faults:
        said = f"GitHub ignores lines with errors: {'; '.join(faults[:_MOST_FAULTS])}"
        fix = "name teams or people who may write to the repository"
        yield Line("code owners", Rating.WARNING, said, fix)
    elif not lacking:
        yield Line("code owners", Rating.OK, f"{path} has an owner for each file that decides")
    if not lacking:
        return
    shown = list(dict.fromkeys(_FOLDER if name in _IN_FOLDER else name for name in lacking))
    said = f"nobody owns {', '.join(shown)} at {monorepo.settings.branch}"
    lines = " and ".join(f"`/{name} @OWNER`" for name in shown)
    yield Line("code owners", Rating.WARNING, said, f"add {lines} to {path or _OWNERS_FILES[0]}")


def unowned(content: str, paths: Sequence[str]) -> list[str]:
    """Return the paths without an owner. The last pattern that matches decides, and it may name nobody.

    https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
    """
    owned: dict[str, bool] = {}
    for line in content.splitlines():
        words = line.partition(" #")[0].split()
        # Unlike .gitignore, CODEOWNERS has no `!` and no `[ ]`: GitHub ignores such lines.
        if not words or words[0].startswith(("#", "!")) or "[" in words[0]:
            continue
        pattern = _expression(words[0])
        for path in paths:
            if pattern.fullmatch(path):
                owned[path] = any("@" in word for word in words[1:])
    return [path for path in paths if not owned.get(path)]


def _expression(pattern: str) -> re.Pattern[str]:
    """Return a regex. A name without a slash matches in any folder, `/*` at the end only direct files."""
    body = pattern.strip("/")
    before = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    after = "/.*" if pattern.endswith("/") else "" if re.search(r"/\*$", body) else "(?:/.*)?"
    return re.compile(before + pattern_expression(body) + after, re.DOTALL)


def _configuration(monorepo: Monorepo) -> list[str]:
    """Return the configuration file that Invoke reads at the tip, after those that it would take first."""
    wanted: list[str] = []
    for name in (*FILES, PROGRAM):
        wanted.append(name)
        if monorepo.git.file(monorepo.tip, name) is not None:
            break
    return wanted


def _find(monorepo: Monorepo) -> tuple[str, str]:
    """Return the path and the content of the file at the tip; empty if there is none."""
    for path in _OWNERS_FILES:
        content = monorepo.git.file(monorepo.tip, path)
        if content is not None and len(content) <= _MOST_BYTES:
            return path, content.decode(errors="replace")
    return "", ""
