"""Reads how a monorepo publishes today: its files, its tags, and a checkout of the clusters' repository."""

from collections.abc import Iterable
from pathlib import Path

from flux.adoption.clues import Clues
from flux.artifact.tree import SYMLINK
from flux.errors import FluxError, RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.opening import find_forge_place, find_packages
from flux.regex import regex

_READ = regex(
    r"\.github/.*\.ya?ml|.*\.(sh|mk|just|json)|(.*/)?(Makefile|justfile|Taskfile\.ya?ml|\.gitlab-ci\.yml)"
)
_PUSHES = r"push[\"', ]+artifact"
"""A line of any file, as a shell or a program has it."""
_TOLD = (".md", ".markdown", ".rst", ".adoc", ".txt", ".html", ".ipynb")
"""Text for people, which nothing runs."""
_MANIFEST = regex(r".*\.ya?ml")
_MOST_READ = 2000
_LARGEST = 256 * 1024


def read_clues(monorepo: Monorepo, fleet: Path | None) -> Clues:
    git, head = monorepo.git, monorepo.git.head()
    files = {file.path: file for file in git.files(head, "", [""])[""]}
    pushing = [path for path in git.matching(head, _PUSHES) if path in files and not path.endswith(_TOLD)]
    chosen = list(dict.fromkeys([*pushing, *(path for path in files if _READ.fullmatch(path))]))
    chosen += [path for path in files if _MANIFEST.fullmatch(path) and not _READ.fullmatch(path)]
    chosen = list(dict.fromkeys(chosen))[:_MOST_READ]
    texts = {path: _text(git.read(files[path].oid)) for path in chosen}
    try:
        tags: Iterable[str] = monorepo.home_tags
    except FluxError:
        tags = git.tags()
    links = [path for path, file in files.items() if file.mode == SYMLINK]
    named, packages = _repository(monorepo), find_packages(monorepo)
    return Clues(list(files), texts, list(tags), named, _fleet(fleet), links, packages)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace") if len(content) <= _LARGEST else ""


def _fleet(folder: Path | None) -> dict[str, str]:
    if folder is None:
        return {}
    if not folder.is_dir():
        raise RequestError(
            f"{folder} is not a folder", "`--fleet` takes a checkout of the clusters' repository"
        )
    found = sorted(path for path in folder.rglob("*.y*ml") if path.is_file())[:_MOST_READ]
    return {str(path): _text(path.read_bytes()) for path in found}


def _repository(monorepo: Monorepo) -> str:
    try:
        return find_forge_place(monorepo).repository or ""
    except FluxError:
        return ""
