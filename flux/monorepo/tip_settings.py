"""Compares the settings of a checkout with those of the tip, and reads the tip's if they differ."""

from contextlib import suppress
from dataclasses import fields, replace

from flux.errors import GitError, OutdatedSettingsError, SettingError
from flux.git.clone import Clone
from flux.monorepo.monorepo import Monorepo
from flux.settings import FILES, Settings, read_settings, section

_OWN = {"sources", "artifacts", "ignore", "prepare", "output", "inputs", "branch", "named"}
"""The settings that each commit has for itself, and those that say where the tip is."""


def require_current_settings(monorepo: Monorepo) -> None:
    """Raise OutdatedSettingsError if the branch has changed the settings since the checkout."""
    if outdated := find_outdated_settings(monorepo):
        raise outdated


def find_outdated_settings(monorepo: Monorepo) -> OutdatedSettingsError | None:
    """Return an error if the branch has changed the settings since the checkout branched off; else None.

    Changes in the checkout or the working tree are intended, and no error. Raises TipUnknownError if the tip
    cannot be read, and HistoryMissingError if a shallow clone does not have enough history.
    """
    git, tip, branch = monorepo.git, monorepo.tip, monorepo.settings.branch
    head = git.head()
    if head == tip:
        return None
    git.obtain_history(tip, head, files=FILES)
    now = _settings_at(git, tip)
    if now == _settings_at(git, head):
        return None
    base = git.merge_base(head, tip)
    if base is None or now == _settings_at(git, base):
        return None
    return OutdatedSettingsError(
        f"the settings have changed on {branch} since {base[:12]}, which this checkout is based on",
        f"check out the newest commit of {branch}: `git switch {branch}`, then `git pull`",
    )


def take_current_settings(monorepo: Monorepo) -> None:
    """Use the tip's settings from now on. Commands that may run on a maintenance branch begin with this.

    Each commit keeps its own layout. Raises OutdatedSettingsError if the tip's settings cannot be read or
    have the mode `observe`, and the errors of `find_outdated_settings`.
    """
    _ = monorepo.layouts  # created now, with the settings of the checkout
    settings = current_settings(monorepo)
    if settings.observes and not monorepo.dry_run:
        require_current_settings(monorepo)
    monorepo.settings = settings


def take_known_settings(monorepo: Monorepo) -> None:
    """Do the same for a build. If the tip's settings are not known, it goes on with those of the checkout.

    Raises OutdatedSettingsError if the tip's settings have the mode `observe`.
    """
    with suppress(GitError):
        try:
            current_settings(monorepo)
        except OutdatedSettingsError:  # the tip's settings cannot be read
            return
        take_current_settings(monorepo)


def current_settings(monorepo: Monorepo) -> Settings:
    """Return the settings in force. If the branch has changed them since the checkout, use the tip's.

    Settings from variables or from other files of this machine still count. Raises OutdatedSettingsError if
    the tip's settings cannot be read, and the errors of `find_outdated_settings`.
    """
    outdated = find_outdated_settings(monorepo)
    if outdated is None:
        return monorepo.settings
    forced, git = monorepo.settings, monorepo.git
    try:
        tips = read_settings(_settings_at(git, monorepo.tip), {})
    except SettingError as error:
        raise outdated from error
    own = Settings()
    with suppress(SettingError):
        own = read_settings(section(_checkout(git)), {})
    known = {field.name for field in fields(Settings)} - _OWN
    taken = {name for name in known if getattr(forced, name) == getattr(own, name)}
    named = (forced.named - taken) | (tips.named & taken)
    return replace(forced, **{name: getattr(tips, name) for name in taken}, named=named)


def _settings_at(git: Clone, commit: str) -> object:
    contents = (git.file(commit, path) for path in FILES)
    return section(next((content for content in contents if content is not None), b""))


def _checkout(git: Clone) -> bytes:
    """Return the content of the file in the working tree. It is empty if there is no file."""
    for name in FILES:
        with suppress(OSError):
            return (git.root / name).read_bytes()
    return b""
