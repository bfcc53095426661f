"""Finds the artifacts of a commit by a layout."""

from collections.abc import Sequence

from flux.artifact.discovery import Found
from flux.artifact.layout import Layout
from flux.errors import SettingError
from flux.git.clone import Clone
from flux.listing import counted
from flux.monorepo.monorepo import Monorepo

_MOST_NAMED = 5


def find_artifacts(git: Clone, commit: str, layout: Layout, names: Sequence[str] | None = None) -> Found:
    """Return the artifacts at a commit: the named ones, or all."""
    return layout.find(git.below(commit), names)


def artifacts_at(monorepo: Monorepo, commit: str) -> list[str]:
    """Return the names of a commit's artifacts by the settings in force. Those that clash come last."""
    found = find_artifacts(monorepo.git, commit, monorepo.settings.layout)
    return [*found.folders, *found.clashing]


def named_clashes(found: Found) -> list[str]:
    """Return the messages about artifacts that clash; if there are many, only the first ones."""
    told = list(dict.fromkeys(f"{clash.message}; {clash.hint}" for clash in found.clashes))
    more = len(told) - _MOST_NAMED
    return told[:_MOST_NAMED] + (
        [f"{counted(more, 'more artifact')} cannot be told apart"] if more > 0 else []
    )


def clash_faults(found: Found) -> dict[str, SettingError]:
    """Return the errors of the artifacts that clash, by name. These artifacts are not published."""
    return {name: clash.error for name, clash in found.clashing.items()}


def where(layout: Layout) -> str:
    """Return where artifacts are, for people, such as `the folders under artifacts/`."""
    return f"the folders under {layout.shown}/" if layout.is_simple else f"the folders {layout.shown}"
