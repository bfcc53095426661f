"""The artifacts that a commit has by a layout."""

from collections.abc import Sequence

from flux.artifact.found import Found
from flux.artifact.layout import Layout
from flux.errors import SettingError
from flux.git.clone import Clone
from flux.monorepo.monorepo import Monorepo

_MOST_NAMED = 5


def find_artifacts(git: Clone, commit: str, layout: Layout, names: Sequence[str] | None = None) -> Found:
    """The artifacts, of those named or all.

    Raises SettingError where two have one name, or one folder is in two of them.
    """
    found = layout.find(git.below(commit), names)
    if found.clashes:
        messages = list(dict.fromkeys(clash.message for clash in found.clashes))
        more = f" and {len(messages) - _MOST_NAMED} more" if len(messages) > _MOST_NAMED else ""
        raise SettingError("; ".join(messages[:_MOST_NAMED]) + more, found.clashes[0].hint)
    return found


def artifacts_at(monorepo: Monorepo, commit: str) -> list[str]:
    """The names of the artifacts that a commit has by the settings in force. Raises SettingError."""
    return list(find_artifacts(monorepo.git, commit, monorepo.settings.layout).folders)


def where(layout: Layout) -> str:
    """Where artifacts are, for people: `the folders under artifacts/`."""
    return f"the folders under {layout.shown}/" if layout.is_simple else f"the folders {layout.shown}"
