"""Opens the clone, its registry and its forge for a command."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flux.git.clone import Access, Clone
from flux.monorepo.monorepo import Monorepo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flux.event import Event
    from flux.forge.forge import Forge
    from flux.forge.place import Place
    from flux.registry.target import Registry
    from flux.settings import Settings


@contextmanager
def open_monorepo(
    settings: Settings, event: Event, *, dry_run: bool = False, pushes: bool = False
) -> Iterator[Monorepo]:
    """Open the monorepo of the current folder for one command.

    A dry run writes to neither the registry nor the forge. Only a command that `pushes` can write to the
    registry. Raises RequestError if there is no clone.
    """
    reads_only = dry_run or not pushes
    with open_clone(settings, event) as git:
        yield Monorepo(git, settings, event, lambda m: _open_registry(m, reads_only), open_forge, dry_run)


def open_clone(settings: Settings, event: Event, folder: Path | None = None) -> Clone:
    """Open the clone in a folder, by default the current one. Raises RequestError if there is none."""
    from flux.forge import find_given_token

    token = find_given_token(os.environ)
    access = Access(event.server_url, token) if token else None
    return Clone(folder, access, lambda origin: _find_access(settings, event, origin))


def _open_registry(monorepo: Monorepo, reads_only: bool) -> Registry:
    from flux.monorepo.registry import open_target_registry

    return open_target_registry(monorepo, reads_only)


def open_forge(monorepo: Monorepo) -> Forge:
    """Open the forge that the settings or origin name. In a dry run, it only records what it would write.

    Raises RequestError if the forge is not known, and ForgeError if there is no token.
    """
    from flux.forge import forge_at

    opened = forge_at(find_forge_place(monorepo), monorepo.git, os.environ)
    if not monorepo.dry_run:
        return opened
    from flux.forge.dry import DryForge

    return DryForge(opened)


def find_forge_place(monorepo: Monorepo) -> Place:
    """Return which forge it is, and where. Raises RequestError if the forge is not known."""
    from flux.forge import find_place
    from flux.forge.place import ForgeClues

    event = monorepo.event
    clues = ForgeClues(monorepo.git.hosted_url, event.api_url, event.repository)
    return find_place(monorepo.settings.forge, clues)


def find_packages(monorepo: Monorepo) -> str:
    """Return the registry where jobs on github.com push if the settings name none. Empty if they name one."""
    from flux.errors import FluxError
    from flux.event import packages_of

    try:
        place = find_forge_place(monorepo)
    except FluxError:
        return ""
    is_default = "registry" not in monorepo.settings.named and place.host == "github.com"
    return packages_of(place.repository) if is_default else ""


def _find_access(settings: Settings, event: Event, origin: str) -> Access | None:
    """Return the token of `gh auth login`. It is used if origin refuses git and no variable has a token."""
    from flux.forge import find_origin_token
    from flux.forge.place import ForgeClues

    clues = ForgeClues(origin, event.api_url, event.repository)
    found = find_origin_token(settings.forge, clues, server_url=event.server_url, environment=os.environ)
    return Access(*found) if found else None
