"""The settings that decide what an image holds: a commit brings its own."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from flux.artifact.layout import Layout
from flux.errors import SettingError
from flux.settings.artifacts import artifacts
from flux.settings.settings import Settings
from flux.settings.values import folder, patterns

Value = TypeVar("Value")

_MOST_BYTES = 64 * 1024
_MOST_PATTERNS = 1000


@lru_cache(maxsize=256)
def read_layout(content: bytes) -> Layout | None:
    """The layout that a project's configuration gives, None where it says nothing under `flux:`.

    Other settings are not looked at. Raises SettingError for a file that cannot be read, or may not be.
    """
    section = _section(content)
    if section is None:
        return None
    sources = _valid(section, "sources", folder, Settings.sources)
    entries = _valid(section, "artifacts", artifacts, Settings.artifacts)
    ignore = _valid(section, "ignore", patterns, Settings.ignore)
    if len(ignore) > _MOST_PATTERNS:
        raise SettingError(f"it has {len(ignore)} patterns under `ignore`, and {_MOST_PATTERNS} are allowed")
    if entries and "sources" in section:
        raise SettingError("it has both `sources` and `artifacts`")
    return Layout(entries, ignore) if entries else Layout.under(sources, ignore)


def _valid(section: Mapping[str, Any], name: str, read: Callable[[object], Value], default: Value) -> Value:
    try:
        return read(section[name]) if name in section else default
    except ValueError as error:
        raise SettingError(f"flux.{name} has a value that is not allowed") from error


def _section(content: bytes) -> Mapping[str, Any] | None:
    """What stands under `flux:`, None where there is no such key."""
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
