"""Whether the settings of a checkout are those of the tip, and the settings of the tip if not."""

from contextlib import suppress
from dataclasses import fields, replace

from flux.errors import GitError, OutdatedSettingsError, SettingError
from flux.git.clone import Clone
from flux.monorepo.monorepo import Monorepo
from flux.settings import FILES, Settings, read_settings, section

_OWN = {"sources", "artifacts", "ignore", "prepare", "output", "inputs", "branch", "named"}
"""What a commit is judged by, and what says where the tip is."""


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
        f"check out the newest commit of {branch}: `git switch {branch}`, then `git pull`",
    )


def take_current_settings(monorepo: Monorepo) -> None:
    """Let the tip's settings count from now on, as at the start of what may run on a maintenance branch.

    Each commit keeps its own of what is published. Raises OutdatedSettingsError where the tip's cannot be
    read, or say that nothing is written, and else as `find_outdated_settings`.
    """
    _ = monorepo.layouts  # which know the checkout by its own
    settings = current_settings(monorepo)
    if settings.observes and not monorepo.dry_run:
        require_current_settings(monorepo)
    monorepo.settings = settings


def take_known_settings(monorepo: Monorepo) -> None:
    """The same for a build. By the settings of the checkout it goes on where those of the tip are not known.

    Raises OutdatedSettingsError where the tip's say that nothing is written.
    """
    with suppress(GitError):
        try:
            current_settings(monorepo)
        except OutdatedSettingsError:  # the tip's cannot be read
            return
        take_current_settings(monorepo)


def current_settings(monorepo: Monorepo) -> Settings:
    """The settings in force, as the tip has them where the branch has changed them since the checkout.

    What a variable says, or another file of this machine, still counts. Raises as
    `take_current_settings`.
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
    """The file in the work tree, empty where there is none."""
    for name in FILES:
        with suppress(OSError):
            return (git.root / name).read_bytes()
    return b""
