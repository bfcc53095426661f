"""Whether the settings of a checkout are still those of the tip. Commands write what the tip desires."""

from flux.errors import OutdatedSettingsError
from flux.git.clone import Clone
from flux.monorepo.monorepo import Monorepo
from flux.settings import FILES, section


def require_current_settings(monorepo: Monorepo) -> None:
    """Raises OutdatedSettingsError where the branch has changed the settings since the checkout."""
    if outdated := find_outdated_settings(monorepo):
        raise outdated


def find_outdated_settings(monorepo: Monorepo) -> OutdatedSettingsError | None:
    """An error if the branch has changed the settings since the checkout branched off; else None.

    What the checkout or the working tree changed itself is intended, and no error. Raises TipUnknownError,
    and HistoryMissingError where a shallow clone cannot tell.
    """
    git, tip, branch = monorepo.git, monorepo.tip, monorepo.settings.branch
    head = git.head()
    if head == tip:
        return None
    now = _settings_at(git, tip)
    if now == _settings_at(git, head):
        return None
    base = git.merge_base(head, tip)
    if base is None or now == _settings_at(git, base):
        return None
    return OutdatedSettingsError(
        f"the settings have changed on {branch} since {base[:12]}, which this checkout is based on",
        f"check out the newest commit of {branch}: `git pull`",
    )


def _settings_at(git: Clone, commit: str) -> object:
    contents = (git.file(commit, path) for path in FILES)
    return section(next((content for content in contents if content is not None), b""))
