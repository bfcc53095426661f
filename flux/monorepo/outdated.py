"""Whether the settings of a checkout are still those of the tip, by whose desired state commands write."""

from flux.errors import OutdatedSettingsError
from flux.git.clone import Clone
from flux.settings import FILES, Settings, section


def require_current_settings(repository: Clone, settings: Settings, tip: str) -> None:
    """Raises OutdatedSettingsError where the branch has changed them since the checkout."""
    if outdated := find_outdated_settings(repository, settings, tip):
        raise outdated


def find_outdated_settings(repository: Clone, settings: Settings, tip: str) -> OutdatedSettingsError | None:
    """What is wrong where the branch has changed the settings since the commit checked out left its line;
    what that commit or the working tree has changed is meant.

    Raises HistoryMissingError where a shallow clone cannot tell.
    """
    head = repository.head()
    if head == tip:
        return None
    now = _settings_at(repository, tip)
    if now == _settings_at(repository, head):
        return None
    base = repository.merge_base(head, tip)
    if base is None or now == _settings_at(repository, base):
        return None
    return OutdatedSettingsError(
        f"the settings have changed on {settings.branch} since {base[:12]}, which this checkout is based on",
        f"check out the newest commit of {settings.branch}: `git pull`",
    )


def _settings_at(repository: Clone, commit: str) -> object:
    contents = (repository.file(commit, path) for path in FILES)
    return section(next((content for content in contents if content is not None), b""))
