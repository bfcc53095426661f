"""Reads the settings that decide the content of images. Each commit has its own."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flux.artifact.folder import SourceEntry
from flux.artifact.layout import Layout
from flux.artifact.prepare import Prepare
from flux.errors import SettingError
from flux.promotion.gates.freeze import freezes_path
from flux.settings.derived import Settings
from flux.settings.settings import ENTRIES

_MOST_BYTES = 64 * 1024
_MOST_PATTERNS = 1000


@lru_cache(maxsize=256)
def read_layout(content: bytes) -> Layout | None:
    """Return the layout from a project's configuration, or None if it has no section `flux:`.

    Other settings are not checked. Raises SettingError for a file that cannot be read or is not valid.
    """
    section = _section(content)
    if section is None:
        return None
    sources: str = _valid(section, "sources")
    entries: tuple[SourceEntry, ...] = _valid(section, "artifacts")
    step = (_valid(section, "prepare"), _valid(section, "output"), _valid(section, "inputs"))
    state = Settings.releaseconfig
    if step[0] or any(entry.prepare for entry in entries):
        state = _valid(section, "releaseconfig")
    ignore: tuple[str, ...] = _valid(section, "ignore")
    if len(ignore) > _MOST_PATTERNS:
        raise SettingError(f"it has {len(ignore)} patterns under `ignore`, and {_MOST_PATTERNS} are allowed")
    if section.get("mode") == "observe":
        ignore = ()
    if entries and "sources" in section:
        raise SettingError("it has both `sources` and `artifacts`")
    return layout_of(sources, entries, ignore, step, state)


@lru_cache(maxsize=256)
def read_mode(content: bytes) -> str:
    """Return the setting `mode` of a project's configuration, or an empty text."""
    return _plain(content, "mode")


def read_adopted(content: bytes) -> str:
    """Return the setting `adopted` of a project's configuration, or an empty text."""
    return _plain(content, "adopted")


def _plain(content: bytes, name: str) -> str:
    """Return a setting as text, without any check. It is empty if it is missing or cannot be read."""
    try:
        return str((_section(content) or {}).get(name, ""))
    except SettingError:
        return ""


def layout_of(
    sources: str,
    entries: tuple[SourceEntry, ...],
    ignore: tuple[str, ...],
    step: tuple[str, str, tuple[str, ...]],
    releaseconfig: str,
) -> Layout:
    """Return the layout for these settings. `step` has a command, its output and its inputs."""
    layout = Layout(entries, ignore) if entries else Layout.under(sources, ignore)
    state = (releaseconfig, freezes_path(releaseconfig))
    return layout.prepared(Prepare(*step) if step[0] else None, state)


def _valid(section: Mapping[str, Any], name: str) -> Any:
    """Return the value of a setting, or its default."""
    if name not in section:
        return getattr(Settings, name)
    try:
        return ENTRIES[name].type.read(section[name])
    except ValueError as error:
        raise SettingError(f"flux.{name} has a value that is not allowed") from error


def _section(content: bytes) -> Mapping[str, Any] | None:
    """Return the section `flux:`, or None if there is no such key."""
    import yaml

    if len(content) > _MOST_BYTES:
        raise SettingError(f"it has {len(content)} bytes, and {_MOST_BYTES} are allowed")
    try:
        document = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingError("it cannot be read as YAML") from error
    if document is None:
        return None
    if not isinstance(document, Mapping):
        raise SettingError("it is not a mapping")
    if "flux" not in document:
        return None
    section = document["flux"]
    if section is None:
        return {}
    if not isinstance(section, Mapping):
        raise SettingError("what it has under `flux` is not a mapping")
    return section
